#pragma once
// The store's tables as texts, to compare and to look through: a row under its key.

#include "support/sim_disk.h"

#include <map>
#include <string>
#include <vector>

namespace shopbell::sim {

using Rows = std::map<std::string, std::string>;

/// An input as it was committed, all that a replay needs.
struct StoredInput {
  std::uint64_t seq = 0;
  std::int64_t at = 0;
  std::string kind, subject, event_id, source, type, detail, line;
  bool set_aside = false;  // the engine could not take it
};

struct Tables {
  Rows subjects, runs, calls, tickets, messages, notes;  // notes: of inputs, by seq
  bool operator==(const Tables&) const = default;
};

/// The first difference, for people; empty: none.
std::string difference(const Tables& stored, const Tables& replayed);

/// The store that stands on the disk, closed.
struct Stored {
  std::vector<StoredInput> inputs;
  Tables tables;
};
Stored read_stored(testing::SimDisk& disk, const std::string& folder);

/// What waits for a person, oldest first. The store may be open.
struct FailedRun {
  std::string id, subject, workflow;
};
std::vector<FailedRun> failed_runs(testing::SimDisk& disk, const std::string& folder);

/// Runs that are open without the schedules' clocks, and calls that are open. The store may be open.
std::int64_t open_work(testing::SimDisk& disk, const std::string& folder);

}  // namespace shopbell::sim
