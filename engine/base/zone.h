#pragma once
// Time zones of the IANA database that the system has. Any thread; the database is read once, at the
// first use. Local times are milliseconds of the wall clock, counted as if it showed UTC.

#include <shopbell/time.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace date {
class time_zone;
}

namespace shopbell {

using Zone = date::time_zone;

struct Offset {
  std::int64_t seconds = 0;  // east of UTC
  std::string abbreviation;
  bool daylight = false;
};

/// "Europe/Madrid"; nullptr when the database has no zone of that name. It lives as long as the process.
const Zone* find_zone(std::string_view name);

Offset offset_at(const Zone& zone, Time at);
/// The first instant after `at` with another offset; far away when there is none.
Time next_change(const Zone& zone, Time at);

struct LocalTime {
  std::int64_t ms = 0;
};
LocalTime to_local(const Zone& zone, Time at);

/// Which of the two instants a wall clock shows twice when it is set back.
enum class Fold : std::uint8_t { first, last };
/// A local time that is left out when the clock is set forward gives the instant of that change.
Time from_local(const Zone& zone, LocalTime local, Fold fold);

}  // namespace shopbell
