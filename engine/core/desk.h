#pragma once
// How the desk (engine/desk) hears of tickets and agents, and what it says. Three kinds of subjects, each an own record:
//   the one that a ticket is about   is told of it by ticket.opened, answered, reopened, closed, assigned, released; its
//                                    profile names those that are open (`open_tickets`), and all (`tickets`)
//   ticket:ID                        what happened to the ticket: its profile is a desk::Ticket
//   desk                             what is open and who is there: its profile is a desk::Desk
// They tell each other by events of the engine's own. All of it where the shop has queues, and not for what is replayed.
// ticket.* events may as well come from outside, with `ticket.id`. Pure.

#include "core/turn.h"

namespace shopbell {

constexpr std::string_view desk_subject = "desk";
constexpr std::string_view ticket_scheme = "ticket:";
constexpr std::size_t open_tickets_max = 20;  // of one subject, that its messages are told to
constexpr std::size_t tickets_known_max = 100;  // of one subject, that are forgotten with it

/// From the one that it is about to ticket:ID: data {happened, about, ticket}; from the desk: data {by, agent, former}.
constexpr std::string_view ticket_happened = "ticket.happened";
/// From a ticket to the desk: data {ticket, row, reply, queue}; nobody is named there.
constexpr std::string_view desk_told = "desk.told";
/// Of an agent, about the subject `desk`: data {agent: {name, status}}.
constexpr std::string_view agent_changed = "agent.changed";

/// ticket.opened about the subject of the run's event, with what is known of the ticket.
void tell_opened(Turn& turn, const Run& run, const TicketOpened& ticket);

/// The wait of a ticket's subject for what it was promised (core/sla_clock.h) is due.
void ring(Turn& turn, Run& clock);

/// To be called for each event that is about this very subject; `depth`: of its causes.
void tell_desk(Turn& turn, const Event& event, std::uint32_t depth);

}  // namespace shopbell
