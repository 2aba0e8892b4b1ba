#pragma once
// The vocabulary of events: workflows/events/*.yaml, part of the program. What conditions and
// templates may read of each event type. Immutable; any thread.

#include "cel/type.h"
#include "load/nouns.h"

#include <shopbell/arena.h>
#include <shopbell/value.h>

#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

/// What an event is about: an order, a cart.
struct Noun {
  std::string name, doc;
  std::vector<NounField> fields;
  cel::Type type;
};

struct EventType {
  std::string name, doc;
  std::vector<std::pair<std::string, cel::Type>> nouns;  // "order" -> its fields
};

/// nullptr: none of that name is part of the program.
const EventType* find_event_type(std::string_view name);
/// Sorted.
const std::vector<std::string_view>& event_type_names();
/// nullptr: none of that name is part of the program.
const Noun* find_noun(std::string_view name);
/// Sorted.
const std::vector<std::string_view>& noun_names();
/// A noun's type; dyn for one that is not known. `customer` is the profile.
cel::Type noun_type(std::string_view name);

/// The type of an event's data: its nouns; dyn for a type that is not known.
cel::Type data_type(std::string_view event_type);

/// The data of an event as expressions want it: numbers in fields of type double become double, RFC 3339 texts
/// in fields of type timestamp become timestamps. What does not fit, and what nobody knows, stays as it is.
/// Parts that need no change are shared with `data`.
Value conform(std::string_view event_type, const Value& data, Arena& arena);

/// A value of a platform's as the type wants it, or null: 7 as the text "7", "199.00" as 199.0, "true" as true,
/// RFC 3339 and seconds or milliseconds since 1970 as a timestamp; of a list and an object what fits of them.
Value fitted(const cel::Type& type, const Value& v, Arena& arena);

/// What of the data is not as the event type's schema says, strictly: "order.total is a text, not double".
/// Empty: the schema accepts it. `raw` may be anything.
std::vector<std::string> misfits(std::string_view event_type, const Value& data);

}  // namespace shopbell
