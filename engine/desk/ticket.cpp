#include "desk/ticket.h"

#include <algorithm>
#include <array>

namespace shopbell::desk {
namespace {

constexpr std::array<std::string_view, 9> names{"opened",         "reopened", "handed_over", "customer_wrote", "bot_replied",
                                                "person_replied", "snoozed",  "woke",        "resolved"};

bool is_end_or_beginning(Happened what) {
  return what == Happened::opened || what == Happened::reopened || what == Happened::resolved;
}

bool says_nothing_new(const Ticket& ticket, Happened what) {
  if (what == Happened::bot_replied) return true;
  if (ticket.events.empty()) return what != Happened::opened && what != Happened::reopened && what != Happened::handed_over;
  return ticket.events.back().what == what;
}

std::string text_of(const Value& value, std::string_view name) { return std::string(value[name].text_or({})); }

}  // namespace

std::string_view to_text(Happened what) { return names[static_cast<std::size_t>(what)]; }

std::optional<Happened> happened_of(std::string_view text) {
  const auto at = std::find(names.begin(), names.end(), text);
  if (at == names.end()) return {};
  return static_cast<Happened>(at - names.begin());
}

bool Ticket::is_open() const {
  for (auto event = events.rbegin(); event != events.rend(); ++event)
    if (is_end_or_beginning(event->what)) return event->what != Happened::resolved;
  return !events.empty();
}

Time Ticket::open_since() const {
  for (auto event = events.rbegin(); event != events.rend(); ++event)
    if (event->what == Happened::reopened) return event->at;
  return opened();
}

void happen(Ticket& ticket, Happened what, Time at) {
  if (says_nothing_new(ticket, what)) return;
  if (ticket.events.size() >= ticket_events_max && !is_end_or_beginning(what)) return;
  if (!ticket.events.empty()) at = std::max(at, ticket.events.back().at);
  ticket.events.push_back({at, what});
}

Value to_value(const Ticket& ticket, Arena& arena) {
  ListBuilder events(arena);
  for (const TicketEvent& event : ticket.events) {
    const Value pair[] = {Value(to_ms(event.at)), Value(to_text(event.what))};
    events.add(make_list(arena, pair));
  }
  const auto text = [&](const std::string& of) { return Value(arena.copy(of)); };
  return make_map(arena, {{"about", text(ticket.about)},
                          {"queue", text(ticket.queue)},
                          {"priority", text(ticket.priority)},
                          {"workflow", text(ticket.workflow)},
                          {"intent", text(ticket.intent)},
                          {"agent", text(ticket.agent)},
                          {"events", events.build()}});
}

Ticket ticket_of(const Value& value) {
  Ticket ticket{text_of(value, "about"),    text_of(value, "queue"), text_of(value, "priority"),
                text_of(value, "workflow"), text_of(value, "intent"), text_of(value, "agent"), {}};
  const Value events = value["events"];
  for (const Value& pair : events.is(Kind::list) ? events.items() : std::span<const Value>{}) {
    if (pair.size() != 2 || !pair.is(Kind::list)) continue;
    const auto what = happened_of(pair.items()[1].text_or({}));
    if (what) ticket.events.push_back({from_ms(pair.items()[0].integer_or(0)), *what});
  }
  return ticket;
}

}  // namespace shopbell::desk
