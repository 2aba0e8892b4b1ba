#pragma once
// Opening hours and quiet hours: which times of the week are open, in a zone. Pure; any thread.

#include "base/zone.h"

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace shopbell {

constexpr int calendar_days_max = 366;  // how far opening() looks

/// Minutes of a local day. `to` may be after 24:00: then it goes on into the next day.
struct Span {
  int from = 0, to = 0;
};

struct Calendar {
  std::array<std::vector<Span>, 7> week;  // Sunday first
  std::set<std::int64_t> holidays;        // days since 1970-01-01, local: nothing begins on them
  std::string timezone;                   // empty: the shop's
};

/// `at` when it is open then, else when it opens next; nothing when it does not within calendar_days_max. An
/// opening that a change of the clock leaves out is at the change; one that comes twice is the first.
std::optional<Time> opening(const Calendar& calendar, const Zone& zone, Time at);

/// When the span of every day that `at` lies in is over; `at` when it lies in none.
Time end_of_quiet(const Span& quiet, const Zone& zone, Time at);

/// "9:00-18:00", "21:00-08:00" (over midnight), "00:00-24:00".
std::optional<Span> parse_span(std::string_view text);
/// Days since 1970-01-01 of "2026-12-25".
std::optional<std::int64_t> parse_day(std::string_view text);

}  // namespace shopbell
