#pragma once
// The one place where the server reads the time.

#include <shopbell/time.h>

namespace shopbell {

inline Time wall_clock() { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

}  // namespace shopbell
