#pragma once
// Equality and order as CEL has them: numbers compare by their value across int, uint and double;
// values of other different kinds are never equal and have no order.

#include "cel/call.h"

#include <compare>
#include <optional>

namespace shopbell::cel {

/// Deep equality. Spends a unit an element; when that is too much the result means nothing and
/// call.spent() is true.
bool equals(Call& call, const Value& a, const Value& b);

/// nullopt: these kinds have no order. NaN is unordered.
std::optional<std::partial_ordering> compare(const Value& a, const Value& b);
std::partial_ordering compare_numbers(const Value& a, const Value& b);

/// Whether two values can be sorted among one another.
bool sortable(const Value& a, const Value& b);

/// The member of a map by key; 1, 1u and 1.0 are the same key.
const Value* find_member(const Value& map, const Value& key);

/// A double that is a whole number in int64's range, or a uint in it, as an int.
std::optional<std::int64_t> whole(const Value& number);

/// CEL's name of a value's type: "int", "google.protobuf.Timestamp", "net.IP".
std::string_view type_name(const Value& v);
std::string_view type_name(Kind kind);

}  // namespace shopbell::cel
