#include "liquid/strftime.h"

#include "liquid/casing.h"
#include "liquid/lexer.h"

#include <date/date.h>
#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace shopbell::liquid {
namespace {

constexpr std::array<std::string_view, 12> month_names{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> day_names{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr std::size_t width_max = 1024;  // as Ruby's own

// date's look-up throws for a name that it does not know.
const date::time_zone* find_zone(std::string_view name) {
  try {
    return date::locate_zone(std::string(name));
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

struct Fields {
  std::int64_t year = 0;
  unsigned month = 0, day = 0, weekday = 0;
  int day_of_year = 0, hour = 0, minute = 0, second = 0;
};

Fields fields_of(const Moment& m) {
  const date::local_seconds at{std::chrono::seconds{m.local_seconds()}};
  const auto days = date::floor<date::days>(at);
  const date::year_month_day ymd{days};
  const date::hh_mm_ss time{at - days};
  Fields f;
  f.year = int{ymd.year()};
  f.month = unsigned{ymd.month()};
  f.day = unsigned{ymd.day()};
  f.weekday = date::weekday{days}.c_encoding();
  f.day_of_year = static_cast<int>((days - date::local_days{ymd.year() / 1 / 1}).count()) + 1;
  f.hour = static_cast<int>(time.hours().count());
  f.minute = static_cast<int>(time.minutes().count());
  f.second = static_cast<int>(time.seconds().count());
  return f;
}

struct IsoWeek {
  std::int64_t year;
  int week;
};

IsoWeek iso_week(const Fields& f) {
  const int weekday = f.weekday == 0 ? 7 : static_cast<int>(f.weekday);
  const int week = (f.day_of_year - weekday + 10) / 7;
  const auto weeks_in = [](std::int64_t year) {
    const date::local_days last{date::year{static_cast<int>(year)} / 12 / 28};
    const date::local_days first{date::year{static_cast<int>(year)} / 1 / 1};
    const int day = static_cast<int>((last - first).count()) + 1;
    const auto wd = date::weekday{last}.c_encoding();
    return (day - static_cast<int>(wd == 0 ? 7 : wd) + 10) / 7;
  };
  if (week < 1) return {f.year - 1, weeks_in(f.year - 1)};
  if (week > weeks_in(f.year)) return {f.year + 1, 1};
  return {f.year, week};
}

struct Flags {
  char pad = 0;  // '-', '0', '_' or 0: as the conversion has it
  bool upper = false;
  bool change_case = false;
  int colons = 0;
  std::size_t width = 0;
};

class Formatter {
 public:
  Formatter(const Moment& m, const CalendarNames& names) : m_(m), f_(fields_of(m)), names_(names) {}

  void run(std::string_view format, int depth = 0);
  std::string take() { return std::move(to_); }

 private:
  bool convert(char c, const Flags& flags, int depth);
  bool date_part(char c, const Flags& flags);
  bool time_part(char c, const Flags& flags);
  bool combined(char c, const Flags& flags, int depth);
  void number(std::int64_t n, std::size_t width, char pad, const Flags& flags);
  void text(std::string_view t, const Flags& flags);
  void fraction(const Flags& flags, std::size_t usual);
  void zone_offset(const Flags& flags);

  std::string_view name(const std::vector<std::string_view>& own, std::span<const std::string_view> english, std::size_t i, std::size_t cut) const {
    return i < own.size() ? own[i] : english[i].substr(0, cut);
  }

  const Moment& m_;
  Fields f_;
  const CalendarNames& names_;
  std::string to_;
};

void Formatter::number(std::int64_t n, std::size_t width, char pad, const Flags& flags) {
  if (flags.pad == '0') pad = '0';
  if (flags.pad == '_') pad = ' ';
  if (flags.width > 0) width = flags.width;
  std::string digits = std::to_string(n < 0 ? -n : n);
  if (flags.pad == '-') width = 0;
  const std::size_t sign = n < 0 ? 1 : 0;
  const std::string fill(width > digits.size() + sign ? width - digits.size() - sign : 0, pad);
  to_ += pad == '0' ? (sign ? "-" : "") + fill + digits : fill + (sign ? "-" : "") + digits;
}

void Formatter::text(std::string_view t, const Flags& flags) {
  const std::string cased = flags.upper || flags.change_case ? to_upper(t) : std::string(t);
  if (flags.width > cased.size() && flags.pad != '-') to_.append(flags.width - cased.size(), flags.pad == '0' ? '0' : ' ');
  to_ += cased;
}

void Formatter::fraction(const Flags& flags, std::size_t usual) {
  std::string digits = fmt::format("{:09}", m_.nanos);
  digits.resize(flags.width > 0 ? flags.width : usual, '0');
  to_ += digits;
}

void Formatter::zone_offset(const Flags& flags) {
  const int size = std::abs(m_.offset_s);
  const char sign = m_.offset_s < 0 ? '-' : '+';
  const std::string_view colon = flags.colons > 0 ? ":" : "";
  std::string t = fmt::format("{:02}{}{:02}", size / 3600, colon, size / 60 % 60);
  if (flags.colons == 2) t += fmt::format(":{:02}", size % 60);
  if (flags.pad == '-' && t.front() == '0') t.erase(0, 1);
  if (flags.width > t.size() + 1) {
    const std::size_t fill = flags.width - t.size() - 1;
    if (flags.pad == '_') {
      to_.append(fill, ' ');
      to_ += sign;
    } else {
      to_ += sign;
      to_.append(fill, '0');
    }
    to_ += t;
    return;
  }
  to_ += sign;
  to_ += t;
}

bool Formatter::date_part(char c, const Flags& flags) {
  const auto floor_div = [](std::int64_t a, std::int64_t b) { return a >= 0 ? a / b : -((b - 1 - a) / b); };
  switch (c) {
    case 'Y': number(f_.year, f_.year < 0 ? 5 : 4, '0', flags); return true;
    case 'C': number(floor_div(f_.year, 100), 2, '0', flags); return true;
    case 'y': number(f_.year - floor_div(f_.year, 100) * 100, 2, '0', flags); return true;
    case 'm': number(f_.month, 2, '0', flags); return true;
    case 'B': text(name(names_.months, month_names, f_.month - 1, std::string_view::npos), flags); return true;
    case 'b':
    case 'h': text(name(names_.short_months, month_names, f_.month - 1, 3), flags); return true;
    case 'd': number(f_.day, 2, '0', flags); return true;
    case 'e': number(f_.day, 2, ' ', flags); return true;
    case 'j': number(f_.day_of_year, 3, '0', flags); return true;
    case 'A': text(name(names_.days, day_names, f_.weekday, std::string_view::npos), flags); return true;
    case 'a': text(name(names_.short_days, day_names, f_.weekday, 3), flags); return true;
    case 'u': number(f_.weekday == 0 ? 7 : f_.weekday, 1, '0', flags); return true;
    case 'w': number(f_.weekday, 1, '0', flags); return true;
    case 'G': number(iso_week(f_).year, 4, '0', flags); return true;
    case 'g': number(iso_week(f_).year % 100, 2, '0', flags); return true;
    case 'V': number(iso_week(f_).week, 2, '0', flags); return true;
    case 'U': number((f_.day_of_year + 6 - static_cast<int>(f_.weekday)) / 7, 2, '0', flags); return true;
    case 'W': number((f_.day_of_year + 6 - static_cast<int>((f_.weekday + 6) % 7)) / 7, 2, '0', flags); return true;
    default: return false;
  }
}

bool Formatter::time_part(char c, const Flags& flags) {
  const int hour12 = f_.hour % 12 == 0 ? 12 : f_.hour % 12;
  const bool morning = f_.hour < 12;
  switch (c) {
    case 'H': number(f_.hour, 2, '0', flags); return true;
    case 'k': number(f_.hour, 2, ' ', flags); return true;
    case 'I': number(hour12, 2, '0', flags); return true;
    case 'l': number(hour12, 2, ' ', flags); return true;
    case 'M': number(f_.minute, 2, '0', flags); return true;
    case 'S': number(f_.second, 2, '0', flags); return true;
    case 's': number(m_.seconds, 1, '0', flags); return true;
    case 'L': fraction(flags, 3); return true;
    case 'N': fraction(flags, 9); return true;
    case 'P': text(morning ? "am" : "pm", flags); return true;
    case 'p':
      if (flags.change_case) to_ += morning ? "am" : "pm";
      else text(morning ? "AM" : "PM", flags);
      return true;
    case 'z': zone_offset(flags); return true;
    case 'Z':
      if (flags.change_case) to_ += to_lower(m_.zone);
      else text(m_.zone, flags);
      return true;
    default: return false;
  }
}

// Conversions that stand for others.
bool Formatter::combined(char c, const Flags& flags, int depth) {
  const std::string_view format = c == 'c'   ? "%a %b %e %H:%M:%S %Y"
                                  : c == 'D' ? "%m/%d/%y"
                                  : c == 'x' ? "%m/%d/%y"
                                  : c == 'F' ? "%Y-%m-%d"
                                  : c == 'v' ? "%e-%^b-%4Y"
                                  : c == 'X' ? "%H:%M:%S"
                                  : c == 'T' ? "%H:%M:%S"
                                  : c == 'r' ? "%I:%M:%S %p"
                                  : c == 'R' ? "%H:%M"
                                  : c == '+' ? "%a %b %e %H:%M:%S %Z %Y"
                                             : "";
  if (format.empty() || depth > 0) return false;
  Formatter inner(m_, names_);
  inner.run(format, depth + 1);
  text(inner.take(), flags);
  return true;
}

bool Formatter::convert(char c, const Flags& flags, int depth) {
  if (c == 'n') to_ += '\n';
  else if (c == 't') to_ += '\t';
  else if (c == '%') text("%", flags);
  else return date_part(c, flags) || time_part(c, flags) || combined(c, flags, depth);
  return true;
}

void Formatter::run(std::string_view format, int depth) {
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      to_ += format[i];
      continue;
    }
    const std::size_t begin = i++;
    Flags flags;
    for (; i < format.size() && std::string_view("-0^#_:").find(format[i]) != std::string_view::npos; ++i) {
      if (format[i] == '^') flags.upper = true;
      else if (format[i] == '#') flags.change_case = true;
      else if (format[i] == ':') ++flags.colons;
      else flags.pad = format[i];
    }
    for (; i < format.size() && is_digit(format[i]); ++i) flags.width = std::min(width_max, flags.width * 10 + static_cast<std::size_t>(format[i] - '0'));
    if (i < format.size() && (format[i] == 'E' || format[i] == 'O')) ++i;
    if (i < format.size() && convert(format[i], flags, depth)) continue;
    to_ += format.substr(begin, i - begin + 1);  // not a conversion: stays as it is
  }
}

Moment in_zone(std::int64_t seconds, std::int32_t nanos, const date::time_zone& zone) {
  const auto info = zone.get_info(date::sys_seconds{std::chrono::seconds{seconds}});
  return {seconds, nanos, static_cast<std::int32_t>(info.offset.count()), info.abbrev};
}

}  // namespace

std::optional<Moment> moment_at(std::int64_t seconds, std::int32_t nanos, std::string_view timezone) {
  if (timezone.empty() || timezone == "UTC") return Moment{seconds, nanos, 0, "UTC"};
  const date::time_zone* zone = find_zone(timezone);
  if (zone == nullptr) return std::nullopt;
  return in_zone(seconds, nanos, *zone);
}

std::optional<Moment> moment_of_local(std::int64_t local_seconds, std::int32_t nanos, std::string_view timezone) {
  if (timezone.empty() || timezone == "UTC") return Moment{local_seconds, nanos, 0, "UTC"};
  const date::time_zone* zone = find_zone(timezone);
  if (zone == nullptr) return std::nullopt;
  const auto at = zone->to_sys(date::local_seconds{std::chrono::seconds{local_seconds}}, date::choose::earliest);
  return in_zone(at.time_since_epoch().count(), nanos, *zone);
}

std::string strftime(const Moment& m, std::string_view format, const CalendarNames& names) {
  Formatter formatter(m, names);
  formatter.run(format);
  return formatter.take();
}

void append_time(std::string& to, const Value& timestamp, const Setting& setting) {
  const auto m = moment_at(timestamp.seconds(), timestamp.nanos(), setting.timezone);
  const Moment shown = m ? *m : Moment{timestamp.seconds(), timestamp.nanos(), 0, "UTC"};
  to += strftime(shown, shown.zone == "UTC" ? "%Y-%m-%d %H:%M:%S UTC" : "%Y-%m-%d %H:%M:%S %z");
}

}  // namespace shopbell::liquid
