#include "cel/duration.h"

#include "base/time.h"

#include <array>
#include <limits>

namespace shopbell::cel {
namespace {

constexpr Nanos second = 1'000'000'000;

Nanos nanos_of(const Value& v) { return Nanos{v.seconds()} * second + v.nanos(); }

struct Unit {
  std::string_view name;
  Nanos nanos;
};
// Longer names first where one begins another.
constexpr std::array<Unit, 10> units{{{"ns", 1},
                                      {"us", 1'000},
                                      {"µs", 1'000},
                                      {"μs", 1'000},
                                      {"ms", 1'000'000},
                                      {"s", second},
                                      {"m", 60 * second},
                                      {"h", 3600 * second},
                                      {"d", 24 * 3600 * second},  // beyond CEL's standard, as all durations of the language
                                      {"w", 7 * 24 * 3600 * second}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// One "1.5h" from the front of a text. The whole part and the fraction are kept apart: no product of
// either with a unit leaves 128 bits.
bool take_part(std::string_view& text, Nanos& total) {
  Nanos whole = 0;
  std::size_t whole_digits = 0;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), ++whole_digits) {
    if (whole_digits == 20) return false;
    whole = whole * 10 + (text.front() - '0');
  }
  Nanos fraction = 0;
  Nanos scale = 1;
  std::size_t fraction_digits = 0;
  if (text.starts_with('.')) text.remove_prefix(1);
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), ++fraction_digits) {
    if (fraction_digits >= 15) continue;  // finer than a nanosecond of an hour
    fraction = fraction * 10 + (text.front() - '0');
    scale *= 10;
  }
  if (whole_digits + fraction_digits == 0) return false;
  for (const Unit& unit : units) {
    if (!text.starts_with(unit.name)) continue;
    total += whole * unit.nanos + fraction * unit.nanos / scale;
    text.remove_prefix(unit.name.size());
    return true;
  }
  return false;
}

}  // namespace

Value make_duration(Call& call, Nanos nanos) {
  if (nanos > std::numeric_limits<std::int64_t>::max() || nanos < std::numeric_limits<std::int64_t>::min())
    return call.fail("out_of_range", "the duration is longer than 292 years");
  return Value::duration(static_cast<std::int64_t>(nanos / second),
                         static_cast<std::int32_t>(nanos % second));
}

Value make_timestamp(Call& call, Nanos nanos) {
  Nanos seconds = nanos / second;
  if (nanos % second < 0) --seconds;
  if (seconds < timestamp_seconds_min || seconds > timestamp_seconds_max)
    return call.fail("out_of_range", "the timestamp is not in the years 0001 to 9999");
  return Value::timestamp(static_cast<std::int64_t>(seconds),
                          static_cast<std::int32_t>(nanos - seconds * second));
}

std::optional<Nanos> parse_duration_nanos(std::string_view text) {
  const bool minus = text.starts_with('-');
  if (minus || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return Nanos{0};
  Nanos total = 0;
  if (text.empty() || text.size() > 100) return std::nullopt;
  if (text.front() == 'P') {
    const auto iso = parse_duration(text);
    if (!iso) return std::nullopt;
    total = Nanos{iso->count()} * 1'000'000;
    return minus ? -total : total;
  }
  while (!text.empty())
    if (!take_part(text, total)) return std::nullopt;
  return minus ? -total : total;
}

Value add_duration_to_timestamp(Call& call, const Value* args) {
  return make_timestamp(call, nanos_of(args[0]) + nanos_of(args[1]));
}
Value add_timestamp_to_duration(Call& call, const Value* args) {
  return add_duration_to_timestamp(call, args);
}
Value add_durations(Call& call, const Value* args) {
  return make_duration(call, nanos_of(args[0]) + nanos_of(args[1]));
}
Value subtract_timestamps(Call& call, const Value* args) {
  return make_duration(call, nanos_of(args[0]) - nanos_of(args[1]));
}
Value subtract_duration_from_timestamp(Call& call, const Value* args) {
  return make_timestamp(call, nanos_of(args[0]) - nanos_of(args[1]));
}
Value subtract_durations(Call& call, const Value* args) {
  return make_duration(call, nanos_of(args[0]) - nanos_of(args[1]));
}

}  // namespace shopbell::cel
