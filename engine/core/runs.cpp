#include "core/runs.h"

#include "core/parts.h"
#include "core/step.h"

#include <algorithm>

namespace shopbell {
namespace {

bool is_active(const Run& run) {
  return is_open(run.status) && run.status != RunStatus::queued && !is_part(run);
}

Run* next_queued(std::vector<Run>& runs) {
  for (Run& run : runs) {
    if (run.status != RunStatus::queued) continue;
    const bool behind = std::any_of(runs.begin(), runs.end(), [&](const Run& other) {
      return is_active(other) && other.workflow == run.workflow;
    });
    if (!behind) return &run;
  }
  return nullptr;
}

// Its parts end with it, and what it is a part of goes on.
void settle_over(Turn& turn, Run run) {
  if (!turn.subject.runs.empty()) end_parts(turn, run.id, "the run that it is a part of has ended");
  if (is_part(run)) turn.parts_over.push_back({run.flow.parent, run});
  turn.made.runs.push_back(std::move(run));
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
  Run over = std::move(*run);
  runs.erase(run);
  settle_over(turn, std::move(over));
}

void settle_new(Turn& turn, Run run) {
  if (!is_open(run.status)) return settle_over(turn, std::move(run));
  turn.subject.runs.push_back(run);
  turn.made.runs.push_back(std::move(run));
}

bool has_active(const Turn& turn, const Run& run) {
  return std::any_of(turn.subject.runs.begin(), turn.subject.runs.end(), [&](const Run& other) {
    return other.id != run.id && other.workflow == run.workflow && is_active(other);
  });
}

// Ends: each turn of the loop takes one run out of the queue, and steps put none in.
bool start_queued(Turn& turn) {
  bool any = false;
  while (Run* run = next_queued(turn.subject.runs)) {
    const std::string id = run->id;
    any = true;
    run->status = RunStatus::waiting;
    run->flow.waited = true;
    turn.note("started", "the run before it is over", run->workflow, id);
    advance(turn, *run);
    settle(turn, id);
  }
  return any;
}

}  // namespace shopbell
