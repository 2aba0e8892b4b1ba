#pragma once
// The one place where the server reads the time.

#include <shopbell/time.h>

#include <chrono>
#include <functional>

namespace shopbell {

inline Time wall_clock() { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

/// What the shard and the calls read the time from: handed in, so that a simulation can hand in its own.
struct Clock {
  using Steady = std::chrono::steady_clock::time_point;
  std::function<Time()> wall = wall_clock;                             // may be stepped, forth and back
  std::function<Steady()> steady = std::chrono::steady_clock::now;     // never goes back
};

}  // namespace shopbell
