#include "core/step.h"

#include "base/time.h"
#include "core/answer.h"
#include "core/collect.h"
#include "core/contact.h"
#include "core/conversations.h"
#include "core/derive.h"
#include "core/desk.h"
#include "core/parts.h"
#include "core/schedule.h"
#include "core/sla_clock.h"
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

/// What is decided after a wait is decided anew; but a message is not answered by whoever has lost its conversation.
void renew_lease(const Turn& turn, Run& run) {
  if (turn.subject.conversations.is(Kind::map) && !run.event.type.starts_with("message.")) run.flow.lease = epoch_of(turn.subject);
}

}  // namespace

void advance(Turn& turn, Run& run, const Value& scope) {
  if (const Workflow* workflow = version_of(turn, run)) Walk(turn, run, *workflow, scope).go();
}

void resume(Turn& turn, Run& run) {
  if (is_snooze(run)) return wake(turn, run);
  if (is_sla_clock(run)) return ring(turn, run);
  if (run.flow.clock) return is_watch(run) ? abandon(turn, run) : tick(turn, run);
  const Workflow* workflow = version_of(turn, run);
  if (workflow == nullptr) return;
  if (run.flow.collecting) return begin_collected(turn, run, *workflow);
  if (run.at >= workflow->program.size()) return advance(turn, run);
  renew_lease(turn, run);
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
  renew_lease(turn, run);
  Walk walk(turn, run, *workflow, {});
  walk.take_awaited(walk.step(), &event);
  walk.go();
}

void leave_overtaken(Turn& turn, Run& run, std::string why) {
  const Workflow* workflow = version_of(turn, run);
  if (workflow == nullptr) return;
  Walk walk(turn, run, *workflow, {});
  walk.leave_overtaken(walk.step(), std::move(why));
  if (is_open(run.status)) walk.go();
}

void take_told(Turn& turn, Run& run, const Value& output) {
  const Workflow* workflow = version_of(turn, run);
  if (workflow == nullptr || run.at >= workflow->program.size()) return;
  Walk walk(turn, run, *workflow, {});
  if (walk.take_told(walk.step(), output)) walk.go();
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

void end_run(Turn& turn, Run& run, RunStatus status, std::string reason) {
  if (!run.call.empty())
    close_call(turn, run, Outcome::Status::unknown, "the run ended meanwhile: " + reason);
  if (run.flow.granted) give_back_contact(turn, run);
  run.status = status;
  run.ended = turn.at;
  run.due = {};
  if (!run.flow.clock) turn.note(code_of(status), reason, run.workflow, run.id);
  run.reason = std::move(reason);
  if (status == RunStatus::done) count_done(turn, run);
}

}  // namespace shopbell
