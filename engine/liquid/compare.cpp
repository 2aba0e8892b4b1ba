#include "liquid/compare.h"

#include "liquid/number.h"
#include "liquid/rendering.h"
#include "liquid/scanner.h"
#include "liquid/text.h"

#include <algorithm>

namespace shopbell::liquid {
namespace {

bool is_number(const Datum& d) { return d.is(Object::Kind::wide) || (d.is_plain() && d.value.is_number()); }

bool equal_lists(std::span<const Value> a, std::span<const Value> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Value& x, const Value& y) { return equal(x, y); });
}

bool equal_maps(const Value& a, const Value& b) {
  if (a.size() != b.size()) return false;
  for (const Member& m : a.members()) {
    const Value* other = b.find_key(m.key);
    if (other == nullptr || !equal(m.value, *other)) return false;
  }
  return true;
}

bool equal_ranges(const Datum& a, const Datum& b) {
  if (!a.is(Object::Kind::range) || !b.is(Object::Kind::range)) return false;
  const auto& x = static_cast<const RangeObject&>(*a.object);
  const auto& y = static_cast<const RangeObject&>(*b.object);
  return x.first == y.first && x.last == y.last;
}

bool equal_selves(const Datum& a, const Datum& b) {
  if (!a.is(Object::Kind::self) || !b.is(Object::Kind::self)) return false;
  return static_cast<const SelfObject&>(*a.object).world == static_cast<const SelfObject&>(*b.object).world;
}

int sign_of(auto a, auto b) { return a < b ? -1 : a > b ? 1 : 0; }

Order order_of_times(const Value& a, const Value& b) {
  const int seconds = sign_of(a.seconds(), b.seconds());
  return {true, false, seconds != 0 ? seconds : sign_of(a.nanos(), b.nanos())};
}

bool holds_item(const Value& list, const Datum& what) {
  if (!what.is_plain() && !is_number(what)) return false;
  return std::any_of(list.items().begin(), list.items().end(), [&](const Value& v) { return equal(Datum(v), what); });
}

}  // namespace

bool is_empty(const Datum& d) {
  if (d.is(Object::Kind::range)) return false;
  if (!d.is_plain()) return false;
  const Kind k = d.value.kind();
  return (k == Kind::string || k == Kind::list || k == Kind::map || k == Kind::bytes) && d.value.size() == 0;
}

bool is_blank_datum(const Datum& d) {
  if (!d.is_plain()) return false;
  if (!d.truthy()) return true;
  return d.is_text() ? is_blank(d.value.text()) : is_empty(d);
}

bool equal(const Value& a, const Value& b) { return equal(Datum(a), Datum(b)); }

bool equal(const Datum& a, const Datum& b) {
  if (is_number(a) && is_number(b)) {
    const auto sign = compare(to_number(a), to_number(b));
    return sign && *sign == 0;
  }
  if (!a.is_plain() || !b.is_plain()) return a.object == b.object || equal_ranges(a, b) || equal_selves(a, b);
  const Value& x = a.value;
  const Value& y = b.value;
  if (x.kind() != y.kind()) return false;
  switch (x.kind()) {
    case Kind::null: return true;
    case Kind::boolean: return x.boolean() == y.boolean();
    case Kind::list:
    case Kind::optional: return equal_lists(x.items(), y.items());
    case Kind::map: return equal_maps(x, y);
    case Kind::timestamp:
    case Kind::duration: return x.seconds() == y.seconds() && x.nanos() == y.nanos();
    default: return x.text() == y.text();
  }
}

bool matches(const Datum& a, const Datum& b) {
  if (a.is(Object::Kind::empty)) return is_empty(b);
  if (b.is(Object::Kind::empty)) return is_empty(a);
  if (a.is(Object::Kind::blank)) return is_blank_datum(b);
  if (b.is(Object::Kind::blank)) return is_blank_datum(a);
  return equal(a, b);
}

bool contains(const Datum& in, const Datum& what, Rendering& r) {
  if (!in.truthy() || !what.truthy()) return false;
  if (in.is_text()) return in.value.text().find(text_of(what, r)) != std::string_view::npos;
  if (in.is(Kind::list)) return holds_item(in.value, what);
  if (in.is(Kind::map)) return what.is_plain() && in.value.find_key(what.value) != nullptr;
  if (!in.is(Object::Kind::range) || !is_number(what)) return false;
  const auto& range = static_cast<const RangeObject&>(*in.object);
  const Number n = to_number(what);
  return compare(whole(range.first), n).value_or(1) <= 0 && compare(n, whole(range.last)).value_or(1) <= 0;
}

Order order(const Datum& a, const Datum& b) {
  if (is_number(a) && is_number(b)) {
    const auto sign = compare(to_number(a), to_number(b));
    return {sign.has_value(), false, sign.value_or(0)};
  }
  if (a.is_text() && b.is_text()) {
    const int sign = a.value.text().compare(b.value.text());
    return {true, false, sign_of(sign, 0)};
  }
  if (a.is(Kind::timestamp) && b.is(Kind::timestamp)) return order_of_times(a.value, b.value);
  const auto ordered = [](const Datum& d) { return is_number(d) || d.is_text() || d.is(Kind::timestamp); };
  return {false, ordered(a) && ordered(b), 0};
}

}  // namespace shopbell::liquid
