#pragma once
// Places where the process can be made to die, to show that it may die anywhere. SHOPBELL_CRASH_AT=NAME, or NAME:N,
// in the environment of a process arms one: at its N-th pass the process ends as by SIGKILL, and nothing is cleaned
// up. Not armed, a point is a load and a branch that is never taken. Any thread.
// tests/process/crash_points_test.cpp dies at each of them that stands in engine/.

namespace shopbell {

extern const bool crash_points_armed;
void die_if_armed(const char* name);

inline void crash_point(const char* name) {
  if (crash_points_armed) [[unlikely]] die_if_armed(name);
}

}  // namespace shopbell
