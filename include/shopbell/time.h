#pragma once
// Time as the engine sees it: UTC milliseconds since 1970, always handed in as an argument.
// Only the shell reads a clock. Zones exist at the edges only (base/zone.h).

#include <chrono>
#include <cstdint>

namespace shopbell {

using Millis = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Millis>;

inline std::int64_t to_ms(Time t) { return t.time_since_epoch().count(); }
inline Time from_ms(std::int64_t ms) { return Time{Millis{ms}}; }

}  // namespace shopbell
