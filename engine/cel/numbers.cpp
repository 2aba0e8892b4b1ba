#include "cel/numbers.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace shopbell::cel {

std::string real_text(double d) {
  if (std::isnan(d)) return "NaN";
  if (std::isinf(d)) return d < 0 ? "-Infinity" : "Infinity";
  const double magnitude = std::fabs(d);
  const bool plain = magnitude == 0 || (magnitude >= 1e-5 && magnitude < 1e21);
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), d,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific)
                       .ptr;
  return {buffer.data(), end};
}

std::string number_text(const Value& number) {
  if (number.is(Kind::integer)) return fmt::to_string(number.integer());
  return number.is(Kind::uint) ? fmt::to_string(number.uint()) : real_text(number.real());
}

}  // namespace shopbell::cel
