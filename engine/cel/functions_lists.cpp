// The list, set and encoder extensions.
// https://github.com/google/cel-go/blob/master/ext/README.md#lists

#include "cel/compare.h"
#include "cel/library.h"

#include "base/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace shopbell::cel {
namespace {

constexpr std::int64_t flatten_depth_max = 100;

Value slice(Call& call, const Value* args) {
  const std::int64_t from = args[1].integer();
  const std::int64_t to = args[2].integer();
  const auto size = static_cast<std::int64_t>(args[0].size());
  if (from < 0 || to < from || to > size)
    return call.fail("out_of_range",
                     fmt::format("there is no slice {} to {} of a list of {}", from, to, size));
  return Value::list(
      args[0].items().subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from)));
}

bool flatten_into(Call& call, std::vector<Value>& to, const Value& list, std::int64_t depth) {
  for (const Value& item : list.items()) {
    if (!call.spend(1)) return false;
    if (!item.is(Kind::list) || depth == 0)
      to.push_back(item);
    else if (!flatten_into(call, to, item, depth - 1))
      return false;
  }
  return true;
}

Value flatten_to(Call& call, const Value& list, std::int64_t depth) {
  if (depth < 0) return call.fail("bad_argument", "a depth is not negative");
  std::vector<Value> flat;
  return flatten_into(call, flat, list, std::min(depth, flatten_depth_max)) ? make_list(call.arena(), flat)
                                                                            : call.too_costly();
}

Value flatten(Call& call, const Value* args) { return flatten_to(call, args[0], 1); }
Value flatten_depth(Call& call, const Value* args) { return flatten_to(call, args[0], args[1].integer()); }

Value sort(Call& call, const Value* args) {
  const auto items = args[0].items();
  if (!call.spend(items.size() * 10)) return call.too_costly();
  for (const Value& item : items)
    if (!sortable(item, items[0]))
      return call.fail("no_such_overload", "sort() needs elements of one type that has an order");
  std::vector<Value> sorted(items.begin(), items.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Value& a, const Value& b) { return *compare(a, b) < 0; });
  return make_list(call.arena(), sorted);
}

bool holds(Call& call, std::span<const Value> items, const Value& wanted) {
  return std::any_of(items.begin(), items.end(),
                     [&](const Value& item) { return call.spend(1) && equals(call, item, wanted); });
}

Value distinct(Call& call, const Value* args) {
  Value* kept = call.arena().make<Value>(args[0].size());
  std::size_t count = 0;
  for (const Value& item : args[0].items()) {
    if (!holds(call, {kept, count}, item)) kept[count++] = item;
    if (call.spent()) return call.too_costly();
  }
  return Value::list({kept, count});
}

Value reverse(Call& call, const Value* args) {
  if (!call.spend(args[0].size() / 2)) return call.too_costly();
  Value* items = call.arena().make<Value>(args[0].size());
  std::reverse_copy(args[0].items().begin(), args[0].items().end(), items);
  return Value::list({items, args[0].size()});
}

Value first(Call&, const Value* args) {
  return Value::optional(args[0].items().empty() ? nullptr : &args[0].items().front());
}
Value last(Call&, const Value* args) {
  return Value::optional(args[0].items().empty() ? nullptr : &args[0].items().back());
}

Value range(Call& call, const Value* args) {
  const std::int64_t count = std::max<std::int64_t>(args[0].integer(), 0);
  if (!call.spend(static_cast<std::uint64_t>(count))) return call.too_costly();
  Value* items = call.arena().make<Value>(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) items[i] = Value(i);
  return Value::list({items, static_cast<std::size_t>(count)});
}

bool includes(Call& call, const Value& outer, const Value& inner) {
  return std::all_of(inner.items().begin(), inner.items().end(),
                     [&](const Value& item) { return holds(call, outer.items(), item); });
}

Value answer(Call& call, bool yes) { return call.spent() ? call.too_costly() : Value(yes); }

Value set_contains(Call& call, const Value* args) { return answer(call, includes(call, args[0], args[1])); }
Value set_equivalent(Call& call, const Value* args) {
  return answer(call, includes(call, args[0], args[1]) && includes(call, args[1], args[0]));
}

Value set_intersects(Call& call, const Value* args) {
  return answer(call, std::any_of(args[0].items().begin(), args[0].items().end(),
                                  [&](const Value& item) { return holds(call, args[1].items(), item); }));
}

Value base64_encode(Call& call, const Value* args) {
  return call.spend(args[0].size() / 10) ? call.text(to_base64(args[0].text())) : call.too_costly();
}

Value base64_decode(Call& call, const Value* args) {
  if (!call.spend(args[0].size() / 10)) return call.too_costly();
  const auto bytes = from_base64(args[0].text());
  return bytes ? call.text(*bytes, Kind::bytes) : call.fail("bad_argument", "the text is no base64");
}

constexpr auto g = Style::global;
constexpr auto m = Style::member;

constexpr Entry entries[] = {
    {"slice", m, "list(param:A), int, int", "list(param:A)", slice},
    {"flatten", m, "list(list(param:A))", "list(param:A)", flatten},
    {"flatten", m, "list(dyn), int", "list(dyn)", flatten_depth},
    {"sort", m, "list(param:A)", "list(param:A)", sort},
    {"distinct", m, "list(param:A)", "list(param:A)", distinct},
    {"reverse", m, "list(param:A)", "list(param:A)", reverse},
    {"first", m, "list(param:A)", "optional_type(param:A)", first},
    {"last", m, "list(param:A)", "optional_type(param:A)", last},
    {"lists.range", g, "int", "list(int)", range},
    {"sets.contains", g, "list(param:A), list(param:A)", "bool", set_contains},
    {"sets.equivalent", g, "list(param:A), list(param:A)", "bool", set_equivalent},
    {"sets.intersects", g, "list(param:A), list(param:A)", "bool", set_intersects},
    {"base64.encode", g, "bytes", "string", base64_encode},
    {"base64.decode", g, "string", "bytes", base64_decode},
};

}  // namespace

std::span<const Entry> list_functions() { return entries; }

}  // namespace shopbell::cel
