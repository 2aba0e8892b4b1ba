#include "desk/hours.h"

#include <date/date.h>

#include <algorithm>

namespace shopbell::desk {
namespace {

constexpr std::int64_t minute_ms = 60'000, day_ms = 24 * 60 * minute_ms;

struct Stretch {
  Time from, to;
};

std::int64_t day_of(const Hours& hours, Time at) {
  return date::floor<date::days>(Millis{to_local(*hours.zone, at).ms}).count();
}

// What begins on a local day, by its beginning.
std::vector<Stretch> stretches_of(const Hours& hours, std::int64_t day) {
  std::vector<Stretch> made;
  if (hours.calendar->holidays.contains(day)) return made;
  const date::weekday weekday{date::sys_days{date::days{day}}};
  const auto instant = [&](int minute, Fold fold) {
    return from_local(*hours.zone, {day * day_ms + minute * minute_ms}, fold);
  };
  for (const Span& span : hours.calendar->week[weekday.c_encoding()])
    made.push_back({instant(span.from, Fold::first), instant(span.to, Fold::last)});
  std::sort(made.begin(), made.end(), [](const Stretch& a, const Stretch& b) { return a.from < b.from; });
  return made;
}

/// Open stretches from `from` on, none of them twice where spans overlap, until `take` says that it has enough.
/// `days`: of the calendar, from the one before that of `from`.
template <class Take>
void walk(const Hours& hours, Time from, std::int64_t days, Take take) {
  const std::int64_t first = day_of(hours, from) - 1;
  Time covered = from;
  for (std::int64_t day = first; day <= first + days; ++day) {
    for (Stretch s : stretches_of(hours, day)) {
      s.from = std::max(s.from, covered);
      if (s.to <= s.from) continue;
      covered = s.to;
      if (!take(s)) return;
    }
  }
}

}  // namespace

Millis open_between(const Hours& hours, Time from, Time to) {
  if (to <= from) return Millis{0};
  if (hours.calendar == nullptr) return to - from;
  Millis open{0};
  walk(hours, from, day_of(hours, to) - day_of(hours, from) + 2, [&](const Stretch& s) {
    if (s.from >= to) return false;
    open += std::min(s.to, to) - s.from;
    return true;
  });
  return open;
}

std::optional<Time> after(const Hours& hours, Time from, Millis open) {
  if (open <= Millis{0}) return from;
  if (hours.calendar == nullptr) return from + open;
  std::optional<Time> reached;
  walk(hours, from, hours_days_max, [&](const Stretch& s) {
    if (s.to - s.from >= open) reached = s.from + open;
    open -= s.to - s.from;
    return !reached;
  });
  return reached;
}

}  // namespace shopbell::desk
