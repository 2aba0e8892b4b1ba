#pragma once
// The desk: which tickets are open, who is there, who has what. Pure; one thread at a time.

#include "desk/assign.h"

#include <shopbell/value.h>

#include <map>

namespace shopbell::desk {

constexpr std::size_t desk_tickets_max = 5'000;  // open ones; the desk takes no more, and they wait in their queue
constexpr std::size_t replies_max = 500;
constexpr Millis replies_kept{3'600'000};

/// An open ticket, as far as it is to be given to somebody.
struct Row {
  std::string queue;
  int priority = 1;
  std::optional<Time> due;
  Time since;                  // when it began to wait for people
  std::string agent, former;   // who has it, and had it before; empty: nobody
};

struct Seat {
  Presence presence = Presence::offline;
  Time last;                   // when the agent was last given a ticket
};

/// A first reply by a person.
struct Reply {
  Time at;
  Millis took{0};              // by the clock on the wall: what a customer waits
  std::string queue;
};

struct Desk {
  std::map<std::string, Row, std::less<>> tickets;  // by id
  std::map<std::string, Seat, std::less<>> seats;   // by agent
  std::vector<Reply> replies;                       // of the last replies_kept, oldest first
};

/// A ticket that changed hands. `agent` empty: it waits again.
struct Moved {
  std::string ticket, agent, former;
};

/// Puts a ticket on the desk, or what is new about one that is there: its agent and the one before stay. False: it is full.
bool put(Desk& desk, const std::string& ticket, Row row);
void add_reply(Desk& desk, const Reply& reply);

/// To be called after each change. Takes back what agents have who are offline or are no agents any more, and gives out what
/// waits (desk/assign.h). A ticket that was taken back and given to the same agent again has not moved.
std::vector<Moved> settle(Desk& desk, const Rules& rules, Time at);

/// As it is kept, and back: what is not as it should be is left out.
Value to_value(const Desk& desk, Arena& arena);
Desk desk_of(const Value& value);
Value to_value(const Row& row, Arena& arena);
Row row_of(const Value& value);

/// What a customer may be told about how long it takes.
struct Promise {
  std::optional<Millis> about;  // the median of the last hour's first replies in this queue
  std::optional<Time> opens;    // nobody is there before
};
Promise promise(const Desk& desk, std::string_view queue, const Hours& hours, Time now);

}  // namespace shopbell::desk
