#pragma once
// One schedule: some platforms, some workflows, and what goes wrong, all by a seed. Played to its end, and checked.

#include "sim/engine.h"

#include <cstdint>
#include <string>
#include <vector>

namespace shopbell::sim {

struct Played {
  std::uint64_t trace = 0;             // the hash of all that happened
  std::vector<std::string> findings;   // what does not hold; empty: all is well
  std::vector<std::string> lines;      // the trace, when it was asked for
  std::uint64_t events = 0, inputs = 0, runs = 0, calls = 0, arrivals = 0, deaths = 0, power_cuts = 0, set_aside = 0, decided = 0, merged = 0;
};

/// Any thread; what happens depends on the seed alone.
Played play_schedule(std::uint64_t seed, bool keep_lines = false);

}  // namespace shopbell::sim
