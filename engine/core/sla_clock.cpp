#include "core/sla_clock.h"

#include "base/hash.h"
#include "base/time.h"
#include "core/desk.h"
#include "core/runs.h"
#include "core/step.h"

#include <algorithm>

namespace shopbell {
namespace {

constexpr Millis just_behind{1};  // what is done at the due time is in time

struct Moment {
  Time at;
  std::string_view type, promise;
  Time due;
};

std::vector<Moment> moments_of(const desk::Sla& sla) {
  std::vector<Moment> moments;
  for (const auto& [promise, clock] : {std::pair{"first_reply", &sla.first_reply}, {"next_reply", &sla.next_reply}, {"resolution", &sla.resolution}}) {
    if (!clock->runs || !clock->due) continue;
    if (clock->near) moments.push_back({*clock->near, sla_warning, promise, *clock->due});
    moments.push_back({*clock->due + just_behind, sla_breached, promise, *clock->due});
  }
  std::sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) { return a.at < b.at; });
  return moments;
}

Run* clock_of(Turn& turn) {
  const auto found = std::find_if(turn.subject.runs.begin(), turn.subject.runs.end(), is_sla_clock);
  return found == turn.subject.runs.end() ? nullptr : &*found;
}

/// Until when it was looked at.
Time told_until(const Run& clock) { return from_ms(clock.vars["told"].integer_or(0)); }
Value told_now(const Turn& turn) { return make_map(turn.arena, {{"told", Value(to_ms(turn.at))}}); }

void tell(Turn& turn, const desk::Ticket& ticket, const Moment& moment) {
  const std::string id = turn.subject.id.substr(ticket_scheme.size());
  const auto text = [&](const std::string& of) { return of.empty() ? Value() : Value(turn.arena.copy(of)); };
  const Value told = make_map(turn.arena, {{"id", text(id)}, {"queue", text(ticket.queue)}, {"priority", text(ticket.priority)}, {"workflow", text(ticket.workflow)},
                                           {"intent", text(ticket.intent)}, {"agent", text(ticket.agent)}, {"sla", moment.promise}, {"due_at", Value(moment.due)}});
  Event event;
  event.id = turn.arena.copy(id_of({moment.type, id, moment.promise, std::to_string(to_ms(moment.due))}));
  event.source = "shopbell";
  event.type = moment.type;
  event.subject = turn.arena.copy(ticket.about);
  event.at = turn.at;
  event.data = make_map(turn.arena, {{"ticket", told}});
  turn.note("emitted", std::string(moment.type) + ": " + std::string(moment.promise) + ", due at " + format_rfc3339(moment.due));
  turn.made.following.push_back({ticket.about, {event, 1, {}, {}}});
}

Run new_clock(const Turn& turn, Time due) {
  Run clock;
  clock.id = id_of({sla_clock, turn.subject.id, std::to_string(to_ms(turn.at))});
  clock.workflow = sla_clock;
  clock.started = turn.at;
  clock.due = due;
  clock.flow.clock = true;
  clock.vars = told_now(turn);
  return clock;
}

}  // namespace

bool is_sla_clock(const Run& run) { return run.flow.clock && run.workflow == sla_clock; }

void tell_passed(Turn& turn, const desk::Ticket& ticket, const desk::Goals& goals, const desk::Hours& hours) {
  Run* clock = clock_of(turn);
  if (clock == nullptr) return;
  for (const Moment& moment : moments_of(desk::sla_of(ticket.events, goals, hours, turn.at)))
    if (moment.at > told_until(*clock) && moment.at <= turn.at) tell(turn, ticket, moment);
  clock->vars = told_now(turn);
}

std::optional<Time> next_passing(const desk::Ticket& ticket, const desk::Goals& goals, const desk::Hours& hours, Time at) {
  for (const Moment& moment : moments_of(desk::sla_of(ticket.events, goals, hours, at)))
    if (moment.at > at) return moment.at;
  return {};
}

void watch_sla(Turn& turn, const desk::Ticket& ticket, const desk::Goals& goals, const desk::Hours& hours) {
  const auto next = next_passing(ticket, goals, hours, turn.at);
  Run* clock = clock_of(turn);
  if (clock == nullptr && !next) return;
  if (clock == nullptr) {
    return settle_new(turn, new_clock(turn, *next));
  }
  if (next) clock->due = *next;
  else end_run(turn, *clock, RunStatus::done, "nothing more is promised");
  settle(turn, std::string(clock->id));
}

}  // namespace shopbell
