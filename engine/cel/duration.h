#pragma once
// Timestamps and durations: their ranges and arithmetic. A timestamp is in the years 0001 to 9999; a
// duration is at most what int64 nanoseconds hold (292 years), as in Go, where CEL comes from.

#include "cel/call.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace shopbell::cel {

__extension__ using Nanos = __int128;

constexpr std::int64_t timestamp_seconds_min = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t timestamp_seconds_max = 253'402'300'799;  // 9999-12-31T23:59:59Z

/// A duration of this many nanoseconds, or "out_of_range".
Value make_duration(Call& call, Nanos nanos);
/// A timestamp of this many nanoseconds since 1970, or "out_of_range".
Value make_timestamp(Call& call, Nanos nanos);

/// "1h30m", "-1.5s", "250ms", "1us", "0", and beyond CEL's standard "7d", "2w", "P1DT2H": nullopt for what is none, however large.
std::optional<Nanos> parse_duration_nanos(std::string_view text);

Value add_duration_to_timestamp(Call& call, const Value* args);
Value add_timestamp_to_duration(Call& call, const Value* args);
Value add_durations(Call& call, const Value* args);
Value subtract_timestamps(Call& call, const Value* args);
Value subtract_duration_from_timestamp(Call& call, const Value* args);
Value subtract_durations(Call& call, const Value* args);

}  // namespace shopbell::cel
