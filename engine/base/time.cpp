#include "base/time.h"

#include <shopbell/value.h>

#include <date/date.h>
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <span>

namespace shopbell {
namespace {

constexpr Millis duration_max = std::chrono::hours{24 * 366 * 100};

std::string nanos_text(std::int32_t nanos) {
  if (nanos == 0) return {};
  std::string text = fmt::format(".{:09}", nanos);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

// Reads exactly `digits` digits.
bool take_digits(std::string_view& text, std::size_t digits, int& out) {
  if (text.size() < digits) return false;
  out = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    out = out * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

bool take_fraction(std::string_view& text, std::int32_t& nanos) {
  if (!take(text, ".")) return true;
  std::size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++digits)
    if (digits < 9) nanos = nanos * 10 + (text.front() - '0');
  if (digits == 0 || digits > 9) return false;
  for (; digits < 9; ++digits) nanos *= 10;
  return true;
}

bool take_offset(std::string_view& text, int& minutes) {
  if (take(text, "Zz")) return true;
  const bool minus = !text.empty() && text.front() == '-';
  int hours = 0;
  int rest = 0;
  if (!take(text, "+-") || !take_digits(text, 2, hours) || !take(text, ":") || !take_digits(text, 2, rest)) return false;
  if (hours > 23 || rest > 59) return false;
  minutes = (hours * 60 + rest) * (minus ? -1 : 1);
  return true;
}

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
constexpr std::array<Unit, 6> units{{{"w", 604'800'000}, {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 2> iso_date_units{{{"W", 604'800'000}, {"D", 86'400'000}}};
constexpr std::array<Unit, 3> iso_time_units{{{"H", 3'600'000}, {"M", 60'000}, {"S", 1'000}}};

tl::unexpected<Error> bad_duration(std::string_view text) {
  return fail("bad_duration", fmt::format("\"{}\" is not a duration", text), "write it like 90s, 15m, 1h30m, 7d, 2w or P1DT2H");
}

// Reads number+unit pairs whose units come in the order of `known`; false when something else stands there.
bool take_units(std::string_view& text, std::span<const Unit> known, std::int64_t& ms) {
  std::size_t next_unit = 0;
  bool any = false;
  while (!text.empty() && text.front() != 'T') {
    std::int64_t amount = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
    if (error != std::errc{} || amount < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    std::size_t letters = 0;
    while (letters < text.size() && text[letters] != 'T' && (text[letters] < '0' || text[letters] > '9')) ++letters;
    const std::string_view name = text.substr(0, letters);
    while (next_unit < known.size() && known[next_unit].name != name) ++next_unit;
    if (next_unit == known.size() || amount > duration_max.count() / known[next_unit].ms) return false;
    ms += amount * known[next_unit++].ms;
    text.remove_prefix(letters);
    any = true;
  }
  return any;
}

}  // namespace

std::string format_rfc3339(std::int64_t seconds, std::int32_t nanos) {
  const date::sys_seconds at{std::chrono::seconds{seconds}};
  const auto day = date::floor<date::days>(at);
  const date::year_month_day ymd{day};
  const date::hh_mm_ss time{at - day};
  // By hand: each event writes half a dozen of them, and fmt takes five times as long.
  std::string text = "0000-00-00T00:00:00";
  const auto put = [&text](std::size_t end, std::int64_t number) {
    for (; number > 0; number /= 10) text[--end] = static_cast<char>('0' + number % 10);
  };
  put(4, std::clamp(int{ymd.year()}, 0, 9999));  // RFC 3339 has no others
  put(7, unsigned{ymd.month()});
  put(10, unsigned{ymd.day()});
  put(13, time.hours().count());
  put(16, time.minutes().count());
  put(19, time.seconds().count());
  return text.append(nanos_text(nanos)) += 'Z';
}

std::string format_rfc3339(Time at) {
  const Value v(at);
  return format_rfc3339(v.seconds(), v.nanos());
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offset_minutes = 0;
  std::int32_t nanos = 0;
  const bool read = take_digits(text, 4, year) && take(text, "-") && take_digits(text, 2, month) && take(text, "-") &&
                    take_digits(text, 2, day) && take(text, "Tt ") && take_digits(text, 2, hour) && take(text, ":") &&
                    take_digits(text, 2, minute) && take(text, ":") && take_digits(text, 2, second) &&
                    take_fraction(text, nanos) && take_offset(text, offset_minutes) && text.empty();
  const date::year_month_day ymd{date::year{year}, date::month{static_cast<unsigned>(month)}, date::day{static_cast<unsigned>(day)}};
  if (!read || year < 1 || !ymd.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const auto days = date::sys_days{ymd}.time_since_epoch();
  const std::int64_t seconds = std::int64_t{days.count()} * 86'400 + hour * 3600 + minute * 60 + second - offset_minutes * 60;
  return Instant{seconds, nanos};
}

std::optional<Time> parse_time(std::string_view text) {
  const auto instant = parse_rfc3339(text);
  if (!instant) return std::nullopt;
  return from_ms(instant->seconds * 1000 + instant->nanos / 1'000'000);
}

Result<Millis> parse_duration(std::string_view text) {
  const std::string_view whole = text;
  std::int64_t ms = 0;
  bool good = false;
  if (!text.empty() && text.front() == 'P') {
    text.remove_prefix(1);
    const bool has_date = !text.empty() && text.front() != 'T';
    good = !has_date || take_units(text, iso_date_units, ms);
    if (good && !text.empty()) good = take(text, "T") && take_units(text, iso_time_units, ms);
    else good = good && has_date;
  } else {
    good = take_units(text, units, ms);
  }
  if (!good || !text.empty() || Millis{ms} > duration_max) return bad_duration(whole);
  return Millis{ms};
}

std::string format_duration(Millis d) {
  std::int64_t left = d.count();
  std::string text = left < 0 ? "-" : "";
  left = std::abs(left);
  for (const Unit& unit : units) {
    if (unit.name == "w" || left < unit.ms) continue;
    text += fmt::format("{}{}", left / unit.ms, unit.name);
    left %= unit.ms;
  }
  return text.empty() ? "0s" : text;
}

std::string format_seconds(std::int64_t seconds, std::int32_t nanos) {
  const bool minus = seconds < 0 || nanos < 0;
  const auto magnitude = minus ? 0 - static_cast<std::uint64_t>(seconds) : static_cast<std::uint64_t>(seconds);
  return fmt::format("{}{}{}s", minus ? "-" : "", magnitude, nanos_text(nanos < 0 ? -nanos : nanos));
}

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.find_first_not_of(alphabet) != std::string_view::npos) return std::nullopt;
  std::string padded(text);
  padded.append((4 - text.size() % 4) % 4, '=');
  std::string bytes(padded.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), reinterpret_cast<const unsigned char*>(padded.data()), static_cast<int>(padded.size())) < 0) return std::nullopt;
  bytes.resize(text.size() * 3 / 4);
  return bytes;
}

}  // namespace shopbell
