// Dates as people and programs write them.

#include "liquid/casing.h"
#include "liquid/lexer.h"
#include "liquid/scanner.h"
#include "liquid/strftime.h"

#include <date/date.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace shopbell::liquid {
namespace {

constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> days{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct NamedZone {
  std::string_view name;
  int hours;
};
constexpr std::array<NamedZone, 13> zones{{{"utc", 0}, {"gmt", 0}, {"z", 0}, {"est", -5}, {"edt", -4}, {"cst", -6}, {"cdt", -5}, {"mst", -7}, {"mdt", -6}, {"pst", -8}, {"pdt", -7}, {"cet", 1}, {"cest", 2}}};

struct Found {
  std::optional<int> year, month, day, hour, minute, second, offset_s;
  std::int32_t nanos = 0;
  std::string zone;
  bool any = false;
};

// Reads one thing after another from the front of the text; what it does not know ends the reading.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : text_(text) {}

  bool read(Found& to) {
    while (true) {
      while (!text_.empty() && (is_space(text_.front()) || text_.front() == ',' || text_.front() == '.')) text_.remove_prefix(1);
      if (text_.empty()) return to.any;
      if (!one(to)) return false;
    }
  }

 private:
  bool one(Found& to) {
    if (is_digit(text_.front())) return number(to);
    if (is_letter(text_.front())) return word(to);
    if (text_.front() == '+' || text_.front() == '-') return to.hour ? offset(to) : false;
    if (text_.front() == '(') return skip_parenthesis();
    return false;
  }

  std::size_t digits() const {
    std::size_t n = 0;
    while (n < text_.size() && is_digit(text_[n])) ++n;
    return n;
  }

  int take(std::size_t n) {
    int value = 0;
    std::from_chars(text_.data(), text_.data() + n, value);
    text_.remove_prefix(n);
    return value;
  }

  char peek(std::size_t i) const { return i < text_.size() ? text_[i] : '\0'; }

  bool skip_parenthesis() {
    const std::size_t close = text_.find(')');
    if (close == std::string_view::npos) return false;
    text_.remove_prefix(close + 1);
    return true;
  }

  bool number(Found& to) {
    const std::size_t n = digits();
    const char next = peek(n);
    if (n <= 2 && next == ':') return time(to);
    if (n == 14 || (n == 8 && !to.year)) return compact(to, n);
    if (n == 6 && to.year && !to.hour) return compact_time(to);
    if (n > 4) return false;
    if ((next == '-' || next == '/' || next == '.') && is_digit(peek(n + 1))) return dashed(to, next);
    return lone(to, n);
  }

  // "4pm", "14th", "2016", "14".
  bool lone(Found& to, std::size_t n) {
    const int value = take(n);
    if (text_.starts_with("st") || text_.starts_with("nd") || text_.starts_with("rd") || text_.starts_with("th")) text_.remove_prefix(2);
    const std::string_view after = strip_left(text_);
    if (n <= 2 && !to.hour && (after.starts_with("am") || after.starts_with("pm"))) {
      to.hour = value;
      text_ = after;
      meridian(to);
    } else if (n >= 3) {
      to.year = value;
    } else if (!to.day) {
      to.day = value;
    } else if (!to.year) {
      to.year = value + (value < 69 ? 2000 : 1900);
    } else {
      return false;
    }
    if (text_.starts_with('-') && is_letter(peek(1))) text_.remove_prefix(1);
    return to.any = true;
  }

  bool compact(Found& to, std::size_t n) {
    to.year = take(4);
    to.month = take(2);
    to.day = take(2);
    to.any = true;
    if (n == 14) return compact_time(to);
    if (peek(0) == 't' && is_digit(peek(1))) text_.remove_prefix(1);
    return true;
  }

  bool compact_time(Found& to) {
    to.hour = take(2);
    to.minute = take(2);
    to.second = take(2);
    return fraction(to);
  }

  // Year first when it has more than two digits, else day, month, year as in most of the world.
  bool dashed(Found& to, char mark) {
    const std::size_t first_digits = digits();
    std::array<int, 3> parts{take(first_digits), 0, 0};
    std::size_t count = 1;
    std::size_t last_digits = first_digits;
    while (count < 3 && peek(0) == mark && is_digit(peek(1))) {
      text_.remove_prefix(1);
      last_digits = digits();
      if (last_digits > 4) return false;
      parts[count++] = take(last_digits);
    }
    const bool year_last = first_digits <= 2 && (last_digits > 2 || (mark != '-' && mark != '/')) && count == 3;
    if (count == 2 && first_digits > 2) {
      to.year = parts[0];
      to.month = parts[1];
    } else if (count == 2) {
      to.month = parts[0];
      to.day = parts[1];
    } else {
      to.year = parts[year_last ? 2 : 0];
      to.month = parts[1];
      to.day = parts[year_last ? 0 : 2];
      if (!year_last && first_digits <= 2) *to.year += *to.year < 69 ? 2000 : 1900;
    }
    if (peek(0) == 't' && is_digit(peek(1))) text_.remove_prefix(1);
    return to.any = true;
  }

  bool time(Found& to) {
    to.hour = take(digits());
    text_.remove_prefix(1);
    if (digits() == 0 || digits() > 2) return false;
    to.minute = take(digits());
    if (peek(0) == ':' && is_digit(peek(1))) {
      text_.remove_prefix(1);
      if (digits() > 2) return false;
      to.second = take(digits());
      if (!fraction(to)) return false;
    }
    text_ = strip_left(text_);
    if (text_.starts_with("am") || text_.starts_with("pm")) meridian(to);
    if (!text_.empty() && (text_.front() == '+' || text_.front() == '-')) return offset(to);
    return to.any = true;
  }

  bool fraction(Found& to) {
    to.any = true;
    if ((peek(0) != '.' && peek(0) != ',') || !is_digit(peek(1))) return true;
    text_.remove_prefix(1);
    std::int32_t nanos = 0;
    std::int32_t unit = 100'000'000;
    for (; !text_.empty() && is_digit(text_.front()); text_.remove_prefix(1), unit /= 10) nanos += (text_.front() - '0') * unit;
    to.nanos = nanos;
    return true;
  }

  void meridian(Found& to) {
    const bool afternoon = text_.front() == 'p';
    text_.remove_prefix(2);
    if (*to.hour >= 1 && *to.hour <= 12) to.hour = *to.hour % 12 + (afternoon ? 12 : 0);
  }

  bool offset(Found& to) {
    const int sign = text_.front() == '-' ? -1 : 1;
    text_.remove_prefix(1);
    const std::size_t n = digits();
    if (n == 0 || n > 4 || n == 3) return false;
    int hours = take(n == 4 ? 2 : n);
    int minutes = n == 4 ? take(2) : 0;
    if (n <= 2 && peek(0) == ':' && is_digit(peek(1)) && is_digit(peek(2))) {
      text_.remove_prefix(1);
      minutes = take(2);
    }
    if (hours > 23 || minutes > 59) return false;
    to.offset_s = sign * (hours * 3600 + minutes * 60);
    return true;
  }

  bool word(Found& to) {
    std::size_t n = 0;
    while (n < text_.size() && is_letter(text_[n])) ++n;
    const std::string_view name = text_.substr(0, n);
    text_.remove_prefix(n);
    if (const auto zone = std::find_if(zones.begin(), zones.end(), [&](const NamedZone& z) { return z.name == name; }); zone != zones.end() && to.any) {
      to.offset_s = zone->hours * 3600;
      to.zone = name == "z" ? "UTC" : to_upper(name);
      return true;
    }
    if (name == "t" && !text_.empty() && is_digit(text_.front())) return to.any;
    if (name == "at" || name == "of") return true;
    const auto same = [&](std::string_view short_name) { return name.substr(0, 3) == short_name; };
    if (const auto month = std::find_if(months.begin(), months.end(), same); month != months.end() && !to.month) {
      to.month = static_cast<int>(month - months.begin()) + 1;
      if (text_.starts_with('-') || text_.starts_with('/')) text_.remove_prefix(1);
      return to.any = true;
    }
    return std::any_of(days.begin(), days.end(), same);
  }

  std::string_view text_;
};

}  // namespace

std::optional<Moment> parse_date_text(std::string_view text, const Setting& setting) {
  Found f;
  const std::string lowered = to_lower(text);
  if (!DateReader(lowered).read(f)) return std::nullopt;
  const auto now = moment_at(to_ms(setting.now) / 1000, 0, setting.timezone);
  if (!now) return std::nullopt;
  const date::year_month_day today{date::floor<date::days>(date::sys_seconds{std::chrono::seconds{now->local_seconds()}})};
  const bool has_date = f.year || f.month || f.day;
  const int year = f.year.value_or(int{today.year()});
  const auto month = static_cast<unsigned>(f.month.value_or(has_date && f.year ? 1 : static_cast<int>(unsigned{today.month()})));
  const auto day = static_cast<unsigned>(f.day.value_or(has_date ? 1 : static_cast<int>(unsigned{today.day()})));
  const date::year_month_day ymd{date::year{year}, date::month{month}, date::day{day}};
  const int hour = f.hour.value_or(0);
  const int minute = f.minute.value_or(0);
  const int second = f.second.value_or(0);
  if (!ymd.ok() || hour > 24 || minute > 59 || second > 60 || (hour == 24 && (minute > 0 || second > 0))) return std::nullopt;
  const std::int64_t local = std::int64_t{date::sys_days{ymd}.time_since_epoch().count()} * 86'400 + hour * 3600 + minute * 60 + second;
  if (!f.offset_s) return moment_of_local(local, f.nanos, setting.timezone);
  const std::int64_t at = local - *f.offset_s;
  if (!setting.timezone.empty()) return moment_at(at, f.nanos, setting.timezone);
  return Moment{at, f.nanos, *f.offset_s, f.zone};
}

}  // namespace shopbell::liquid
