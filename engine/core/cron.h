#pragma once
// When a schedule fires: cron expressions and fixed intervals. Pure; any thread.
//
// "minute hour day month weekday", each field a list of *, N, A-B, each perhaps with /STEP (N/STEP goes
// from N to the field's end); months and weekdays also by their first three letters, Sunday 0 or 7; ? is *.
// Or @yearly (@annually), @monthly, @weekly, @daily (@midnight), @hourly. A day has to fit both day and
// weekday when one of them is * or */STEP; when both are restricted, either is enough (crontab(5)).
//
// A schedule goes by the wall clock of its zone. When the clock changes, one whose hour field is restricted
// fires exactly once for each local time that it names: a time that is left out fires at the instant of the
// change, a time that comes twice fires the second time. One whose hour is * or */STEP fires by the minutes
// as they pass: none in the hour that is left out, and in both hours that show the same.

#include "base/zone.h"

#include <shopbell/error.h>

#include <bitset>
#include <optional>
#include <string_view>

namespace shopbell {

constexpr int cron_years_max = 9;  // how far next_fire() looks: 29 February comes after eight years at most

struct Cron {
  std::bitset<60> seconds, minutes;
  std::bitset<24> hours;
  std::bitset<32> days;                                         // 1..31
  std::bitset<13> months;                                       // 1..12
  std::bitset<7> weekdays;                                      // Sunday 0
  bool any_day = false, any_weekday = false, any_hour = false;  // the field is * or */STEP
};

enum class CronForm : std::uint8_t {
  minutes,
  seconds
};  // seconds: one field more before; a sixth may be missing

/// Errors: "bad_cron", with the place within the text.
Result<Cron> parse_cron(std::string_view text, CronForm form = CronForm::minutes);

/// The first fire after `after`, or nothing within cron_years_max.
std::optional<Time> next_fire(const Cron& cron, const Zone& zone, Time after);

}  // namespace shopbell
