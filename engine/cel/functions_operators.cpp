// Arithmetic, comparison and `in` as functions: for the checker their overloads, for the planner
// what has no node of its own.

#include "cel/ast.h"
#include "cel/compare.h"
#include "cel/duration.h"
#include "cel/library.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace shopbell::cel {
namespace {

Value overflow(Call& call) { return call.fail("overflow", "the result does not fit in 64 bits"); }

template <class T, Kind kind>
T number(const Value& v) {
  if constexpr (kind == Kind::integer)
    return v.integer();
  else
    return v.uint();
}

template <class T, Kind kind>
Value add_whole(Call& call, const Value* args) {
  T result{};
  return __builtin_add_overflow(number<T, kind>(args[0]), number<T, kind>(args[1]), &result) ? overflow(call)
                                                                                             : Value(result);
}

template <class T, Kind kind>
Value subtract_whole(Call& call, const Value* args) {
  T result{};
  return __builtin_sub_overflow(number<T, kind>(args[0]), number<T, kind>(args[1]), &result) ? overflow(call)
                                                                                             : Value(result);
}

template <class T, Kind kind>
Value multiply_whole(Call& call, const Value* args) {
  T result{};
  return __builtin_mul_overflow(number<T, kind>(args[0]), number<T, kind>(args[1]), &result) ? overflow(call)
                                                                                             : Value(result);
}

template <class T, Kind kind>
bool leaves_range(const Value* args) {
  if constexpr (kind == Kind::integer)
    return args[0].integer() == std::numeric_limits<T>::min() && args[1].integer() == -1;
  else
    return false;
}

template <class T, Kind kind>
Value divide_whole(Call& call, const Value* args) {
  if (number<T, kind>(args[1]) == 0) return call.fail("divide_by_zero", "division by zero");
  return leaves_range<T, kind>(args)
             ? overflow(call)
             : Value(static_cast<T>(number<T, kind>(args[0]) / number<T, kind>(args[1])));
}

template <class T, Kind kind>
Value modulo_whole(Call& call, const Value* args) {
  if (number<T, kind>(args[1]) == 0) return call.fail("divide_by_zero", "modulus by zero");
  return leaves_range<T, kind>(args)
             ? overflow(call)
             : Value(static_cast<T>(number<T, kind>(args[0]) % number<T, kind>(args[1])));
}

Value add_reals(Call&, const Value* args) { return args[0].real() + args[1].real(); }
Value subtract_reals(Call&, const Value* args) { return args[0].real() - args[1].real(); }
Value multiply_reals(Call&, const Value* args) { return args[0].real() * args[1].real(); }

#if defined(__clang__)
__attribute__((no_sanitize("float-divide-by-zero")))  // IEEE 754 gives infinity or NaN, as CEL wants
#endif
Value divide_reals(Call&, const Value* args) {
  return args[0].real() / args[1].real();
}

Value negate_whole(Call& call, const Value* args) {
  return args[0].integer() == std::numeric_limits<std::int64_t>::min() ? overflow(call)
                                                                       : Value(-args[0].integer());
}
Value negate_real(Call&, const Value* args) { return -args[0].real(); }

Value add_texts(Call& call, const Value* args) {
  const std::string_view a = args[0].text();
  const std::string_view b = args[1].text();
  if (!call.spend((a.size() + b.size()) / 10)) return call.too_costly();
  char* to = call.arena().make<char>(a.size() + b.size());
  std::copy(a.begin(), a.end(), to);
  std::copy(b.begin(), b.end(), to + a.size());
  return Value::of_text(args[0].kind(), {to, a.size() + b.size()});
}

Value add_lists(Call& call, const Value* args) {
  const std::size_t size = args[0].size() + args[1].size();
  if (!call.spend(size / 2)) return call.too_costly();
  Value* to = call.arena().make<Value>(size);
  std::copy(args[0].items().begin(), args[0].items().end(), to);
  std::copy(args[1].items().begin(), args[1].items().end(), to + args[0].size());
  return Value::list({to, size});
}

Value equal(Call& call, const Value* args) {
  const bool result = equals(call, args[0], args[1]);
  return call.spent() ? call.too_costly() : Value(result);
}

Value not_equal(Call& call, const Value* args) {
  const bool result = equals(call, args[0], args[1]);
  return call.spent() ? call.too_costly() : Value(!result);
}

Value less(Call&, const Value* args) { return *compare(args[0], args[1]) < 0; }
Value less_equals(Call&, const Value* args) { return *compare(args[0], args[1]) <= 0; }
Value greater(Call&, const Value* args) { return *compare(args[0], args[1]) > 0; }
Value greater_equals(Call&, const Value* args) { return *compare(args[0], args[1]) >= 0; }

Value in_list(Call& call, const Value* args) {
  for (const Value& item : args[1].items()) {
    if (equals(call, args[0], item)) return true;
    if (!call.spend(1)) return call.too_costly();
  }
  return false;
}

Value in_map(Call&, const Value* args) { return find_member(args[1], args[0]) != nullptr; }

Value logical_not(Call&, const Value* args) { return !args[0].boolean(); }

constexpr auto g = Style::global;

#define SHOPBELL_WHOLE(name, function)                                   \
  {name, g, "int, int", "int", function<std::int64_t, Kind::integer>}, { \
    name, g, "uint, uint", "uint", function<std::uint64_t, Kind::uint>   \
  }
#define SHOPBELL_ORDER(name, function)                                                            \
  {name, g, "int, int", "bool", function}, {name, g, "double, double", "bool", function},         \
      {name, g, "double, int", "bool", function}, {name, g, "int, double", "bool", function},     \
      {name, g, "uint, uint", "bool", function}, {name, g, "uint, int", "bool", function},        \
      {name, g, "int, uint", "bool", function}, {name, g, "uint, double", "bool", function},      \
      {name, g, "double, uint", "bool", function}, {name, g, "string, string", "bool", function}, \
      {name, g, "bytes, bytes", "bool", function}, {name, g, "bool, bool", "bool", function},     \
      {name, g, "timestamp, timestamp", "bool", function}, {                                      \
    name, g, "duration, duration", "bool", function                                               \
  }
// Numbers are equal across their types at evaluation; the checker lets them be compared, too.
#define SHOPBELL_EQUALITY(name, function)                                                      \
  {name, g, "param:A, param:A", "bool", function}, {name, g, "double, int", "bool", function}, \
      {name, g, "int, double", "bool", function}, {name, g, "uint, int", "bool", function},    \
      {name, g, "int, uint", "bool", function}, {name, g, "uint, double", "bool", function}, { \
    name, g, "double, uint", "bool", function                                                  \
  }

constexpr Entry entries[] = {
    SHOPBELL_WHOLE(op::add, add_whole),
    {op::add, g, "double, double", "double", add_reals},
    {op::add, g, "string, string", "string", add_texts},
    {op::add, g, "bytes, bytes", "bytes", add_texts},
    {op::add, g, "list(param:A), list(param:A)", "list(param:A)", add_lists},
    {op::add, g, "timestamp, duration", "timestamp", add_duration_to_timestamp},
    {op::add, g, "duration, timestamp", "timestamp", add_timestamp_to_duration},
    {op::add, g, "duration, duration", "duration", add_durations},
    SHOPBELL_WHOLE(op::subtract, subtract_whole),
    {op::subtract, g, "double, double", "double", subtract_reals},
    {op::subtract, g, "timestamp, timestamp", "duration", subtract_timestamps},
    {op::subtract, g, "timestamp, duration", "timestamp", subtract_duration_from_timestamp},
    {op::subtract, g, "duration, duration", "duration", subtract_durations},
    SHOPBELL_WHOLE(op::multiply, multiply_whole),
    {op::multiply, g, "double, double", "double", multiply_reals},
    SHOPBELL_WHOLE(op::divide, divide_whole),
    {op::divide, g, "double, double", "double", divide_reals},
    SHOPBELL_WHOLE(op::modulo, modulo_whole),
    {op::negate, g, "int", "int", negate_whole},
    {op::negate, g, "double", "double", negate_real},
    SHOPBELL_EQUALITY(op::equals, equal),
    SHOPBELL_EQUALITY(op::not_equals, not_equal),
    SHOPBELL_ORDER(op::less, less),
    SHOPBELL_ORDER(op::less_equals, less_equals),
    SHOPBELL_ORDER(op::greater, greater),
    SHOPBELL_ORDER(op::greater_equals, greater_equals),
    {op::in, g, "param:A, list(param:A)", "bool", in_list},
    {op::in, g, "param:K, map(param:K, param:V)", "bool", in_map},
    {op::logical_not, g, "bool", "bool", logical_not},
};

#undef SHOPBELL_WHOLE
#undef SHOPBELL_ORDER
#undef SHOPBELL_EQUALITY

}  // namespace

std::span<const Entry> operator_functions() { return entries; }

}  // namespace shopbell::cel
