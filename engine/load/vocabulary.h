#pragma once
// The vocabulary of events: workflows/events/*.yaml, part of the program. What conditions and
// templates may read of each event type. Immutable; any thread.

#include "cel/type.h"

#include <shopbell/arena.h>
#include <shopbell/value.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

/// A noun's type, and what its values are in JSON.
struct EventType {
  std::string name, doc;
  std::vector<std::pair<std::string, cel::Type>> nouns;  // "order" -> its fields
};

/// nullptr: none of that name is part of the program.
const EventType* find_event_type(std::string_view name);
/// Sorted.
const std::vector<std::string_view>& event_type_names();
/// A noun's type; dyn for one that is not known. `customer` is the profile.
cel::Type noun_type(std::string_view name);

/// The data of an event as expressions want it: numbers in fields of type double become double, RFC 3339 texts
/// in fields of type timestamp become timestamps. What does not fit, and what nobody knows, stays as it is.
/// Parts that need no change are shared with `data`.
Value conform(std::string_view event_type, const Value& data, Arena& arena);

}  // namespace shopbell
