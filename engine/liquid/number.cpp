#include "liquid/number.h"

#include "liquid/markup.h"
#include "liquid/rendering.h"
#include "liquid/scanner.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace shopbell::liquid {
namespace {

constexpr Wide wide_max = (static_cast<Wide>(0x7fffffffffffffffLL) << 64) | static_cast<Wide>(0xffffffffffffffffULL);
constexpr std::size_t digits_max = 38;

Number special(double d) { return {Number::Kind::special, 0, 0, d}; }

bool fits_64(Wide n) { return n >= std::numeric_limits<std::int64_t>::min() && n <= std::numeric_limits<std::int64_t>::max(); }

Number decimal(Wide digits, int exponent) {
  if (fits_64(digits)) {  // dividing 128 bits takes ten times as long
    auto small = static_cast<std::int64_t>(digits);
    for (; small != 0 && small % 10 == 0; small /= 10) ++exponent;
    return {Number::Kind::decimal, small, small == 0 ? 0 : exponent, 0};
  }
  while (digits != 0 && digits % 10 == 0) {
    digits /= 10;
    ++exponent;
  }
  return {Number::Kind::decimal, digits, digits == 0 ? 0 : exponent, 0};
}

// The shortest decimal that reads back as this double: 0.1 is one tenth.
Number of_double(double d) {
  if (!std::isfinite(d) || (d == 0 && std::signbit(d))) return special(d);
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, d, std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t e = text.find('e');
  int exponent = 0;
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), end, exponent);
  Wide digits = 0;
  bool fraction = false;
  for (const char c : text.substr(0, e)) {
    if (c == '.') fraction = true;
    if (!is_digit(c)) continue;
    digits = digits * 10 + (c - '0');
    if (fraction) --exponent;
  }
  return decimal(text.front() == '-' ? -digits : digits, exponent);
}

double parse_double(std::string_view text) {
  double d = 0;
  std::from_chars(text.data(), text.data() + text.size(), d);
  return d;
}

// "-12.50" and nothing else.
bool is_decimal_text(std::string_view text) {
  std::size_t i = text.starts_with('-') ? 1 : 0;
  const std::size_t begin = i;
  while (i < text.size() && is_digit(text[i])) ++i;
  if (i == begin || i >= text.size() || text[i] != '.') return false;
  const std::size_t fraction = ++i;
  while (i < text.size() && is_digit(text[i])) ++i;
  return i == text.size() && i > fraction;
}

Number of_decimal_text(std::string_view text) {
  if (text.size() > digits_max) return special(parse_double(text));
  Wide digits = 0;
  int exponent = 0;
  bool fraction = false;
  for (const char c : text) {
    if (c == '.') fraction = true;
    if (!is_digit(c)) continue;
    digits = digits * 10 + (c - '0');
    if (fraction) --exponent;
  }
  if (digits == 0 && text.front() == '-') return special(-0.0);
  return decimal(text.front() == '-' ? -digits : digits, exponent);
}

bool scale_up(Wide& digits, int places) {
  for (; places > 0; --places)
    if (__builtin_mul_overflow(digits, static_cast<Wide>(10), &digits)) return false;
  return true;
}

// Brings both to one exponent; false when that takes too many digits.
bool align(Number& a, Number& b) {
  const int exponent = std::min(a.exponent, b.exponent);
  if (!scale_up(a.digits, a.exponent - exponent) || !scale_up(b.digits, b.exponent - exponent)) return false;
  a.exponent = b.exponent = exponent;
  return true;
}

Wide floor_divide(Wide a, Wide b) {
  const Wide q = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

double floor_modulo(double a, double b) {
  const double rest = std::fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

std::optional<Number> calculate_special(Arithmetic how, double a, double b) {
  switch (how) {
    case Arithmetic::plus: return special(a + b);
    case Arithmetic::minus: return special(a - b);
    case Arithmetic::times: return special(a * b);
    case Arithmetic::divided_by: return special(a / b);
    case Arithmetic::modulo:
      if (b == 0 && !std::isnan(a)) return std::nullopt;
      if (std::isinf(b) && std::isfinite(a)) return special(a);
      return special(a == 0 && !std::isnan(b) ? 0.0 : floor_modulo(a, b));
  }
  return std::nullopt;
}

std::optional<Number> calculate_whole(Arithmetic how, Wide a, Wide b) {
  Wide result = 0;
  bool overflow = false;
  switch (how) {
    case Arithmetic::plus: overflow = __builtin_add_overflow(a, b, &result); break;
    case Arithmetic::minus: overflow = __builtin_sub_overflow(a, b, &result); break;
    case Arithmetic::times: overflow = __builtin_mul_overflow(a, b, &result); break;
    default:
      if (b == 0) return std::nullopt;
      if (b == -1) return how == Arithmetic::modulo ? whole(0) : calculate_whole(Arithmetic::minus, 0, a);
      result = how == Arithmetic::divided_by ? floor_divide(a, b) : a - floor_divide(a, b) * b;
  }
  if (overflow) return calculate_special(how, static_cast<double>(a), static_cast<double>(b));
  return whole(result);
}

// Nineteen digits or as many as fit: a double keeps seventeen.
Number divide(const Number& a, const Number& b) {
  constexpr Wide precision = 1'000'000'000'000'000'000;
  Wide dividend = a.digits;
  int exponent = a.exponent - b.exponent;
  const Wide divisor = b.digits < 0 ? -b.digits : b.digits;
  const Wide wanted = divisor > wide_max / 10 / precision ? wide_max / 10 : divisor * precision;
  while (dividend < wanted && dividend > -wanted) {
    dividend *= 10;
    --exponent;
  }
  return decimal(dividend / b.digits, exponent);
}

std::optional<Number> calculate_decimal(Arithmetic how, Number a, Number b) {
  const double x = a.as_double();
  const double y = b.as_double();
  Wide result = 0;
  switch (how) {
    case Arithmetic::plus:
    case Arithmetic::minus:
      if (!align(a, b)) break;
      if (how == Arithmetic::plus ? __builtin_add_overflow(a.digits, b.digits, &result) : __builtin_sub_overflow(a.digits, b.digits, &result)) break;
      return decimal(result, a.exponent);
    case Arithmetic::times:
      if (a.digits == 0 || b.digits == 0 || __builtin_mul_overflow(a.digits, b.digits, &result)) break;
      return decimal(result, a.exponent + b.exponent);
    case Arithmetic::divided_by:
      if (a.digits == 0 || b.digits == 0) break;  // a zero with its sign, NaN or an infinity
      return divide(a, b);
    case Arithmetic::modulo:
      if (b.digits == 0) return std::nullopt;
      if (!align(a, b)) break;
      return decimal(a.digits - floor_divide(a.digits, b.digits) * b.digits, a.exponent);
  }
  return calculate_special(how, x, y);
}

Wide power_of_ten(int n) {
  Wide p = 1;
  while (n-- > 0) p *= 10;
  return p;
}

Wide round_wide(Wide digits, int drop, Rounding how) {
  if (drop > static_cast<int>(digits_max) - 1) return 0;
  const Wide unit = power_of_ten(drop);
  const Wide low = floor_divide(digits, unit);
  const Wide rest = digits - low * unit;
  if (rest == 0 || how == Rounding::down) return low;
  if (how == Rounding::up) return low + 1;
  const bool away = digits >= 0 ? rest * 2 >= unit : rest * 2 > unit;  // halves go away from zero
  return away ? low + 1 : low;
}

// Reads digits with single underscores between them; moves `text` behind them.
bool take_digits(std::string_view& text, int base, Wide& n, bool& big) {
  const auto value = [](char c) { return is_digit(c) ? c - '0' : is_letter(c) ? (c | 32) - 'a' + 10 : 99; };
  bool any = false;
  while (!text.empty()) {
    const bool underscore = text.front() == '_' && any && text.size() > 1 && value(text[1]) < base;
    if (!underscore && value(text.front()) >= base) break;
    if (!underscore) {
      if (!big && n > (wide_max - base) / base) big = true;
      if (!big) n = n * base + value(text.front());
      any = true;
    }
    text.remove_prefix(1);
  }
  return any;
}

int take_base(std::string_view& text) {
  if (text.size() < 2 || text[0] != '0') return 10;
  const char mark = static_cast<char>(text[1] | 32);
  const int base = mark == 'x' ? 16 : mark == 'b' ? 2 : mark == 'o' || is_digit(text[1]) || text[1] == '_' ? 8 : mark == 'd' ? 10 : 0;
  if (base == 0) return 10;
  text.remove_prefix(is_digit(text[1]) || text[1] == '_' ? 1 : 2);
  if (text.starts_with('_')) text.remove_prefix(1);
  return base;
}

std::optional<std::int64_t> integer_of_text(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  const bool minus = text.starts_with('-');
  if (minus || text.starts_with('+')) text.remove_prefix(1);
  const int base = take_base(text);
  const bool underscored = text.find('_') < text.find('\0');
  Wide n = 0;
  bool big = false;
  if (!take_digits(text, base, n, big)) return std::nullopt;
  // Ruby reads a number beyond 64 bits, or one with underscores, as a C string: a zero byte ends it.
  if (big || underscored || n > static_cast<Wide>(std::numeric_limits<std::uint64_t>::max())) text = text.substr(0, text.find('\0'));
  if (!is_blank(text)) return std::nullopt;
  constexpr Wide most = std::numeric_limits<std::int64_t>::max();
  if (big || n > most) n = most;
  return static_cast<std::int64_t>(minus ? -n : n);
}

}  // namespace

Number whole(Wide n) { return {Number::Kind::whole, n, 0, 0}; }

double Number::as_double() const {
  // Powers of ten that a double holds exactly: one division or multiplication rounds correctly.
  static constexpr double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  constexpr Wide exact_max = 9007199254740992;
  if (kind == Kind::special) return real;
  if (digits <= exact_max && digits >= -exact_max && exponent >= -22 && exponent <= 22) {
    const auto exact = static_cast<double>(digits);
    return exponent < 0 ? exact / powers[-exponent] : exact * powers[exponent];
  }
  return parse_double(wide_text(digits) + "e" + std::to_string(exponent));
}

Number leading_number(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  const bool minus = text.starts_with('-');
  if (minus || text.starts_with('+')) text.remove_prefix(1);
  const std::string_view all = text;
  Wide n = 0;
  bool big = false;
  if (!take_digits(text, 10, n, big)) return whole(0);
  if (!big) return whole(minus ? -n : n);
  std::string digits(all.substr(0, all.size() - text.size()));
  std::erase(digits, '_');
  return special(minus ? -parse_double(digits) : parse_double(digits));
}

Wide leading_integer(std::string_view text) {
  const Number n = leading_number(text);
  return n.is_whole() ? n.digits : n.real < 0 ? -wide_max : wide_max;
}

Number to_number(const Datum& d) {
  if (d.is(Object::Kind::wide)) return whole(static_cast<const WideObject&>(*d.object).number);
  if (!d.is_plain()) return whole(0);
  switch (d.value.kind()) {
    case Kind::integer: return whole(d.value.integer());
    case Kind::uint: return whole(static_cast<Wide>(d.value.uint()));
    case Kind::real: return of_double(d.value.real());
    case Kind::string: {
      const std::string_view text = strip(d.value.text());
      return is_decimal_text(text) ? of_decimal_text(text) : leading_number(d.value.text());
    }
    default: return whole(0);
  }
}

Datum from_wide(Wide n, Rendering& r) {
  if (fits_64(n)) return Value(static_cast<std::int64_t>(n));
  return Datum(r.make(WideObject{{Object::Kind::wide}, n}));
}

Datum from_number(const Number& n, Rendering& r) { return n.is_whole() ? from_wide(n.digits, r) : Datum(Value(n.as_double())); }

std::optional<Number> calculate(Arithmetic how, const Number& a, const Number& b) {
  if (a.is_whole() && b.is_whole()) return calculate_whole(how, a.digits, b.digits);
  if (a.kind != Number::Kind::special && b.kind != Number::Kind::special) return calculate_decimal(how, a, b);
  return calculate_special(how, a.as_double(), b.as_double());
}

std::optional<int> compare(const Number& a, const Number& b) {
  const auto sign = [](auto x, auto y) { return x < y ? -1 : x > y ? 1 : 0; };
  if (a.is_whole() && b.is_whole()) return sign(a.digits, b.digits);
  Number x = a;
  Number y = b;
  if (a.kind != Number::Kind::special && b.kind != Number::Kind::special && align(x, y)) return sign(x.digits, y.digits);
  const double left = a.as_double();
  const double right = b.as_double();
  if (std::isnan(left) || std::isnan(right)) return std::nullopt;
  return sign(left, right);
}

std::optional<Number> round_to(const Number& n, int places, Rounding how) {
  if (n.kind == Number::Kind::special) {
    if (!std::isfinite(n.real)) return std::nullopt;
    if (n.real == 0) return whole(0);
    return how == Rounding::up ? special(std::ceil(n.real)) : how == Rounding::down ? special(std::floor(n.real)) : special(std::round(n.real));
  }
  const int drop = -n.exponent - places;
  if (drop <= 0) {
    if (places > 0 || n.is_whole()) return n;
    Wide digits = n.digits;
    return scale_up(digits, n.exponent) ? whole(digits) : special(n.as_double());
  }
  const Wide rounded = round_wide(n.digits, drop, how);
  if (places > 0) return decimal(rounded, -places);
  Wide digits = rounded;
  return scale_up(digits, -places) ? whole(digits) : n;
}

std::optional<std::int64_t> to_integer(const Datum& d) {
  if (d.is(Object::Kind::wide)) return static_cast<const WideObject&>(*d.object).number > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
  if (d.is(Kind::integer)) return d.value.integer();
  if (d.is(Kind::uint)) return std::numeric_limits<std::int64_t>::max();
  if (d.is_text()) return integer_of_text(d.value.text());
  return std::nullopt;
}

std::int64_t in_64_bits(Wide n) {
  constexpr Wide most = std::numeric_limits<std::int64_t>::max(), least = std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(n > most ? most : n < least ? least : n);
}

std::int64_t in_64_bits(double d) {
  constexpr double beyond = 9223372036854775808.0;  // 2^63
  if (d != d) return 0;
  if (d >= beyond) return std::numeric_limits<std::int64_t>::max();
  return d < -beyond ? std::numeric_limits<std::int64_t>::min() : static_cast<std::int64_t>(d);
}

std::string wide_text(Wide n) {
  if (fits_64(n)) return std::to_string(static_cast<std::int64_t>(n));
  std::string text;
  for (Wide rest = n; rest != 0; rest /= 10) text += static_cast<char>('0' + (rest < 0 ? -(rest % 10) : rest % 10));
  if (n < 0) text += '-';
  std::reverse(text.begin(), text.end());
  return text;
}

std::string real_text(double d) {
  if (std::isnan(d)) return "NaN";
  if (std::isinf(d)) return d > 0 ? "Infinity" : "-Infinity";
  const double size = std::fabs(d);
  char buffer[64];
  // From 10^15 only what has a fraction is written out.
  const bool short_enough = size < 1e15 || (size < 1e16 && size != std::floor(size));
  if (d == 0 || (size >= 1e-4 && short_enough)) {
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, d, std::chars_format::fixed).ptr;
    std::string text(buffer, end);
    return text.find('.') == std::string::npos ? text + ".0" : text;
  }
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, d, std::chars_format::scientific).ptr;
  std::string text(buffer, end);
  const std::size_t e = text.find('e');
  if (text.find('.') == std::string::npos) text.insert(e, ".0");
  return text;
}

}  // namespace shopbell::liquid
