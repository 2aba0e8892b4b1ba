#pragma once
// What a customer who is handed over may be told about how long it takes: the desk's own reckoning (desk/desk.h), of the desk where the
// shop has queues, else of what the queue's subject remembers. Pure.

#include "core/turn.h"
#include "desk/hours.h"

namespace shopbell {

/// The shop's calendar of that name; without one it is always open.
desk::Hours hours_of(const Turn& turn, std::string_view calendar);

/// Whom to ask about a queue.
std::string who_promises(const Turn& turn, std::string_view queue);
/// Asked there: {open, minutes, opens_at}. minutes: half of those who were answered by a person in the last hour waited no longer.
Value promise_of(const Turn& turn, std::string_view queue);

/// A customer who was handed over has been answered by a person: its queue is told how long that took, where there is no desk to know it.
void tell_wait(Turn& turn, std::string_view queue, Millis waited);
void keep_wait(Turn& turn, Millis waited);

}  // namespace shopbell
