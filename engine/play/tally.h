#pragma once
// What is counted while workflows run over a log. Sums only, so that the order in which threads add does not matter.

#include "core/apply.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell::play {

/// Why there was no run, or no message: the codes of notes.
constexpr std::array<std::string_view, 11> hindrances{
    "condition_false", "limit_reached", "mode_single", "not_started", "collected", "error",
    "loop_stopped",    "too_deep",      "held_back",   "skipped",     "expired"};

struct WorkflowTally {
  std::uint64_t started = 0, done = 0, stopped = 0, failed = 0;
  std::uint64_t open = 0;     // when the log ends, waiting for a time behind it
  std::uint64_t endless = 0;  // when the log ends, waiting for what may never come
  std::array<std::uint64_t, hindrances.size()> hindered{};
  std::map<std::string, std::uint64_t> ends;   // why runs stopped or failed
  std::map<std::string, std::uint64_t> deeds;  // "email", "handoff to care"
};

struct Tally {
  explicit Tally(std::size_t workflows = 0) : by_workflow(workflows) {}
  std::vector<WorkflowTally> by_workflow;           // in the order of Workflows::all()
  std::map<std::string, std::uint64_t> by_channel;  // messages
  std::map<std::int64_t, std::uint64_t> by_day;     // messages, by days since 1970 UTC
  std::uint64_t events = 0, inputs = 0;

  void add(const Tally& other);
};

/// One line for all ends of its kind: "order.placed" for "order.placed at 2026-...".
std::string kind_of_end(const std::string& reason);

}  // namespace shopbell::play
