#pragma once
// What a ticket was promised, as a function of what happened to it and of opening hours. Pure; any thread.
//
// First reply: from when people are asked (the ticket is opened, reopened, or handed over by the bot) to a person's reply. A
// handover while the customer waits for people already is no new start: a ticket that goes from queue to queue waits as
// long as it waits.
// Next reply: from the oldest message of the customer that no person has answered, once people have replied at all.
// Resolution: while the ticket is open; not while it is snoozed (until a time, or until the customer writes: the field's
// "pending", waiting on the customer), nor between its end and its reopening, after which it goes on.
// Snoozing does not stop the clocks of replies: whoever waits for an answer waits also then, and a ticket cannot be put to
// sleep to look punctual. So has it Zendesk (reply times run in every status, requester wait time leaves pending and solved out).
// What a bot says never stops a clock. A message of the customer's ends a snooze.

#include "desk/hours.h"

#include <cstdint>
#include <span>

namespace shopbell::desk {

enum class Happened : std::uint8_t {
  opened,           // work for people from now on
  reopened,
  handed_over,      // by the bot, or to another queue
  customer_wrote,
  bot_replied,
  person_replied,
  snoozed,
  woke,             // the snooze is over
  resolved,
};

struct TicketEvent {
  Time at;
  Happened what = Happened::opened;
};

/// In open time; zero: not promised.
struct Goals {
  Millis first_reply{0}, next_reply{0}, resolution{0};
  Millis warn_before{0};  // the end of each; zero, or as long as the goal itself: no warning
  bool operator==(const Goals&) const = default;
};

struct Clock {
  bool runs = false;
  Time since;               // where `spent` was counted to when it last began to run
  Millis spent{0};          // open time, of the present or the last wait
  std::optional<Time> due;  // while it runs: met until then, that moment included; nothing: not promised, or never
  std::optional<Time> near; // while it runs: from when on it is to be warned of
  std::uint32_t met = 0;    // how often it was stopped in time, by a reply or by the end
  std::uint32_t missed = 0; // how often it ran beyond its due time; each wait counts once
  bool late = false;        // the present or last wait did
};

struct Sla {
  Clock first_reply, next_reply, resolution;
  /// The soonest due time of the clocks that run and are not late yet.
  std::optional<Time> next_due() const;
  bool late() const { return first_reply.missed + next_reply.missed + resolution.missed > 0; }
};

/// `events` by growing time; those behind `now` do not count yet.
Sla sla_of(std::span<const TicketEvent> events, const Goals& goals, const Hours& hours, Time now);

}  // namespace shopbell::desk
