#include "core/edits.h"

#include "core/runs.h"
#include "core/step.h"

namespace shopbell {
namespace {

// Within a loop, a branch, or on_error: what stands there has more to it than its place.
bool is_within(const Workflow& workflow, std::uint32_t at) {
  if (workflow.on_error > 0 && at >= workflow.on_error) return true;
  for (std::uint32_t i = 0; i < at; ++i) {
    const Instruction& step = workflow.program[i];
    if ((step.op == Op::each || step.op == Op::fork) && at < step.target) return true;
  }
  return false;
}

void migrate(Turn& turn, Run& run, const Workflow& current) {
  const Workflow* old = turn.workflows.version(run.version);
  const auto place = old != nullptr ? place_in(current, *old, run.at, run.status) : std::nullopt;
  if (!place) return;
  turn.note("migrated", "from version " + run.version.substr(0, 8) + " to " + current.version.substr(0, 8),
            run.workflow, run.id);
  run.version = current.version;
  run.at = *place;
}

}  // namespace

std::optional<std::uint32_t> place_in(const Workflow& to, const Workflow& from, std::uint32_t at,
                                      RunStatus status) {
  const bool queued = status == RunStatus::queued;
  if (queued && at == 0) return 0;
  if ((!queued && status != RunStatus::waiting) || at >= from.program.size() || is_within(from, at)) return {};
  const Instruction& step = from.program[at];
  if (!queued && (step.op == Op::fork || step.op == Op::call)) return {};
  for (std::uint32_t i = 0; i < to.program.size(); ++i) {
    const Instruction& other = to.program[i];
    if (other.id == step.id && other.op == step.op && other.action == step.action && !is_within(to, i))
      return i;
  }
  return {};
}

void take_edits(Turn& turn) {
  std::vector<std::string> changed;
  for (Run& run : turn.subject.runs) {
    if (is_part(run) || run.flow.clock || run.flow.collecting) continue;
    const Workflow* current = turn.workflows.find(run.workflow);
    if (current == nullptr || current->on_edit == OnEdit::pin || current->version == run.version) continue;
    const std::string before = run.version;
    if (current->on_edit == OnEdit::migrate) migrate(turn, run, *current);
    else end_run(turn, run, RunStatus::stopped, "the workflow was edited, and on_edit is cancel");
    if (!is_open(run.status) || run.version != before) changed.push_back(run.id);
  }
  for (const std::string& id : changed) settle(turn, id);
}

}  // namespace shopbell
