#include "core/desk.h"

#include "base/hash.h"
#include "base/time.h"
#include "core/profile.h"
#include "core/promise.h"
#include "core/replayed.h"
#include "core/scope.h"
#include "core/sla_clock.h"
#include "core/step.h"
#include "desk/desk.h"
#include "desk/ticket.h"

#include <algorithm>
#include <array>
#include <utility>

namespace shopbell {
namespace {

using desk::Happened;

const desk::Rules* rules_of(const Turn& turn) {
  const desk::Rules* rules = turn.workflows.shop().desk.get();
  return rules == nullptr || rules->queues.empty() || is_replayed(turn.subject.id) ? nullptr : rules;
}

void tell(Turn& turn, const std::string& about, std::string_view type, const Event& cause, const Value& data, std::uint32_t depth) {
  Event event;
  event.id = turn.arena.copy(id_of({"desk", type, cause.source, cause.id, about, std::to_string(turn.made.following.size())}));
  event.source = "shopbell";
  event.type = type;
  event.subject = turn.arena.copy(about);
  event.at = turn.at;
  event.data = data;
  turn.made.following.push_back({about, {event, depth + 1, {}, {}}});
}

void set_member(Turn& turn, std::string_view name, const Value& value) {
  const Value& profile = turn.subject.profile;
  turn.set_profile((profile.is(Kind::map) ? MapBuilder(turn.arena, profile) : MapBuilder(turn.arena)).add(name, value).build());
}

std::span<const Value> items_of(const Value& list) { return list.is(Kind::list) ? list.items() : std::span<const Value>{}; }

std::string ticket_id_of(const Value& ticket) {
  const Value id = ticket["id"];
  return id.is_number() ? std::to_string(id.integer_or(0)) : std::string(id.text_or({}));
}

// ------------------------------------------------------------ the subject that a ticket is about

std::optional<Happened> happened_by(std::string_view type) {
  static constexpr std::array<std::pair<std::string_view, Happened>, 6> kinds{{{"ticket.opened", Happened::opened},
                                                                             {"ticket.reopened", Happened::reopened},
                                                                             {"ticket.answered", Happened::person_replied},
                                                                             {"ticket.closed", Happened::resolved},
                                                                             {"ticket.snoozed", Happened::snoozed},
                                                                             {"ticket.woke", Happened::woke}}};
  for (const auto& [name, what] : kinds)
    if (name == type) return what;
  return {};
}

// The newest last; the oldest is forgotten when there are more than `max`.
Value with_id(Turn& turn, const Value& before, const std::string& id, bool there, std::size_t max) {
  std::vector<Value> ids;
  for (const Value& known : items_of(before))
    if (known.text_or({}) != id) ids.push_back(known);
  if (there) ids.push_back(turn.arena.copy(id));
  if (ids.size() > max) ids.erase(ids.begin());
  return make_list(turn.arena, ids);
}

void note_ticket(Turn& turn, const std::string& id, bool open) {
  if (!has_profile(turn.subject.id)) return;
  set_member(turn, "open_tickets", with_id(turn, turn.subject.profile["open_tickets"], id, open, open_tickets_max));
  set_member(turn, "tickets", with_id(turn, turn.subject.profile["tickets"], id, true, tickets_known_max));
}

/// What the ticket itself keeps of it: nothing that somebody wrote.
Value bare(const Value& ticket, Arena& arena) {
  MapBuilder map(arena);
  for (const std::string_view name : {"queue", "priority", "workflow", "intent", "agent"})
    if (const Value value = ticket[name]; value.is(Kind::string)) map.add(name, value);
  return map.build();
}

void tell_ticket(Turn& turn, const Event& event, std::uint32_t depth) {
  const Value ticket = event.data["ticket"];
  const std::string id = ticket_id_of(ticket);
  const auto what = happened_by(event.type);
  const bool assigned = event.type == "ticket.assigned" && ticket["by"].text_or({}) != desk_subject;
  if (id.empty() || (!what && !assigned)) return;
  if (what == Happened::opened || what == Happened::reopened) note_ticket(turn, id, true);
  if (what == Happened::resolved) note_ticket(turn, id, false);
  const Value happened = what ? Value(desk::to_text(*what)) : Value();
  tell(turn, std::string(ticket_scheme) + id, ticket_happened, event,
       make_map(turn.arena, {{"happened", happened}, {"about", turn.arena.copy(turn.subject.id)}, {"ticket", bare(ticket, turn.arena)}}), depth);
}

void tell_open_tickets(Turn& turn, Happened what, const Event& event, std::uint32_t depth) {
  for (const Value& id : items_of(turn.subject.profile["open_tickets"]))
    tell(turn, std::string(ticket_scheme).append(id.text_or({})), ticket_happened, event,
         make_map(turn.arena, {{"happened", desk::to_text(what)}, {"about", turn.arena.copy(turn.subject.id)}}), depth);
}

// ------------------------------------------------------------ the ticket

std::optional<Time> soonest_due(const desk::Sla& sla) {
  std::optional<Time> soonest;
  for (const desk::Clock* clock : {&sla.first_reply, &sla.next_reply, &sla.resolution})
    if (clock->runs && clock->due) soonest = std::min(soonest.value_or(*clock->due), *clock->due);
  return soonest;
}

void learn_of_ticket(desk::Ticket& ticket, const Value& told) {
  for (const auto& [name, to] : {std::pair{"queue", &ticket.queue}, {"priority", &ticket.priority}, {"workflow", &ticket.workflow}, {"intent", &ticket.intent}, {"agent", &ticket.agent}})
    if (const std::string_view said = told[name].text_or({}); !said.empty()) *to = said;
}

struct Promised {
  desk::Goals goals;
  desk::Hours hours;
};

Promised promised_of(const Turn& turn, const desk::Rules& rules, const desk::Ticket& ticket) {
  const desk::Queue* queue = rules.find_queue(ticket.queue);
  return {queue == nullptr ? desk::Goals{} : queue->goals, hours_of(turn, queue == nullptr ? std::string_view() : queue->hours)};
}

void take_happened(Turn& turn, const desk::Rules& rules, const Event& event, std::uint32_t depth) {
  desk::Ticket ticket = desk::ticket_of(turn.subject.profile);
  const auto what = desk::happened_of(event.data["happened"].text_or({}));
  const std::string queue_before = ticket.queue, agent_before = ticket.agent;
  if (ticket.about.empty()) ticket.about = event.data["about"].text_or({});
  const Promised before = promised_of(turn, rules, ticket);
  tell_passed(turn, ticket, before.goals, before.hours);
  learn_of_ticket(ticket, event.data["ticket"]);
  std::string former;
  if (what == Happened::reopened && !ticket.is_open()) former = std::exchange(ticket.agent, event.data["ticket"]["agent"].text_or({}));
  const Millis waited = turn.at - ticket.open_since();
  const auto [goals, hours] = promised_of(turn, rules, ticket);
  const bool first = what == Happened::person_replied && desk::sla_of(ticket.events, goals, hours, turn.at).first_reply.runs;
  if (!queue_before.empty() && queue_before != ticket.queue) happen(ticket, Happened::handed_over, turn.at);
  if (what) happen(ticket, *what, turn.at);
  if (ticket.events.empty()) return;  // nothing is known of it
  turn.set_profile(desk::to_value(ticket, turn.arena));
  watch_sla(turn, ticket, goals, hours);
  const desk::Sla sla = desk::sla_of(ticket.events, goals, hours, turn.at);
  const desk::Row row{ticket.queue, desk::priority_of(ticket.priority), soonest_due(sla), ticket.open_since(),
                      ticket.agent != agent_before ? ticket.agent : "", former};
  const Value id = turn.arena.copy(std::string_view(turn.subject.id).substr(ticket_scheme.size()));
  tell(turn, std::string(desk_subject), desk_told, event,
       make_map(turn.arena, {{"ticket", id},
                             {"row", ticket.is_open() ? desk::to_value(row, turn.arena) : Value()},
                             {"reply", first ? Value(std::int64_t{waited.count()}) : Value()},
                             {"queue", turn.arena.copy(ticket.queue)}}),
       depth);
}

// What the desk decided.
void take_given(Turn& turn, const Event& event, std::uint32_t depth) {
  desk::Ticket ticket = desk::ticket_of(turn.subject.profile);
  const Value agent = event.data["agent"], former = event.data["former"];
  ticket.agent = agent.text_or({});
  turn.set_profile(desk::to_value(ticket, turn.arena));
  const bool given = !ticket.agent.empty();
  const Value id = turn.arena.copy(std::string_view(turn.subject.id).substr(ticket_scheme.size()));
  const Value told = make_map(turn.arena, {{"id", id},
                                           {"queue", turn.arena.copy(ticket.queue)},
                                           {"status", given ? "assigned" : "open"},
                                           {"agent", given ? agent : Value()},
                                           {"former_agent", former},
                                           {"by", desk_subject}});
  tell(turn, ticket.about, given ? "ticket.assigned" : "ticket.released", event, make_map(turn.arena, {{"ticket", told}}), depth);
}

// ------------------------------------------------------------ the desk

// Whoever takes a ticket is there; from outside the shop's list, it is not the desk's business any more.
void take_by_hand(desk::Desk& desk, const desk::Rules& rules, const std::string& id, const std::string& agent) {
  if (rules.find_agent(agent) == nullptr) {
    desk.tickets.erase(id);
    return;
  }
  desk.tickets[id].agent = agent;
  desk::Seat& seat = desk.seats[agent];
  if (seat.presence == desk::Presence::offline) seat.presence = desk::Presence::away;
}

void take_row(Turn& turn, desk::Desk& desk, const desk::Rules& rules, const Event& event) {
  const std::string id(event.data["ticket"].text_or({}));
  if (const Value took = event.data["reply"]; !took.is_null())
    desk::add_reply(desk, {turn.at, Millis{took.integer_or(0)}, std::string(event.data["queue"].text_or({}))});
  if (event.data["row"].is_null()) {
    desk.tickets.erase(id);
    return;
  }
  const desk::Row row = desk::row_of(event.data["row"]);
  if (!desk::put(desk, id, row)) return turn.note("desk_full", "the ticket " + id + " is not given to anybody: too many are open");
  if (!row.agent.empty()) take_by_hand(desk, rules, id, row.agent);
}

void take_presence(Turn& turn, desk::Desk& desk, const desk::Rules& rules, const Event& event) {
  const Value agent = event.data["agent"];
  const std::string name(agent["name"].text_or({}));
  const auto presence = desk::presence_of(agent["status"].text_or({}));
  if (rules.find_agent(name) == nullptr || !presence)
    return turn.note("error", "there is no agent " + name + ", or no such status: online, away, offline");
  desk.seats[name].presence = *presence;
}

void tell_moved(Turn& turn, const desk::Moved& moved, const Event& cause, std::uint32_t depth) {
  const bool given = !moved.agent.empty();
  turn.note(given ? "assigned" : "released", "the ticket " + moved.ticket + (given ? " to " + moved.agent : " by " + moved.former));
  const Value former = moved.former.empty() ? Value() : Value(turn.arena.copy(moved.former));
  tell(turn, std::string(ticket_scheme) + moved.ticket, ticket_happened, cause,
       make_map(turn.arena, {{"by", desk_subject}, {"agent", turn.arena.copy(moved.agent)}, {"former", former}}), depth);
}

void take_at_desk(Turn& turn, const desk::Rules& rules, const Event& event, std::uint32_t depth) {
  if (event.type != desk_told && event.type != agent_changed) return;
  desk::Desk desk = desk::desk_of(turn.subject.profile);
  if (event.type == desk_told) take_row(turn, desk, rules, event);
  else take_presence(turn, desk, rules, event);
  const auto moved = desk::settle(desk, rules, turn.at);
  turn.set_profile(desk::to_value(desk, turn.arena));
  for (const desk::Moved& m : moved) tell_moved(turn, m, event, depth);
}

/// What `classify` heard in this run.
std::string_view intent_of(const Run& run) {
  for (const Member& output : run.outputs.is(Kind::map) ? run.outputs.members() : std::span<const Member>{})
    if (output.value.is(Kind::map) && output.value.find("to_person") != nullptr) return output.value["intent"].text_or({});
  return {};
}

}  // namespace

void ring(Turn& turn, Run& clock) {
  const desk::Rules* rules = rules_of(turn);
  const desk::Ticket ticket = desk::ticket_of(turn.subject.profile);
  if (rules == nullptr || ticket.events.empty()) return end_run(turn, clock, RunStatus::done, "nothing more is promised");
  const auto [goals, hours] = promised_of(turn, *rules, ticket);
  tell_passed(turn, ticket, goals, hours);
  const auto next = next_passing(ticket, goals, hours, turn.at);
  if (next) clock.due = *next;
  else end_run(turn, clock, RunStatus::done, "nothing more is promised");
}

void tell_opened(Turn& turn, const Run& run, const TicketOpened& ticket) {
  if (rules_of(turn) == nullptr) return;
  const TicketDraft& draft = ticket.draft;
  const auto text = [&](std::string_view of) { return of.empty() ? Value() : Value(turn.arena.copy(of)); };
  const Value told = make_map(turn.arena, {{"id", text(ticket.id)},
                                           {"queue", text(draft.queue)},
                                           {"priority", text(draft.priority)},
                                           {"status", "open"},
                                           {"reason", text(draft.reason)},
                                           {"note", text(draft.note)},
                                           {"workflow", text(ticket.workflow)},
                                           {"intent", text(intent_of(run))},
                                           {"opened_at", Value(turn.at)}});
  tell(turn, std::string(run.event.subject), "ticket.opened", run.event,
       MapBuilder(turn.arena, run.event.data["customer"].is_null() ? Value() : make_map(turn.arena, {{"customer", run.event.data["customer"]}}))
           .add("ticket", told)
           .build(),
       run.depth);
}

void tell_desk(Turn& turn, const Event& event, std::uint32_t depth) {
  const desk::Rules* rules = rules_of(turn);
  if (rules == nullptr) return;
  if (turn.subject.id == desk_subject) return take_at_desk(turn, *rules, event, depth);
  if (turn.subject.id.starts_with(ticket_scheme)) {
    if (event.type != ticket_happened) return;
    if (event.data["by"].text_or({}) == desk_subject) return take_given(turn, event, depth);
    return take_happened(turn, *rules, event, depth);
  }
  if (event.type.starts_with("ticket.")) return tell_ticket(turn, event, depth);
  if (event.type == "message.received") return tell_open_tickets(turn, Happened::customer_wrote, event, depth);
  if (event.type == "privacy.redact") tell_open_tickets(turn, Happened::resolved, event, depth);
}

}  // namespace shopbell
