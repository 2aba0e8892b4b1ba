#pragma once
// What a ticket was promised, watched: a wait of the ticket's subject, due when a promise is nearly or altogether broken. What passed is
// told once, to the one that the ticket is about, however late it is looked at. Pure.

#include "core/turn.h"
#include "desk/ticket.h"

namespace shopbell {

constexpr std::string_view sla_clock = "ticket.sla";
/// Data {ticket: {id, queue, priority, workflow, intent, agent, sla, due_at}}; sla: "first_reply", "next_reply", "resolution".
constexpr std::string_view sla_breached = "ticket.sla_breached";
constexpr std::string_view sla_warning = "ticket.sla_warning";  // by `warn_before` of the queue

/// Tells what passed until now, as the ticket has been; to be called before anything new happens to it.
void tell_passed(Turn& turn, const desk::Ticket& ticket, const desk::Goals& goals, const desk::Hours& hours);
/// Waits for what passes next, as the ticket is now.
void watch_sla(Turn& turn, const desk::Ticket& ticket, const desk::Goals& goals, const desk::Hours& hours);

bool is_sla_clock(const Run& run);
/// The first moment behind `at` that there is something to tell of.
std::optional<Time> next_passing(const desk::Ticket& ticket, const desk::Goals& goals, const desk::Hours& hours, Time at);

}  // namespace shopbell
