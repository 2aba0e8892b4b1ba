#include "core/remedy.h"

#include "core/begin.h"
#include "core/recent.h"
#include "core/runs.h"
#include "core/step.h"
#include "core/walk.h"

#include <algorithm>

namespace shopbell {
namespace {

using Remedy = Resolved::Remedy;

std::uint32_t behind(const Workflow& workflow, std::uint32_t at) {
  const Instruction& step = workflow.program[at];
  const bool has_target = step.op == Op::each || step.op == Op::fork || step.op == Op::branch;
  return has_target ? step.target : at + 1;
}

/// Why it stays as it is; empty: it may go on.
std::string hindrance(Turn& turn, const Run& run, const Workflow* workflow, Remedy remedy) {
  if (workflow == nullptr) return "the version of its workflow is not there any more";
  if (run.at >= workflow->program.size()) return "it stands behind the end of its workflow";
  if (remedy == Remedy::skip && run.steps == 0) return "it has failed before its first step, and has none to skip";
  if (workflow->mode != Mode::parallel && has_active(turn, run))
    return "another run of the workflow is open, and there may be only one at a time";
  return why_no_more(turn, *workflow);
}

void open_again(Turn& turn, Run& run, const Workflow& workflow, const Resolved& resolved) {
  const bool skips = resolved.remedy == Remedy::skip;
  turn.note(skips ? "step_skipped" : "retried", "by " + resolved.by, run.workflow, run.id, run.flow.failed_at);
  run.status = RunStatus::waiting;
  run.ended = {};
  run.due = {};
  run.reason.clear();
  run.flow.failed_at.clear();
  run.flow.waited = true;
  if (run.steps == 0) return begin_steps(turn, run, workflow, {});
  if (skips) {
    run.at = behind(workflow, run.at);
    run.call.clear();
    run.attempt = 0;
    run.args = {};
  } else if (!run.call.empty()) {
    run.flow.more_attempts = run.attempt;
  } else if (!run.event.data.is_null() && run.args[rest_of_said].is_null()) {
    run.args = {};  // anew, with what the step says now
  }
  advance(turn, run);
}

}  // namespace

void take_remedy(Turn& turn, const Resolved& resolved) {
  auto& failed = turn.subject.failed;
  const auto found = std::find_if(failed.begin(), failed.end(), [&](const Run& r) { return r.id == resolved.run; });
  if (found == failed.end())
    return turn.note("not_resolved", "the run " + resolved.run + " has not failed, or somebody has decided about it already");
  Run run = std::move(*found);
  failed.erase(found);
  if (resolved.remedy == Remedy::cancel) {
    run.call.clear();
    end_run(turn, run, RunStatus::stopped, "cancelled by " + resolved.by + "; it had failed: " + run.reason);
    return settle_new(turn, std::move(run));
  }
  const Workflow* workflow = turn.workflows.version(run.version);
  if (std::string why = hindrance(turn, run, workflow, resolved.remedy); !why.empty())
    return turn.note("not_resolved", std::move(why), run.workflow, run.id);
  if (std::string why = stopped_before(turn, *workflow, run.event, run.customer, run.started); !why.empty()) {
    run.call.clear();
    end_run(turn, run, RunStatus::stopped, std::move(why));
  } else {
    open_again(turn, run, *workflow, resolved);
  }
  settle_new(turn, std::move(run));
}

}  // namespace shopbell
