#pragma once
// Numbers as Liquid counts: whole numbers exactly (38 digits), decimal ones as decimals, so that
// 0.1 | plus: 0.2 is 0.3. A result with a fraction is a double again.

#include "liquid/datum.h"

#include <optional>
#include <string>
#include <string_view>

namespace shopbell::liquid {

class Rendering;

struct Number {
  enum class Kind : std::uint8_t { whole, decimal, special };
  Kind kind = Kind::whole;
  Wide digits = 0;    // whole: the number; decimal: digits * 10^exponent
  int exponent = 0;
  double real = 0;    // special: NaN, the infinities, and what has too many digits to be exact

  bool is_whole() const { return kind == Kind::whole; }
  double as_double() const;
};

/// What a filter takes for a number: a number, a text that begins with a whole one or is a decimal
/// one ("3.5"); all else is 0.
Number to_number(const Datum& d);
Number whole(Wide n);

Datum from_number(const Number& n, Rendering& r);
Datum from_wide(Wide n, Rendering& r);

enum class Arithmetic : std::uint8_t { plus, minus, times, divided_by, modulo };
/// nullopt: division by zero.
std::optional<Number> calculate(Arithmetic how, const Number& a, const Number& b);
/// -1, 0, 1; nullopt: one of them is NaN.
std::optional<int> compare(const Number& a, const Number& b);

enum class Rounding : std::uint8_t { nearest, up, down };
/// To `places` decimals (below 0: tens, hundreds). nullopt: there is no such number (NaN, infinity).
std::optional<Number> round_to(const Number& n, int places, Rounding how);

/// A whole number where one is wanted: a whole number, or a text that is one ("12", " 0x1f "), by
/// the rules of Ruby's Integer(). nullopt: it is none. Beyond 64 bits: the nearest there is.
std::optional<std::int64_t> to_integer(const Datum& d);
/// The nearest whole number of 64 bits, without the fraction; 0 of NaN.
std::int64_t in_64_bits(Wide n);
std::int64_t in_64_bits(double d);
/// The whole number that a text begins with, else 0. One of more than 38 digits is the nearest double.
Number leading_number(std::string_view text);
/// The same as a whole number: one of more than 38 digits is the largest, or smallest, that there is.
Wide leading_integer(std::string_view text);

/// "1.5", "100.0", "1.0e+20": a double as Ruby prints it.
std::string real_text(double d);
std::string wide_text(Wide n);

}  // namespace shopbell::liquid
