#pragma once
// What a ticket was promised, counted minute by minute, and where a wall clock stands, looked at minute by minute: as slow
// and as plain as can be, to hold the fast functions against. Shares nothing with them but the zone's wall clock.

#include "desk/sla.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace shopbell::testing {

constexpr std::int64_t minute_ms = 60'000;
constexpr int day_minutes = 1440;

/// Some weeks of one zone's wall clock: for each minute of UTC, which minute of local time it shows.
class WallClock {
 public:
  WallClock(const std::string& name, Time begin, int days) : zone(find_zone(name)), from(begin) {
    for (int m = 0; m < days * day_minutes; ++m) shows.push_back(to_local(*zone, at(m)).ms / minute_ms);
  }
  Time at(int minute) const { return from + Millis{minute * minute_ms}; }
  int minutes() const { return static_cast<int>(shows.size()); }
  std::int64_t first_day() const { return shows.front() / day_minutes; }
  std::int64_t last_day() const { return shows.back() / day_minutes; }

  /// The first minute at which the clock shows `local` or later.
  int first_at(std::int64_t local) {
    const auto known = first_.find(local);
    if (known != first_.end()) return known->second;
    int m = 0;
    while (m < minutes() && shows[static_cast<std::size_t>(m)] < local) ++m;
    return first_[local] = m;
  }
  /// Behind the last minute at which it shows less than `local`.
  int behind_last_before(std::int64_t local) {
    const auto known = behind_.find(local);
    if (known != behind_.end()) return known->second;
    int m = minutes();
    while (m > 0 && shows[static_cast<std::size_t>(m - 1)] >= local) --m;
    return behind_[local] = m;
  }

  const Zone* zone;
  Time from;

 private:
  std::vector<std::int64_t> shows;
  std::map<std::int64_t, int> first_, behind_;
};

/// For each minute of the wall clock: whether the calendar is open then.
inline std::vector<bool> open_minutes(const Calendar& calendar, WallClock& wall) {
  std::vector<bool> open(static_cast<std::size_t>(wall.minutes()));
  for (std::int64_t day = wall.first_day() - 1; day <= wall.last_day(); ++day) {
    if (calendar.holidays.contains(day)) continue;
    const auto weekday = static_cast<std::size_t>((day % 7 + 11) % 7);  // 1970-01-01 was a Thursday, Sunday is 0
    for (const Span& span : calendar.week[weekday]) {
      const int from = wall.first_at(day * day_minutes + span.from), to = wall.behind_last_before(day * day_minutes + span.to);
      if (from < to) std::fill(open.begin() + from, open.begin() + to, true);
    }
  }
  return open;
}

struct SlowClock {
  bool runs = false, late = false;
  int spent = 0, due = -1;          // minutes; due: -1 none
  unsigned met = 0, missed = 0;
};

/// Walks through the minutes with the state of the ticket in hand.
class SlowSla {
 public:
  SlowSla(const std::vector<bool>& open, int first_goal, int next_goal, int resolution_goal)
      : open_(open), goals_{first_goal, next_goal, resolution_goal} {}

  SlowClock first, next, resolution;

  void minute_passes(int minute) {
    SlowClock* clocks[] = {&first, &next, &resolution};
    for (int i = 0; i < 3; ++i) {
      SlowClock& c = *clocks[i];
      const bool runs = i == 2 ? ticket_open_ && !asleep_ : c.runs;
      if (!runs) continue;
      if (goals_[i] > 0 && c.spent >= goals_[i] && !c.late) c.late = true, ++c.missed;
      if (open_[static_cast<std::size_t>(minute)]) ++c.spent;
    }
  }

  void happens(desk::Happened what) {
    using desk::Happened;
    const bool asked = what == Happened::opened || what == Happened::reopened || what == Happened::handed_over;
    if (asked && (!ticket_open_ || (what == Happened::handed_over && !first.runs && !next.runs))) {
      if (!ticket_open_) resolution.met = 0, asleep_ = false;
      ticket_open_ = true;
      first = {true, false, 0, -1, first.met, first.missed};
    } else if (what == Happened::customer_wrote && ticket_open_) {
      asleep_ = false;
      if (!first.runs && !next.runs) next = {true, false, 0, -1, next.met, next.missed};
    } else if (what == Happened::person_replied) {
      end(first, goals_[0]), end(next, goals_[1]);
    } else if (what == Happened::snoozed && ticket_open_) {
      asleep_ = true;
    } else if (what == Happened::woke) {
      asleep_ = false;
    } else if (what == Happened::resolved && ticket_open_) {
      end(first, goals_[0]), end(next, goals_[1]);
      if (goals_[2] > 0 && !resolution.late) ++resolution.met;
      ticket_open_ = asleep_ = false;
    }
    resolution.runs = ticket_open_ && !asleep_;
  }

  /// When each clock that runs will be due if nothing else happens, by going on to the end of the wall clock.
  void look_ahead(int minute) {
    SlowClock* clocks[] = {&first, &next, &resolution};
    for (int i = 0; i < 3; ++i) {
      SlowClock& c = *clocks[i];
      if (!c.runs || goals_[i] == 0 || c.late) continue;
      int spent = c.spent, m = minute;
      while (spent < goals_[i] && m < static_cast<int>(open_.size())) spent += open_[static_cast<std::size_t>(m++)] ? 1 : 0;
      if (spent >= goals_[i]) c.due = m;
    }
  }

 private:
  static void end(SlowClock& c, int goal) {
    if (!c.runs) return;
    c.runs = false;
    if (goal > 0 && !c.late) ++c.met;
  }

  const std::vector<bool>& open_;
  int goals_[3];
  bool ticket_open_ = false, asleep_ = false;
};

}  // namespace shopbell::testing
