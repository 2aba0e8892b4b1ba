#include "core/parts.h"

#include "core/begin.h"
#include "core/runs.h"
#include "core/step.h"

#include <algorithm>
#include <utility>

namespace shopbell {
namespace {

Run* find_run(Turn& turn, std::string_view id) {
  auto& runs = turn.subject.runs;
  const auto run = std::find_if(runs.begin(), runs.end(), [&](const Run& r) { return r.id == id; });
  return run == runs.end() ? nullptr : &*run;
}

template <class T>
T take_first(std::vector<T>& list) {
  T first = std::move(list.front());
  list.erase(list.begin());
  return first;
}

void begin_part(Turn& turn, Run part) {
  const Run* parent = find_run(turn, part.flow.parent);
  if (parent == nullptr) return;  // it has ended meanwhile
  turn.note("part_begun", part.id + " of " + part.workflow, parent->workflow, parent->id);
  turn.note("started", "as a part of the run " + part.flow.parent, part.workflow, part.id);
  const Workflow* called = part.flow.part == 0 ? turn.workflows.version(part.version) : nullptr;
  if (++turn.parts_count > parts_per_input_max)
    end_run(turn, part, RunStatus::failed,
            "one input may begin " + std::to_string(parts_per_input_max) + " parts");
  else if (called != nullptr) begin_steps(turn, part, *called, {});
  else advance(turn, part);
  settle_new(turn, std::move(part));
}

}  // namespace

std::size_t open_parts(const Turn& turn, std::string_view parent) {
  const auto is_child = [&](const Run& run) { return run.flow.parent == parent; };
  return static_cast<std::size_t>(
      std::count_if(turn.subject.runs.begin(), turn.subject.runs.end(), is_child) +
      std::count_if(turn.parts_begun.begin(), turn.parts_begun.end(), is_child) +
      std::count_if(turn.parts_over.begin(), turn.parts_over.end(),
                    [&](const PartOver& p) { return p.parent == parent; }));
}

std::size_t depth_of_part(const Turn& turn, const Run& run) {
  std::size_t depth = 0;
  std::string_view parent = run.flow.parent;
  for (; !parent.empty() && depth <= parts_deep_max; ++depth) {
    const auto& runs = turn.subject.runs;
    const auto above = std::find_if(runs.begin(), runs.end(), [&](const Run& r) { return r.id == parent; });
    parent = above == runs.end() ? std::string_view() : std::string_view(above->flow.parent);
  }
  return depth;
}

void end_parts(Turn& turn, std::string_view parent, const std::string& reason) {
  std::erase_if(turn.parts_begun, [&](const Run& run) { return run.flow.parent == parent; });
  std::erase_if(turn.parts_over, [&](const PartOver& over) { return over.parent == parent; });
  for (Run& run : turn.subject.runs) {
    if (run.flow.parent != parent) continue;
    run.flow.parent.clear();  // nobody waits for it any more
    turn.parts_left.emplace_back(run.id, reason);
  }
}

// Ends: a part is begun only by a walk, walks are limited, and the parts that one input begins are counted.
void do_parts(Turn& turn) {
  for (;;) {
    if (!turn.parts_left.empty()) {
      const auto [id, reason] = take_first(turn.parts_left);
      if (Run* run = find_run(turn, id)) end_run(turn, *run, RunStatus::stopped, reason);
      settle(turn, id);
    } else if (!turn.parts_over.empty()) {
      const PartOver over = take_first(turn.parts_over);
      if (Run* parent = find_run(turn, over.parent)) take_part(turn, *parent, over.part);
      settle(turn, over.parent);
    } else if (!turn.parts_begun.empty()) {
      begin_part(turn, take_first(turn.parts_begun));
    } else {
      return;
    }
  }
}

}  // namespace shopbell
