#include "cel/compare.h"

#include "cel/network.h"

#include <algorithm>
#include <cmath>

namespace shopbell::cel {
namespace {

constexpr double two_63 = 9223372036854775808.0;
constexpr double two_64 = 18446744073709551616.0;

// Beyond 2^53 an integer is compared as the double nearest to it, as cel-go does.
template <class Whole>
std::partial_ordering compare_whole_real(Whole a, double b) {
  return static_cast<double>(a) <=> b;
}

std::partial_ordering compare_int_uint(std::int64_t a, std::uint64_t b) {
  if (a < 0) return std::partial_ordering::less;
  return static_cast<std::uint64_t>(a) <=> b;
}

std::partial_ordering reverse(std::partial_ordering o) { return 0 <=> o; }

bool equal_maps(Call& call, const Value& a, const Value& b) {
  if (a.members().size() != b.members().size()) return false;
  return std::all_of(a.members().begin(), a.members().end(), [&](const Member& m) {
    const Value* other = find_member(b, m.key);
    return other != nullptr && equals(call, m.value, *other);
  });
}

}  // namespace

std::partial_ordering compare_numbers(const Value& a, const Value& b) {
  if (a.is(Kind::integer)) {
    if (b.is(Kind::integer)) return a.integer() <=> b.integer();
    return b.is(Kind::real) ? compare_whole_real(a.integer(), b.real())
                            : compare_int_uint(a.integer(), b.uint());
  }
  if (a.is(Kind::uint)) {
    if (b.is(Kind::uint)) return a.uint() <=> b.uint();
    return b.is(Kind::real) ? compare_whole_real(a.uint(), b.real())
                            : reverse(compare_int_uint(b.integer(), a.uint()));
  }
  if (b.is(Kind::real)) return a.real() <=> b.real();
  return reverse(compare_numbers(b, a));
}

bool equals(Call& call, const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return compare_numbers(a, b) == 0;
  if (a.kind() != b.kind() || !call.spend(1)) return false;
  switch (a.kind()) {
    case Kind::null: return true;
    case Kind::boolean: return a.boolean() == b.boolean();
    case Kind::string:
    case Kind::bytes:
    case Kind::type: return a.text() == b.text();
    case Kind::cidr: return a.text() == b.text();
    case Kind::ip: return same_address(a.text(), b.text());
    case Kind::timestamp:
    case Kind::duration: return a.seconds() == b.seconds() && a.nanos() == b.nanos();
    case Kind::list:
    case Kind::optional:
      if (!call.spend(a.items().size() / 2)) return false;
      return std::equal(a.items().begin(), a.items().end(), b.items().begin(), b.items().end(),
                        [&](const Value& x, const Value& y) { return equals(call, x, y); });
    case Kind::map: return equal_maps(call, a, b);
    default: return false;
  }
}

std::optional<std::partial_ordering> compare(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return compare_numbers(a, b);
  if (a.kind() != b.kind()) return std::nullopt;
  switch (a.kind()) {
    case Kind::boolean: return a.boolean() <=> b.boolean();
    case Kind::string:
    case Kind::bytes: return a.text() <=> b.text();
    case Kind::timestamp:
    case Kind::duration:
      return a.seconds() != b.seconds() ? a.seconds() <=> b.seconds() : a.nanos() <=> b.nanos();
    default: return std::nullopt;
  }
}

bool sortable(const Value& a, const Value& b) { return compare(a, b).has_value(); }

std::optional<std::int64_t> whole(const Value& number) {
  if (number.is(Kind::integer)) return number.integer();
  if (number.is(Kind::uint) && number.uint() <= static_cast<std::uint64_t>(INT64_MAX))
    return static_cast<std::int64_t>(number.uint());
  if (number.is(Kind::real) && number.real() >= -two_63 && number.real() < two_63 &&
      std::trunc(number.real()) == number.real())
    return static_cast<std::int64_t>(number.real());
  return std::nullopt;
}

const Value* find_member(const Value& map, const Value& key) {
  if (const Value* found = map.find_key(key)) return found;
  if (!key.is_number()) return nullptr;
  if (const auto as_int = whole(key)) {
    if (const Value* found = map.find_key(Value(*as_int))) return found;
    return *as_int < 0 ? nullptr : map.find_key(Value(static_cast<std::uint64_t>(*as_int)));
  }
  if (key.is(Kind::real) && key.real() >= two_63 && key.real() < two_64 &&
      std::trunc(key.real()) == key.real())
    return map.find_key(Value(static_cast<std::uint64_t>(key.real())));
  return nullptr;
}

std::string_view type_name(Kind kind) {
  switch (kind) {
    case Kind::null: return "null_type";
    case Kind::boolean: return "bool";
    case Kind::integer: return "int";
    case Kind::uint: return "uint";
    case Kind::real: return "double";
    case Kind::string: return "string";
    case Kind::bytes: return "bytes";
    case Kind::list: return "list";
    case Kind::map: return "map";
    case Kind::timestamp: return "google.protobuf.Timestamp";
    case Kind::duration: return "google.protobuf.Duration";
    case Kind::type: return "type";
    case Kind::optional: return "optional_type";
    case Kind::ip: return "net.IP";
    case Kind::cidr: return "net.CIDR";
    case Kind::error: return "error";
  }
  return "error";
}

std::string_view type_name(const Value& v) { return type_name(v.kind()); }

}  // namespace shopbell::cel
