#pragma once
// Equality and order between things, as conditions and sort see them.

#include "liquid/datum.h"

#include <optional>

namespace shopbell::liquid {

class Rendering;

/// Numbers by value whatever their type, texts by bytes, lists and maps by their elements.
bool equal(const Datum& a, const Datum& b);
bool equal(const Value& a, const Value& b);
/// equal(), but blank and empty ask whether the other side is so.
bool matches(const Datum& a, const Datum& b);
bool contains(const Datum& in, const Datum& what, Rendering& r);

struct Order {
  bool comparable = false;  // false: neither order holds
  bool refused = false;     // types that cannot be compared: an error in a condition
  int sign = 0;
};
Order order(const Datum& a, const Datum& b);

bool is_empty(const Datum& d);
bool is_blank_datum(const Datum& d);

}  // namespace shopbell::liquid
