#include "liquid/filters.h"
#include "liquid/number.h"
#include "liquid/rendering.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace shopbell::liquid {
namespace {

template <Arithmetic How>
Datum arithmetic(const FilterCall& c) {
  const auto result = calculate(How, to_number(c.input), to_number(c.arg(0)));
  return result ? from_number(*result, c.r) : c.r.refuse("divided by 0");
}

Datum abs_filter(const FilterCall& c) {
  Number n = to_number(c.input);
  if (n.digits < 0) n.digits = -n.digits;
  n.real = std::fabs(n.real);
  return from_number(n, c.r);
}

Datum no_number(const FilterCall& c, const Number& n) {
  return c.r.refuse(std::isnan(n.real) ? "Computation results in 'NaN' (Not a Number)"
                    : n.real > 0       ? "Computation results in 'Infinity'"
                                       : "Computation results in '-Infinity'");
}

template <Rounding How>
Datum to_whole(const FilterCall& c) {
  const Number n = to_number(c.input);
  const auto result = round_to(n, 0, How);
  return result ? from_number(*result, c.r) : no_number(c, n);
}

Datum round_filter(const FilterCall& c) {
  constexpr double places_max = 300;
  const Number n = to_number(c.input);
  const double places = to_number(c.arg(0)).as_double();
  if (!std::isfinite(places)) return no_number(c, to_number(c.arg(0)));
  if (places > std::numeric_limits<int>::max() || places < std::numeric_limits<int>::min())
    return c.r.fail("render", "internal", "round takes at most 2147483647 places");
  const int clamped = static_cast<int>(std::clamp(places, -places_max, places_max));
  if (clamped > 0 && n.kind == Number::Kind::special) return from_number(n, c.r);
  const auto result = round_to(n, clamped, Rounding::nearest);
  return result ? from_number(*result, c.r) : no_number(c, n);
}

template <int Wanted>
Datum bound(const FilterCall& c) {
  const Number limit = to_number(c.arg(0));
  const Number n = to_number(c.input);
  return from_number(compare(limit, n).value_or(0) == Wanted ? limit : n, c.r);
}

constexpr std::array filters{
    Filter{"abs", abs_filter, 0, 0},
    Filter{"at_least", bound<1>, 1, 1},
    Filter{"at_most", bound<-1>, 1, 1},
    Filter{"ceil", to_whole<Rounding::up>, 0, 0},
    Filter{"divided_by", arithmetic<Arithmetic::divided_by>, 1, 1},
    Filter{"floor", to_whole<Rounding::down>, 0, 0},
    Filter{"minus", arithmetic<Arithmetic::minus>, 1, 1},
    Filter{"modulo", arithmetic<Arithmetic::modulo>, 1, 1},
    Filter{"plus", arithmetic<Arithmetic::plus>, 1, 1},
    Filter{"round", round_filter, 0, 1},
    Filter{"times", arithmetic<Arithmetic::times>, 1, 1},
};

}  // namespace

std::span<const Filter> math_filters() { return filters; }

}  // namespace shopbell::liquid
