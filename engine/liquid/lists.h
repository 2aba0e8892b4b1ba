#pragma once
// What filters on lists share: reading their input as a list, and a member of an item.

#include "liquid/filters.h"

#include <vector>

namespace shopbell::liquid {

/// The items that a list filter works on: a list flattened, a map or anything else as one item,
/// nothing for nil. Counted as steps.
std::vector<Value> items_of(const FilterCall& c);

/// `item[property]` as Ruby has it.
struct Selected {
  enum class Outcome : std::uint8_t {
    value,
    no_members,  // numbers with a fraction, booleans, nil: the filter yields nil
    refused,     // a list or a whole number asked by name: an error
  };
  Outcome outcome = Outcome::value;
  Value value;
};
Selected select(const Value& item, const Datum& property);
Datum refuse_property(const FilterCall& c, const Datum& property);

}  // namespace shopbell::liquid
