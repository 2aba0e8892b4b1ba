#pragma once
// Texts of instants and durations. No clock here.

#include <shopbell/error.h>
#include <shopbell/time.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shopbell {

struct Instant {
  std::int64_t seconds = 0;  // since 1970 UTC
  std::int32_t nanos = 0;    // 0..999'999'999
};

/// "2026-11-21T20:27:34Z", with up to nine decimals when there are any.
std::string format_rfc3339(std::int64_t seconds, std::int32_t nanos);
std::string format_rfc3339(Time at);  // with milliseconds when there are any

/// RFC 3339 with an offset or Z ("T" and "Z" in either case, up to nine decimals), years 0001-9999.
std::optional<Instant> parse_rfc3339(std::string_view text);
/// The same, cut to milliseconds.
std::optional<Time> parse_time(std::string_view text);

/// "90s", "15m", "1h30m", "7d", "2w", "250ms", ISO 8601 "P1DT2H". Not negative, at most 100 years.
/// Errors: "bad_duration" with a hint that shows the form.
Result<Millis> parse_duration(std::string_view text);
/// The shortest such text: "1h30m", "7d", "0s".
std::string format_duration(Millis d);
/// "1.5s": the form of JSON and CEL.
std::string format_seconds(std::int64_t seconds, std::int32_t nanos);

std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);  // standard alphabet, padding optional

}  // namespace shopbell
