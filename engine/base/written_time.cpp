#include "base/written_time.h"

#include "base/time.h"

#include <shopbell/text.h>

#include <charconv>

namespace shopbell {
namespace {

class Scan {
 public:
  explicit Scan(std::string_view text) : rest_(trimmed(text)) {}

  bool done() const { return rest_.empty(); }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  /// At most `digits` digits; -1: there are none.
  int number(std::size_t digits) {
    int n = 0;
    const auto read = std::from_chars(rest_.data(), rest_.data() + std::min(digits, rest_.size()), n);
    if (read.ec != std::errc() || n < 0) return -1;
    rest_.remove_prefix(static_cast<std::size_t>(read.ptr - rest_.data()));
    return n;
  }
  void blanks() { while (take(' ')) {} }

 private:
  std::string_view rest_;
};

std::optional<std::chrono::year_month_day> read_date(Scan& scan) {
  const int first = scan.number(4);
  const char between = scan.take('-') ? '-' : scan.take('/') ? '/' : scan.take('.') ? '.' : ' ';
  const int second = scan.number(2);
  if (between == ' ' || !scan.take(between)) return std::nullopt;
  const int third = scan.number(4);
  if (first < 0 || second < 0 || third < 0) return std::nullopt;
  const bool year_first = first > 31;
  const int year = year_first ? first : third;
  const int month = year_first || between == '.' ? second : between == '/' ? first : second;
  const int day = year_first ? third : between == '/' ? second : first;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  return date.ok() && year >= 1900 ? std::optional(date) : std::nullopt;
}

/// Of the day; nothing: there is no such time.
std::optional<Millis> read_clock(Scan& scan) {
  int hour = scan.number(2), minute = -1, second = 0;
  if (scan.take(':')) minute = scan.number(2);
  if (scan.take(':')) second = scan.number(2);
  if (scan.take('.')) scan.number(9);
  scan.blanks();
  const bool afternoon = scan.take("PM") || scan.take("pm"), morning = !afternoon && (scan.take("AM") || scan.take("am"));
  if (afternoon || morning) {
    if (hour < 1 || hour > 12) return std::nullopt;
    hour = hour % 12 + (afternoon ? 12 : 0);
  }
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return std::nullopt;
  return Millis{((hour * 60 + minute) * 60 + second) * std::int64_t{1000}};
}

/// East of UTC; nothing: none is written. `good` tells whether what is written is one.
std::optional<Millis> read_offset(Scan& scan, bool& good) {
  scan.blanks();
  if (scan.done()) return std::nullopt;
  if (scan.take('Z') || scan.take("UTC") || scan.take("GMT")) {
    good = scan.done();
    return Millis{0};
  }
  const bool east = scan.take('+');
  good = east || scan.take('-');
  const int hours = scan.number(2);
  scan.take(':');
  const int minutes = scan.done() ? 0 : scan.number(2);
  good = good && hours >= 0 && hours <= 14 && minutes >= 0 && minutes <= 59 && scan.done();
  return Millis{(hours * 60 + minutes) * std::int64_t{60'000} * (east ? 1 : -1)};
}

}  // namespace

std::optional<Time> parse_written_time(std::string_view text, const Zone& zone) {
  if (const auto at = parse_time(text)) return at;
  Scan scan(text);
  const auto date = read_date(scan);
  if (!date) return std::nullopt;
  Millis local = std::chrono::sys_days(*date).time_since_epoch();
  if (!scan.done()) {
    if (!scan.take('T')) scan.blanks();
    const auto clock = read_clock(scan);
    if (!clock) return std::nullopt;
    local += *clock;
  }
  bool good = true;
  const auto offset = read_offset(scan, good);
  if (!good) return std::nullopt;
  if (offset) return Time{local - *offset};
  return from_local(zone, {local.count()}, Fold::first);
}

}  // namespace shopbell
