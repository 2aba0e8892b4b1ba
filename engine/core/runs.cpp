#include "core/runs.h"

#include "core/step.h"

#include <algorithm>

namespace shopbell {
namespace {

bool is_active(const Run& run) { return is_open(run.status) && run.status != RunStatus::queued; }

Run* next_queued(std::vector<Run>& runs) {
  for (Run& run : runs) {
    if (run.status != RunStatus::queued) continue;
    const bool behind = std::any_of(
        runs.begin(), runs.end(), [&](const Run& other) { return is_active(other) && other.workflow == run.workflow; });
    if (!behind) return &run;
  }
  return nullptr;
}

}  // namespace

void settle(Turn& turn, std::string_view id) {
  auto& runs = turn.subject.runs;
  const auto run = std::find_if(runs.begin(), runs.end(), [&](const Run& r) { return r.id == id; });
  if (run == runs.end()) return;
  if (is_open(run->status)) {
    turn.made.runs.push_back(*run);
    return;
  }
  turn.made.runs.push_back(std::move(*run));
  runs.erase(run);
}

void settle_new(Turn& turn, Run run) {
  if (is_open(run.status)) turn.subject.runs.push_back(run);
  turn.made.runs.push_back(std::move(run));
}

// Ends: each turn of the loop takes one run out of the queue, and steps put none in.
void start_queued(Turn& turn) {
  while (Run* run = next_queued(turn.subject.runs)) {
    const std::string id = run->id;
    run->status = RunStatus::waiting;
    turn.note("started", "the run before it is over", run->workflow, id);
    advance(turn, *run);
    settle(turn, id);
  }
}

}  // namespace shopbell
