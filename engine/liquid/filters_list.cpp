#include "liquid/casing.h"
#include "liquid/compare.h"
#include "liquid/lists.h"
#include "liquid/number.h"
#include "liquid/rendering.h"
#include "liquid/sequence.h"
#include "liquid/text.h"

#include "base/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_set>

namespace shopbell::liquid {
namespace {

using Outcome = Selected::Outcome;

void flatten(const Value& v, std::vector<Value>& to) {
  if (!v.is(Kind::list)) {
    to.push_back(v);
    return;
  }
  for (const Value& item : v.items()) flatten(item, to);
}

Datum made(const FilterCall& c, const std::vector<Value>& items) {
  return c.r.count_bytes(items.size() * sizeof(Value)) ? Datum(make_list(c.r.arena(), items)) : Datum();
}

Datum size(const FilterCall& c) {
  if (c.input.is_text()) return Value(static_cast<std::int64_t>(utf8_count(c.input.value.text())));
  if (c.input.is(Kind::integer) || c.input.is(Kind::uint) || c.input.is(Object::Kind::wide)) return Value(8);
  return Value(Sequence(c.input).size());
}

Datum end_of(const FilterCall& c, bool first) {
  if (c.input.is_text()) {
    const std::string_view text = c.input.value.text();
    std::size_t at = text.empty() ? 0 : first ? 0 : text.size() - 1;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
    return Value(text.empty() ? text : text.substr(at, utf8_length(text[at])));
  }
  if (const auto* range = c.input.is(Object::Kind::range) ? static_cast<const RangeObject*>(c.input.object) : nullptr)
    return Value(first ? range->first : range->last);
  const Sequence items(c.input);
  if (!items.is_walkable() || items.size() == 0 || (!first && c.input.is(Kind::map))) return {};
  return items.at(first ? 0 : items.size() - 1, c.r);
}

Datum first(const FilterCall& c) { return end_of(c, true); }
Datum last(const FilterCall& c) { return end_of(c, false); }

Datum join(const FilterCall& c) {
  const std::string_view glue = c.size() > 0 ? text_of(c.arg(0), c.r) : " ";
  std::string to;
  bool is_first = true;
  for (const Value& item : items_of(c)) {
    if (!is_first) to += glue;
    is_first = false;
    append_filter_text(to, item, c.r.setting());
    if (to.size() > c.r.setting().limits.assigned_bytes_max) break;
  }
  return Value(c.r.keep(to));
}

Datum reverse(const FilterCall& c) {
  auto items = items_of(c);
  std::reverse(items.begin(), items.end());
  return made(c, items);
}

Datum concat(const FilterCall& c) {
  if (!c.arg(0).is(Kind::list)) return c.r.refuse("concat filter requires an array argument");
  auto items = items_of(c);
  const auto more = c.arg(0).value.items();
  items.insert(items.end(), more.begin(), more.end());
  return made(c, items);
}

Datum map(const FilterCall& c) {
  auto items = items_of(c);
  for (Value& item : items) {
    const Selected s = select(item, c.arg(0));
    if (s.outcome == Outcome::refused) return refuse_property(c, c.arg(0));
    item = s.value;
  }
  return made(c, items);
}

// The key of each item: itself, or its member. False: the filter is done, with `result`.
bool keys_of(const FilterCall& c, const std::vector<Value>& items, std::vector<Value>& keys, Datum& result) {
  const bool by_property = c.size() > 0 && !c.arg(0).is_nil();
  for (const Value& item : items) {
    const Selected s = by_property ? select(item, c.arg(0)) : Selected{Outcome::value, item};
    if (s.outcome == Outcome::refused) result = refuse_property(c, c.arg(0));
    if (s.outcome != Outcome::value) return false;
    keys.push_back(s.value);
  }
  return true;
}

Datum uniq(const FilterCall& c) {
  const auto items = items_of(c);
  std::vector<Value> keys;
  Datum result;
  if (!keys_of(c, items, keys, result)) return result;
  std::unordered_set<std::string> seen;
  std::vector<Value> kept;
  for (std::size_t i = 0; i < items.size(); ++i) {
    std::string key;
    append_inspected(key, keys[i], c.r.setting());
    if (seen.insert(std::move(key)).second) kept.push_back(items[i]);
  }
  return made(c, kept);
}

Datum compact(const FilterCall& c) {
  const auto items = items_of(c);
  std::vector<Value> keys;
  Datum result;
  if (!keys_of(c, items, keys, result)) return result;
  std::vector<Value> kept;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (!keys[i].is_null()) kept.push_back(items[i]);
  return made(c, kept);
}

struct Sorter {
  std::vector<std::pair<Value, Value>> keyed;  // key, item
  bool incompatible = false;

  // nil stands last.
  bool less(const Value& a, const Value& b) {
    if (a.is_null() || b.is_null()) return !a.is_null() && b.is_null();
    const Order o = order(a, b);
    if (!o.comparable && !equal(a, b)) incompatible = true;
    return o.comparable && o.sign < 0;
  }
};

Datum sorted(const FilterCall& c, bool natural) {
  const auto items = items_of(c);
  std::vector<Value> keys;
  Datum result;
  if (!keys_of(c, items, keys, result)) return result;
  Sorter sorter;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (natural && !keys[i].is_null()) keys[i] = Value(text_of(keys[i], c.r));
    sorter.keyed.emplace_back(keys[i], items[i]);
  }
  std::stable_sort(sorter.keyed.begin(), sorter.keyed.end(), [&](const auto& a, const auto& b) {
    if (natural && !a.first.is_null() && !b.first.is_null()) return compare_ignoring_case(a.first.text(), b.first.text()) < 0;
    return sorter.less(a.first, b.first);
  });
  if (sorter.incompatible) return c.r.refuse("cannot sort values of incompatible types");
  std::vector<Value> done;
  for (const auto& [key, item] : sorter.keyed) done.push_back(item);
  return made(c, done);
}

Datum sort(const FilterCall& c) { return sorted(c, false); }
Datum sort_natural(const FilterCall& c) { return sorted(c, true); }

Datum sum(const FilterCall& c) {
  const bool by_property = c.size() > 0 && !c.arg(0).is_nil();
  Number total = whole(0);
  const auto add = [&](const Value& v) { total = calculate(Arithmetic::plus, total, to_number(v)).value_or(total); };
  for (const Value& item : items_of(c)) {
    const Selected s = by_property ? select(item, c.arg(0)) : Selected{Outcome::value, item};
    if (s.outcome == Outcome::refused) return refuse_property(c, c.arg(0));
    std::vector<Value> parts;
    flatten(s.value, parts);
    for (const Value& part : parts) add(part);
  }
  return from_number(total, c.r);
}

constexpr std::array filters{
    Filter{"compact", compact, 0, 1},     Filter{"concat", concat, 1, 1}, Filter{"first", first, 0, 0},
    Filter{"join", join, 0, 1},           Filter{"last", last, 0, 0},     Filter{"map", map, 1, 1},
    Filter{"reverse", reverse, 0, 0},     Filter{"size", size, 0, 0},     Filter{"sort", sort, 0, 1},
    Filter{"sort_natural", sort_natural, 0, 1}, Filter{"sum", sum, 0, 1}, Filter{"uniq", uniq, 0, 1},
};

}  // namespace

std::vector<Value> items_of(const FilterCall& c) {
  std::vector<Value> items;
  if (c.input.is(Object::Kind::range)) {
    const Sequence range(c.input);
    if (!c.r.count_step(static_cast<std::uint64_t>(range.size()))) return items;
    for (std::int64_t i = 0; i < range.size(); ++i) items.push_back(range.at(i, c.r).value);
  } else if (!c.input.is_plain()) {
    items.push_back(Value(text_of(c.input, c.r)));
  } else if (!c.input.is_nil()) {
    flatten(c.input.value, items);
  }
  c.r.count_step(items.size());
  return items;
}

Selected select(const Value& item, const Datum& property) {
  const Value key = property.is_plain() ? property.value : Value();
  switch (item.kind()) {
    case Kind::map: {
      const Value* found = item.find_key(key);
      return {Outcome::value, found == nullptr ? Value() : *found};
    }
    case Kind::integer:  // asked by a number: that bit
      if (!key.is(Kind::integer)) return {Outcome::refused, {}};
      return {Outcome::value, Value(key.integer() < 0 ? std::int64_t{0} : item.integer() >> std::min<std::int64_t>(key.integer(), 63) & 1)};
    case Kind::list:
    case Kind::uint: return {Outcome::refused, {}};
    case Kind::string:
      if (!key.is(Kind::string)) return {Outcome::refused, {}};
      return {Outcome::value, item.text().find(key.text()) == std::string_view::npos ? Value() : key};
    default: return {Outcome::no_members, {}};
  }
}

Datum refuse_property(const FilterCall& c, const Datum& property) {
  return c.r.refuse(fmt::format("cannot select the property '{}'", text_of(property, c.r)));
}

std::span<const Filter> list_filters() { return filters; }

}  // namespace shopbell::liquid
