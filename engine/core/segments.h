#pragma once
// Segments: conditions over the profile that are kept up to date. Pure.
//
// A customer is in a segment while its condition holds; one that cannot be decided does not. `customer.segments`
// is the list of them, `in_segments` the times since when. Looked at whenever the profile has changed, and with Due: who
// sends that for the time that passes is the shell.

#include "core/turn.h"

namespace shopbell {

constexpr std::size_t segments_max = 100;  // of a shop

struct Segment {
  std::string name, title;
  cel::Program condition;   // over customer, shop, now
};

struct Segments {
  std::string version;      // content hash of the source
  std::string source;       // segments.yaml
  std::vector<Segment> all; // by name
  bool read_now = false;    // whether time alone can change who is in one
};

constexpr std::string_view segment_entered = "segment.entered", segment_left = "segment.left";

/// Brings the turn's subject up to date: profile, notes, changes, and an event for each unless `quiet`. `cause` and the
/// time make the events' ids; `depth` is theirs.
void update_segments(Turn& turn, std::string_view cause, std::uint32_t depth, bool quiet = false);

/// Whether update_segments() would change anything.
bool segments_differ(const Workflows& workflows, const Subject& subject, Time at, Arena& arena);

}  // namespace shopbell
