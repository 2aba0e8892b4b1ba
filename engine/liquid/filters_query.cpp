// where, reject, has, find, find_index: items by a member.

#include "liquid/compare.h"
#include "liquid/lists.h"
#include "liquid/rendering.h"

#include <array>
#include <optional>

namespace shopbell::liquid {
namespace {

// Which items have the property (or have it equal to the second argument). nullopt: an item has no
// properties at all, or the filter refused.
std::optional<std::vector<bool>> matching(const FilterCall& c, const std::vector<Value>& items, bool first_only) {
  std::vector<bool> matches;
  const bool any_value = c.size() < 2 || c.arg(1).is_nil();
  for (const Value& item : items) {
    const Selected s = select(item, c.arg(0));
    if (s.outcome == Selected::Outcome::refused) refuse_property(c, c.arg(0));
    if (s.outcome != Selected::Outcome::value) return std::nullopt;
    matches.push_back(any_value ? Datum(s.value).truthy() : equal(Datum(s.value), c.arg(1)));
    if (first_only && matches.back()) break;
  }
  return matches;
}

Datum picked(const FilterCall& c, bool wanted) {
  const auto items = items_of(c);
  const auto matches = matching(c, items, false);
  if (!matches) return {};
  std::vector<Value> kept;
  for (std::size_t i = 0; i < items.size(); ++i)
    if ((*matches)[i] == wanted) kept.push_back(items[i]);
  return c.r.count_bytes(kept.size() * sizeof(Value)) ? Datum(make_list(c.r.arena(), kept)) : Datum();
}

Datum where(const FilterCall& c) { return picked(c, true); }
Datum reject(const FilterCall& c) { return picked(c, false); }

// The place of the first match in `items`; nullopt: none, or no answer.
std::optional<std::size_t> first_match(const FilterCall& c, const std::vector<Value>& items, bool& answered) {
  const auto matches = matching(c, items, true);
  answered = matches.has_value();
  if (!matches || matches->empty() || !matches->back()) return std::nullopt;
  return matches->size() - 1;
}

Datum has(const FilterCall& c) {
  bool answered = false;
  const auto items = items_of(c);
  const bool found = first_match(c, items, answered).has_value();
  return answered ? Datum(Value(found)) : Datum();
}

Datum find(const FilterCall& c) {
  bool answered = false;
  const auto items = items_of(c);
  const auto found = first_match(c, items, answered);
  return found ? Datum(items[*found]) : Datum();
}

Datum find_index(const FilterCall& c) {
  bool answered = false;
  const auto items = items_of(c);
  const auto found = first_match(c, items, answered);
  return found ? Datum(Value(static_cast<std::int64_t>(*found))) : Datum();
}

constexpr std::array filters{
    Filter{"find", find, 1, 2}, Filter{"find_index", find_index, 1, 2}, Filter{"has", has, 1, 2},
    Filter{"reject", reject, 1, 2}, Filter{"where", where, 1, 2},
};

}  // namespace

std::span<const Filter> query_filters() { return filters; }

}  // namespace shopbell::liquid
