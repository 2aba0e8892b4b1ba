#pragma once
// How much of a stretch of time is open by a calendar, and when so much open time is over. Pure; any thread.
// A span of a day is one stretch from when the clock first shows `from` to when it last shows `to`, as opening() has it.

#include "base/calendar.h"

#include <optional>
#include <vector>

namespace shopbell::desk {

constexpr int hours_days_max = 3660;  // how far after() looks

/// Opening hours with the zone they are meant in. Without a calendar: always open. Neither is owned.
struct Hours {
  const Calendar* calendar = nullptr;
  const Zone* zone = nullptr;  // not read without a calendar
};

/// Open time from `from` to `to`; 0 when `to` is not later.
Millis open_between(const Hours& hours, Time from, Time to);

/// When `open` of open time since `from` is over: the end of a day's hours, not the next beginning, where both would do.
/// `open` <= 0: `from`. Nothing when that is not within hours_days_max.
std::optional<Time> after(const Hours& hours, Time from, Millis open);

}  // namespace shopbell::desk
