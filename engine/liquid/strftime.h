#pragma once
// Instants in a zone, and their texts by strftime.

#include "liquid/liquid.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shopbell::liquid {

/// An instant as a clock on the wall shows it.
struct Moment {
  std::int64_t seconds = 0;  // since 1970 UTC
  std::int32_t nanos = 0;
  std::int32_t offset_s = 0; // east of UTC
  std::string zone = "UTC";  // abbreviation; empty: only the offset is known

  std::int64_t local_seconds() const { return seconds + offset_s; }
};

/// nullopt: nobody knows a zone of that name. An empty name is UTC.
std::optional<Moment> moment_at(std::int64_t seconds, std::int32_t nanos, std::string_view timezone);
/// The instant when clocks in `timezone` show `local_seconds`; of two such the earlier, of none the
/// one that the clock jumps to.
std::optional<Moment> moment_of_local(std::int64_t local_seconds, std::int32_t nanos, std::string_view timezone);

/// Names of months and days, from January and Sunday; empty: English.
struct CalendarNames {
  std::vector<std::string_view> months, short_months, days, short_days;
};

/// Ruby's Time#strftime: all conversions, the flags - 0 ^ # _ : and a width.
std::string strftime(const Moment& m, std::string_view format, const CalendarNames& names = {});

/// Reads what a person or a program wrote: ISO 8601, RFC 2822, "March 14, 2016 4pm", "14/3/2016".
/// Without a zone of its own it is a time in `setting.timezone`; what is missing comes from
/// `setting.now`. nullopt: this is no date.
std::optional<Moment> parse_date_text(std::string_view text, const Setting& setting);

/// Appends a timestamp as {{ }} prints it: "2026-11-21 20:27:34 +0100".
void append_time(std::string& to, const Value& timestamp, const Setting& setting);

}  // namespace shopbell::liquid
