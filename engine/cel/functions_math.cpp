// The math extension. https://github.com/google/cel-go/blob/master/ext/README.md#math

#include "cel/compare.h"
#include "cel/library.h"

#include <cmath>
#include <cstdlib>
#include <limits>

namespace shopbell::cel {
namespace {

bool better(const Value& a, const Value& b, bool greatest) {
  const auto order = compare_numbers(a, b);
  return greatest ? order > 0 : order < 0;
}

Value same_value(Call&, const Value* args) { return args[0]; }

template <bool greatest>
Value of_two(Call&, const Value* args) {
  return better(args[1], args[0], greatest) ? args[1] : args[0];
}

template <bool greatest>
Value of_list(Call& call, const Value* args) {
  const auto items = args[0].items();
  if (items.empty()) return call.fail("bad_argument", "the list is empty");
  if (!call.spend(items.size())) return call.too_costly();
  const Value* best = nullptr;
  for (const Value& item : items) {
    if (!item.is_number()) return call.fail("no_such_overload", "the list holds something that is no number");
    if (best == nullptr || better(item, *best, greatest)) best = &item;
  }
  return *best;
}

template <double (*function)(double)>
Value of_real(Call&, const Value* args) {
  return function(args[0].real());
}

double rounded(double d) { return std::round(d); }
double ceiling(double d) { return std::ceil(d); }
double floored(double d) { return std::floor(d); }
double truncated(double d) { return std::trunc(d); }
double magnitude(double d) { return std::fabs(d); }
double sign_of(double d) { return std::isnan(d) ? d : static_cast<double>((d > 0) - (d < 0)); }

Value abs_int(Call& call, const Value* args) {
  if (args[0].integer() == std::numeric_limits<std::int64_t>::min())
    return call.fail("overflow", "the result does not fit in 64 bits");
  return std::abs(args[0].integer());
}

Value sign_int(Call&, const Value* args) {
  return static_cast<std::int64_t>((args[0].integer() > 0) - (args[0].integer() < 0));
}
Value sign_uint(Call&, const Value* args) { return static_cast<std::uint64_t>(args[0].uint() > 0); }
Value is_nan(Call&, const Value* args) { return std::isnan(args[0].real()); }
Value is_inf(Call&, const Value* args) { return std::isinf(args[0].real()); }
Value is_finite(Call&, const Value* args) { return std::isfinite(args[0].real()); }
Value square_root(Call&, const Value* args) { return std::sqrt(args[0].number_or(0)); }

std::uint64_t bits(const Value& v) {
  return v.is(Kind::uint) ? v.uint() : static_cast<std::uint64_t>(v.integer());
}
Value like(const Value& model, std::uint64_t b) {
  return model.is(Kind::uint) ? Value(b) : Value(static_cast<std::int64_t>(b));
}

Value bit_and(Call&, const Value* args) { return like(args[0], bits(args[0]) & bits(args[1])); }
Value bit_or(Call&, const Value* args) { return like(args[0], bits(args[0]) | bits(args[1])); }
Value bit_xor(Call&, const Value* args) { return like(args[0], bits(args[0]) ^ bits(args[1])); }
Value bit_not(Call&, const Value* args) { return like(args[0], ~bits(args[0])); }

template <bool left>
Value shift(Call& call, const Value* args) {
  const std::int64_t by = args[1].integer();
  if (by < 0) return call.fail("bad_argument", "a shift by a negative number");
  if (by > 63) return like(args[0], 0);
  return like(args[0], left ? bits(args[0]) << by : bits(args[0]) >> by);
}

constexpr auto g = Style::global;

#define SHOPBELL_EXTREME(name, greatest)                                                                    \
  {name, g, "int", "int", same_value}, {name, g, "uint", "uint", same_value},                               \
      {name, g, "double", "double", same_value}, {name, g, "int, int", "int", of_two<greatest>},            \
      {name, g, "uint, uint", "uint", of_two<greatest>},                                                    \
      {name, g, "double, double", "double", of_two<greatest>},                                              \
      {name, g, "int, uint", "dyn", of_two<greatest>}, {name, g, "uint, int", "dyn", of_two<greatest>},     \
      {name, g, "int, double", "dyn", of_two<greatest>}, {name, g, "double, int", "dyn", of_two<greatest>}, \
      {name, g, "uint, double", "dyn", of_two<greatest>},                                                   \
      {name, g, "double, uint", "dyn", of_two<greatest>}, {name, g, "list(int)", "int", of_list<greatest>}, \
      {name, g, "list(uint)", "uint", of_list<greatest>}, {                                                 \
    name, g, "list(double)", "double", of_list<greatest>                                                    \
  }

constexpr Entry entries[] = {
    SHOPBELL_EXTREME("math.greatest", true),
    SHOPBELL_EXTREME("math.least", false),
    {"math.ceil", g, "double", "double", of_real<ceiling>},
    {"math.floor", g, "double", "double", of_real<floored>},
    {"math.round", g, "double", "double", of_real<rounded>},
    {"math.trunc", g, "double", "double", of_real<truncated>},
    {"math.abs", g, "double", "double", of_real<magnitude>},
    {"math.abs", g, "int", "int", abs_int},
    {"math.abs", g, "uint", "uint", same_value},
    {"math.sign", g, "double", "double", of_real<sign_of>},
    {"math.sign", g, "int", "int", sign_int},
    {"math.sign", g, "uint", "uint", sign_uint},
    {"math.isNaN", g, "double", "bool", is_nan},
    {"math.isInf", g, "double", "bool", is_inf},
    {"math.isFinite", g, "double", "bool", is_finite},
    {"math.sqrt", g, "double", "double", square_root},
    {"math.sqrt", g, "int", "double", square_root},
    {"math.sqrt", g, "uint", "double", square_root},
    {"math.bitAnd", g, "int, int", "int", bit_and},
    {"math.bitAnd", g, "uint, uint", "uint", bit_and},
    {"math.bitOr", g, "int, int", "int", bit_or},
    {"math.bitOr", g, "uint, uint", "uint", bit_or},
    {"math.bitXor", g, "int, int", "int", bit_xor},
    {"math.bitXor", g, "uint, uint", "uint", bit_xor},
    {"math.bitNot", g, "int", "int", bit_not},
    {"math.bitNot", g, "uint", "uint", bit_not},
    {"math.bitShiftLeft", g, "int, int", "int", shift<true>},
    {"math.bitShiftLeft", g, "uint, int", "uint", shift<true>},
    {"math.bitShiftRight", g, "int, int", "int", shift<false>},
    {"math.bitShiftRight", g, "uint, int", "uint", shift<false>},
};

#undef SHOPBELL_EXTREME

}  // namespace

std::span<const Entry> math_functions() { return entries; }

}  // namespace shopbell::cel
