#include "base/calendar.h"

#include <date/date.h>

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::int64_t minute_ms = 60'000, day_ms = 24 * 60 * minute_ms;
constexpr int day_minutes = 24 * 60;

std::int64_t day_of(LocalTime local) { return date::floor<date::days>(Millis{local.ms}).count(); }

Time instant(const Zone& zone, std::int64_t day, int minute, Fold fold) {
  return from_local(zone, {day * day_ms + minute * minute_ms}, fold);
}

bool take_number(std::string_view& text, std::size_t digits_max, int& to) {
  std::size_t n = 0;
  for (to = 0; n < text.size() && n < digits_max && text[n] >= '0' && text[n] <= '9'; ++n)
    to = to * 10 + (text[n] - '0');
  text.remove_prefix(n);
  return n > 0;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int> take_minute(std::string_view& text) {
  int hour = 0, minute = 0;
  if (!take_number(text, 2, hour) || !take(text, ':') || !take_number(text, 2, minute)) return {};
  if (hour > 24 || minute > 59 || (hour == 24 && minute > 0)) return {};
  return hour * 60 + minute;
}

}  // namespace

std::optional<Time> opening(const Calendar& calendar, const Zone& zone, Time at) {
  const std::int64_t today = day_of(to_local(zone, at));
  for (std::int64_t day = today - 1; day <= today + calendar_days_max; ++day) {
    if (calendar.holidays.contains(day)) continue;
    const date::weekday weekday{date::sys_days{date::days{day}}};
    std::optional<Time> first;
    for (const Span& span : calendar.week[weekday.c_encoding()]) {
      const Time from = instant(zone, day, span.from, Fold::first);
      if (at < from) first = std::min(first.value_or(from), from);
      else if (at < instant(zone, day, span.to, Fold::last)) return at;
    }
    if (first) return first;
  }
  return {};
}

Time end_of_quiet(const Span& quiet, const Zone& zone, Time at) {
  const std::int64_t today = day_of(to_local(zone, at));
  for (std::int64_t day = today - 1; day <= today; ++day) {
    const Time end = instant(zone, day, quiet.to, Fold::last);
    if (at >= instant(zone, day, quiet.from, Fold::first) && at < end) return end;
  }
  return at;
}

std::optional<Span> parse_span(std::string_view text) {
  const auto from = take_minute(text);
  const bool dash = take(text, '-');
  const auto to = dash ? take_minute(text) : std::nullopt;
  if (!from || !to || !text.empty() || *from == *to || *from == day_minutes) return {};
  return Span{*from, *to > *from ? *to : *to + day_minutes};
}

std::optional<std::int64_t> parse_day(std::string_view text) {
  int year = 0, month = 0, day = 0;
  const bool read = text.size() == 10 && take_number(text, 4, year) && take(text, '-') &&
                    take_number(text, 2, month) && take(text, '-') && take_number(text, 2, day) &&
                    text.empty();
  const date::year_month_day ymd{date::year{year}, date::month{static_cast<unsigned>(month)},
                                 date::day{static_cast<unsigned>(day)}};
  if (!read || !ymd.ok()) return {};
  return date::sys_days{ymd}.time_since_epoch().count();
}

}  // namespace shopbell
