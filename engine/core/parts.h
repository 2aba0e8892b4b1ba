#pragma once
// The parts of a run: branches of `parallel`, and workflows that it calls. A part is a run of its own that
// names its parent, which waits. It counts for no mode and no limit; what ends its parent ends it.

#include "core/turn.h"

namespace shopbell {

constexpr std::size_t parts_deep_max = 8;          // parts of parts
constexpr std::size_t parts_per_input_max = 1000;  // begun by one input

/// Begins the parts that are to begin, and lets the runs go on whose parts have ended, until there are none.
void do_parts(Turn& turn);

/// The parts of a run that has ended or goes on without them.
void end_parts(Turn& turn, std::string_view parent, const std::string& reason);
std::size_t open_parts(const Turn& turn, std::string_view parent);
/// How many runs stand above it.
std::size_t depth_of_part(const Turn& turn, const Run& run);

}  // namespace shopbell
