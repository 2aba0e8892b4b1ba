#pragma once
// Lines for the server's log, without what is personal: whatever a workflow writes, names, addresses and numbers of
// the customer and the event do not stand in it.

#include <shopbell/event.h>
#include <shopbell/value.h>

#include <string>

namespace shopbell {

/// The line with each personal field of the customer and of the event's nouns as "[email]", "[first_name]", and with
/// every e-mail address as "[email]". Texts of less than personal_bytes_min bytes are too common to be looked for.
std::string without_personal(std::string line, const Value& customer, const Event& event);
constexpr std::size_t personal_bytes_min = 3;

}  // namespace shopbell
