#include "core/step.h"

#include "base/time.h"
#include "core/arguments.h"
#include "core/collect.h"
#include "core/contact.h"
#include "core/derive.h"
#include "core/effects.h"
#include "core/parts.h"
#include "core/retry.h"
#include "core/schedule.h"
#include "core/state.h"
#include "core/walk.h"

#include <algorithm>

namespace shopbell {
namespace {

/// The workflow as the run knows it; null: the run has failed for want of it.
const Workflow* version_of(Turn& turn, Run& run) {
  if (const Workflow* workflow = turn.workflows.version(run.version)) return workflow;
  end_run(turn, run, RunStatus::failed,
          "the version " + run.version + " of " + run.workflow + " that it began on is not there any more");
  return nullptr;
}

void count_done(Turn& turn, const Run& run) {
  const Workflow* workflow = turn.workflows.version(run.version);
  if (workflow == nullptr || workflow->limit.count == 0 || is_part(run)) return;
  auto& counters = turn.subject.counters;
  auto found = std::find_if(counters.begin(), counters.end(),
                            [&](const Counter& c) { return c.workflow == run.workflow; });
  if (found == counters.end()) found = counters.insert(counters.end(), {run.workflow, {}});
  found->times.push_back(turn.at);
  if (found->times.size() > workflow->limit.count)
    found->times.erase(found->times.begin(), found->times.end() - workflow->limit.count);
  turn.made.subject_changed = true;
}

std::string_view code_of(RunStatus status) {
  return status == RunStatus::done ? "done" : status == RunStatus::stopped ? "stopped" : "failed";
}

void try_again(Turn& turn, Run& run, const Instruction& step, const Finished& f) {
  const Millis wait = retry_wait(step.retry, run.call, run.attempt, f.retry_after);
  ++run.attempt;
  const Time due = turn.at + wait;
  order_call(turn, run, step, due);
  std::string text = f.error.message + ": attempt " + std::to_string(run.attempt) + " of ";
  text += std::to_string(step.retry.attempts) + " in " + format_duration(wait);
  turn.note("call_retry", std::move(text), run.workflow, run.id, step.id);
}

void close_call(Turn& turn, Run& run, Outcome::Status status, std::string error) {
  turn.made.calls_ended.push_back({run.call, status, run.attempt, std::move(error)});
  run.call.clear();
  run.attempt = 0;
  run.args = {};
}

void give_up(Turn& turn, Run& run, const Workflow& workflow, const Instruction& step, const Finished& f) {
  Error error = f.error;
  if (error.message.empty()) error.message = "it did not say why";
  const auto attempts = run.attempt;
  if (f.status == Outcome::Status::unknown)
    error.message = "in doubt, it may have been done: " + error.message;
  if (f.status == Outcome::Status::retry)
    error.message +=
        ", at attempt " + std::to_string(attempts) + " of " + std::to_string(step.retry.attempts);
  close_call(turn, run, f.status == Outcome::Status::unknown ? f.status : Outcome::Status::failed,
             error.message);
  turn.note("call_failed", label_of(step) + ": " + error.message, run.workflow, run.id, step.id);
  Walk walk(turn, run, workflow, {});
  walk.fail_step(step, error);
  if (is_open(run.status)) walk.go();
}

}  // namespace

void advance(Turn& turn, Run& run, const Value& scope) {
  if (const Workflow* workflow = version_of(turn, run)) Walk(turn, run, *workflow, scope).go();
}

void resume(Turn& turn, Run& run) {
  if (run.flow.clock) return is_watch(run) ? abandon(turn, run) : tick(turn, run);
  const Workflow* workflow = version_of(turn, run);
  if (workflow == nullptr) return;
  if (run.flow.collecting) return begin_collected(turn, run, *workflow);
  if (run.at >= workflow->program.size()) return advance(turn, run);
  Walk walk(turn, run, *workflow, {});
  const Instruction& step = walk.step();
  if (step.op == Op::wait_for) {
    walk.take_awaited(step, nullptr);
  } else if (step.op == Op::fork || step.op == Op::call) {
    end_parts(turn, run.id, "the run has waited for " + format_duration(step.duration));
    walk.fail_step(step, problem("timeout", "it took longer than " + format_duration(step.duration)));
  } else {
    turn.note("resumed", "the wait until " + format_rfc3339(run.due) + " is over", run.workflow, run.id,
              step.id);
    if (step.op == Op::wait) ++run.at;
  }
  run.due = {};
  run.flow.waited = true;
  if (is_open(run.status)) walk.go();
}

void resume_with(Turn& turn, Run& run, const Event& event) {
  const Workflow* workflow = version_of(turn, run);
  if (workflow == nullptr) return;
  Walk walk(turn, run, *workflow, {});
  walk.take_awaited(walk.step(), &event);
  walk.go();
}

void take_part(Turn& turn, Run& run, const Run& part) {
  const Workflow* workflow = version_of(turn, run);
  if (workflow == nullptr || run.at >= workflow->program.size()) return;
  Walk walk(turn, run, *workflow, {});
  const bool goes_on = walk.take_part(walk.step(), part, open_parts(turn, run.id));
  if (goes_on && is_open(run.status)) walk.go();
}

void take_room(Turn& turn, Run& run, const Room& room) {
  const Workflow* workflow = version_of(turn, run);
  if (workflow == nullptr || run.at >= workflow->program.size()) return;
  Walk walk(turn, run, *workflow, {});
  if (walk.step().op != Op::act) return;
  walk.take_room(walk.step(), room);
}

void take_answer(Turn& turn, Run& run, const Finished& f) {
  if (f.message) keep_sent(turn, run.id, run.event.subject, run.call, *f.message);
  const Workflow* workflow = version_of(turn, run);
  if (workflow == nullptr) return;
  if (run.at >= workflow->program.size())
    return end_run(turn, run, RunStatus::failed, "it stands behind the end of its workflow");
  const Instruction& step = workflow->program[run.at];
  if (f.status == Outcome::Status::retry && run.attempt < step.retry.attempts && step.action != nullptr)
    return try_again(turn, run, step, f);
  if (f.status != Outcome::Status::done) return give_up(turn, run, *workflow, step, f);
  close_call(turn, run, f.status, {});
  turn.note("call_done", label_of(step), run.workflow, run.id, step.id);
  Walk walk(turn, run, *workflow, {});
  if (depth_of(f.output) > argument_depth_max)
    walk.fail_step(step, problem("too_deep", "the answer has too many levels of lists and maps"));
  else walk.keep_output(step, f.output);
  if (is_open(run.status)) walk.go();
}

void end_run(Turn& turn, Run& run, RunStatus status, std::string reason) {
  if (!run.call.empty())
    close_call(turn, run, Outcome::Status::unknown, "the run ended meanwhile: " + reason);
  run.status = status;
  run.ended = turn.at;
  run.due = {};
  if (!run.flow.clock) turn.note(code_of(status), reason, run.workflow, run.id);
  run.reason = std::move(reason);
  if (status == RunStatus::done) count_done(turn, run);
}

}  // namespace shopbell
