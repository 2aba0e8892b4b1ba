#pragma once
// One ticket's life: what happened to it, who has it. As it is kept, and back. Pure; any thread.

#include "desk/sla.h"

#include <shopbell/value.h>

#include <string>
#include <vector>

namespace shopbell::desk {

constexpr std::size_t ticket_events_max = 500;  // beside its ends and reopenings

struct Ticket {
  std::string about;                   // the subject it is about: "customer:7"
  std::string queue, priority, workflow, intent;
  std::string agent;                   // who has it; empty: nobody
  std::vector<TicketEvent> events;     // oldest first

  bool is_open() const;
  Time opened() const { return events.empty() ? Time{} : events.front().at; }
  /// Since when it is open, or open again.
  Time open_since() const;
};

/// Keeps what happened, when it may move a clock: bots do not, nor does a customer's second message before an answer. A time
/// before the last one's counts as that: clocks do not go back.
void happen(Ticket& ticket, Happened what, Time at);

/// {about, queue, priority, workflow, intent, agent, events: [[ms, "opened"], ...]}; and back: what is not as it should be is
/// left out.
Value to_value(const Ticket& ticket, Arena& arena);
Ticket ticket_of(const Value& value);

std::string_view to_text(Happened what);
std::optional<Happened> happened_of(std::string_view text);

}  // namespace shopbell::desk
