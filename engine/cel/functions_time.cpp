// What can be asked of timestamps, in UTC or in a zone, and of durations.

#include "cel/library.h"

#include <date/date.h>
#include <date/tz.h>
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <optional>
#include <stdexcept>

namespace shopbell::cel {
namespace {

constexpr std::int64_t day_seconds = 86'400;

// "+05:30", "-02:00", "02:00" as seconds east of UTC.
std::optional<std::int64_t> fixed_offset(std::string_view zone) {
  const bool minus = zone.starts_with('-');
  if (minus || zone.starts_with('+')) zone.remove_prefix(1);
  if (zone.size() != 5 || zone[2] != ':') return std::nullopt;
  int hours = 0;
  int minutes = 0;
  const char* text = zone.data();
  if (std::from_chars(text, text + 2, hours).ptr != text + 2 ||
      std::from_chars(text + 3, text + 5, minutes).ptr != text + 5)
    return std::nullopt;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  return (minus ? -1 : 1) * (hours * 3600 + minutes * 60);
}

std::optional<std::int64_t> zone_offset(std::string_view zone, std::int64_t seconds) {
  if (zone.empty() || zone == "UTC" || zone == "Z") return 0;
  if (const auto fixed = fixed_offset(zone)) return fixed;
  try {
    const auto info = date::locate_zone(zone)->get_info(date::sys_seconds{std::chrono::seconds{seconds}});
    return info.offset.count();
  } catch (const std::runtime_error&) {  // how the library says that there is no such zone
    return std::nullopt;
  }
}

struct Local {
  date::sys_days day;
  std::int64_t second_of_day;
  std::int32_t nanos;
};

using Part = std::int64_t (*)(const Local&);

date::year_month_day calendar(const Local& t) { return date::year_month_day{t.day}; }

std::int64_t full_year(const Local& t) { return int{calendar(t).year()}; }
std::int64_t month(const Local& t) { return unsigned{calendar(t).month()} - 1; }
std::int64_t day_of_month(const Local& t) { return unsigned{calendar(t).day()} - 1; }
std::int64_t date_of(const Local& t) { return unsigned{calendar(t).day()}; }
std::int64_t day_of_year(const Local& t) {
  return (t.day - date::sys_days{calendar(t).year() / 1 / 1}).count();
}
std::int64_t day_of_week(const Local& t) { return date::weekday{t.day}.c_encoding(); }
std::int64_t hours(const Local& t) { return t.second_of_day / 3600; }
std::int64_t minutes(const Local& t) { return t.second_of_day / 60 % 60; }
std::int64_t seconds(const Local& t) { return t.second_of_day % 60; }
std::int64_t milliseconds(const Local& t) { return t.nanos / 1'000'000; }

Local local(const Value& at, std::int64_t offset) {
  const std::int64_t total = at.seconds() + offset;
  const std::int64_t days = total >= 0 ? total / day_seconds : -((day_seconds - 1 - total) / day_seconds);
  return {date::sys_days{date::days{static_cast<int>(days)}}, total - days * day_seconds, at.nanos()};
}

template <Part part>
Value in_utc(Call&, const Value* args) {
  return part(local(args[0], 0));
}

template <Part part>
Value in_zone(Call& call, const Value* args) {
  const auto offset = zone_offset(args[1].text(), args[0].seconds());
  if (!offset)
    return call.fail("bad_argument", fmt::format("{} is no zone", to_text(args[1], 60)),
                     "write it like Europe/Vienna or +02:00");
  return part(local(args[0], *offset));
}

Value duration_hours(Call&, const Value* args) { return args[0].seconds() / 3600; }
Value duration_minutes(Call&, const Value* args) { return args[0].seconds() / 60; }
Value duration_seconds(Call&, const Value* args) { return args[0].seconds(); }
Value duration_milliseconds(Call&, const Value* args) {
  return static_cast<std::int64_t>(args[0].nanos() / 1'000'000);
}

constexpr auto m = Style::member;

#define SHOPBELL_PART(name, part) \
  {name, m, "timestamp", "int", in_utc<part>}, { name, m, "timestamp, string", "int", in_zone<part> }

constexpr Entry entries[] = {
    SHOPBELL_PART("getFullYear", full_year),
    SHOPBELL_PART("getMonth", month),
    SHOPBELL_PART("getDayOfMonth", day_of_month),
    SHOPBELL_PART("getDate", date_of),
    SHOPBELL_PART("getDayOfYear", day_of_year),
    SHOPBELL_PART("getDayOfWeek", day_of_week),
    SHOPBELL_PART("getHours", hours),
    SHOPBELL_PART("getMinutes", minutes),
    SHOPBELL_PART("getSeconds", seconds),
    SHOPBELL_PART("getMilliseconds", milliseconds),
    {"getHours", m, "duration", "int", duration_hours},
    {"getMinutes", m, "duration", "int", duration_minutes},
    {"getSeconds", m, "duration", "int", duration_seconds},
    {"getMilliseconds", m, "duration", "int", duration_milliseconds},
};

#undef SHOPBELL_PART

}  // namespace

std::span<const Entry> time_functions() { return entries; }

}  // namespace shopbell::cel
