#include "core/answer.h"

#include "base/time.h"
#include "core/arguments.h"
#include "core/conversations.h"
#include "core/effects.h"
#include "core/person_reply.h"
#include "core/retry.h"
#include "core/state.h"
#include "core/step.h"
#include "core/thread.h"
#include "core/walk.h"

namespace shopbell {
namespace {

using Status = Outcome::Status;

// A person's `retry` grants as many attempts again.
std::uint32_t attempts_of(const Run& run, const Instruction& step) {
  return step.retry.attempts + run.flow.more_attempts;
}

void try_again(Turn& turn, Run& run, const Instruction& step, const Finished& f) {
  const Millis wait = retry_wait(step.retry, run.call, run.attempt, f.retry_after);
  ++run.attempt;
  if (step.action != nullptr && step.action->speaks && run.event.subject == turn.subject.id)
    run.args = with_thread(run.args, thread_of(turn.subject, conversation_spoken_to(run.args), turn.arena), turn.arena);
  order_call(turn, run, step, turn.at + wait, f.error.message);
  std::string text = f.error.message + ": attempt " + std::to_string(run.attempt);
  if (f.status == Status::unknown) text += ", as it may have been done, once more with the same key";
  else text += " of " + std::to_string(attempts_of(run, step));
  turn.note("call_retry", std::move(text) + " in " + format_duration(wait), run.workflow, run.id, step.id);
}

/// Why the call has failed for good, in a sentence.
Error error_of(const Run& run, const Instruction& step, const Finished& f) {
  Error error = f.error;
  if (error.message.empty()) error.message = "it did not say why";
  if (f.status == Status::unknown) error.message = "in doubt, it may have been done: " + error.message;
  if (f.status == Status::retry)
    error.message +=
        ", at attempt " + std::to_string(run.attempt) + " of " + std::to_string(attempts_of(run, step));
  return error;
}

/// A failed run whose call may have been done keeps it: when a person has it tried again, it has the same key.
void give_up(Turn& turn, Run& run, const Workflow& workflow, const Instruction& step, const Finished& f) {
  const Error error = error_of(run, step, f);
  const Run before = run;
  close_call(turn, run, f.status == Status::unknown ? f.status : Status::failed, error.message);
  turn.note("call_failed", label_of(step) + ": " + error.message, run.workflow, run.id, step.id);
  if (f.status == Status::unknown) run.flow.contacted = {};  // it counts: it may have reached the customer
  Walk walk(turn, run, workflow, {});
  if (f.status == Status::unknown && step.in_doubt == InDoubt::hold)
    end_run(turn, run, RunStatus::failed, place_of(step) + ": " + error.message);
  else walk.fail_step(step, error);
  if (is_open(run.status)) return walk.go();
  run.flow.failed_at = step.id;
  if (run.at != before.at) return;
  run.args = before.args;
  if (f.status == Status::failed) return;
  run.call = before.call;
  run.attempt = before.attempt;
}

/// in_doubt: drop. Nobody will know whether it was done; the run goes on as if.
void drop(Turn& turn, Run& run, const Workflow& workflow, const Instruction& step, const Finished& f) {
  close_call(turn, run, Status::unknown, f.error.message);
  turn.note("call_dropped", label_of(step) + " is in doubt, and not tried again: " + f.error.message, run.workflow,
            run.id, step.id);
  Walk walk(turn, run, workflow, {});
  walk.keep_output(step, {});
  walk.go();
}

/// A text that was too long for one message is said on, by a call of its own.
void say_rest(Turn& turn, Run& run, const Workflow& workflow, const Instruction& step, const Finished& f) {
  MapBuilder args(turn.arena, run.args), first(turn.arena);
  args.add(rest_of_said, f.output[rest_of_said]);
  for (const Member& m : f.output.members())
    if (m.key.text_or({}) != rest_of_said) first.add(m.key, m.value);
  if (run.args[first_output].is_null()) args.add(first_output, first.build());
  const Value kept = args.build();
  close_call(turn, run, f.status, {});
  run.args = kept;
  turn.note("call_done", label_of(step) + ", and there is more to say", run.workflow, run.id, step.id);
  Walk(turn, run, workflow, {}).go();
}

void take_done(Turn& turn, Run& run, const Workflow& workflow, const Instruction& step, const Finished& f) {
  if (!f.output[rest_of_said].text_or({}).empty()) return say_rest(turn, run, workflow, step, f);
  const Value output = run.args[first_output].is_null() ? f.output : run.args[first_output];
  close_call(turn, run, f.status, {});
  run.flow.contacted = {};
  turn.note("call_done", label_of(step), run.workflow, run.id, step.id);
  Walk walk(turn, run, workflow, {});
  if (depth_of(output) > argument_depth_max)
    walk.fail_step(step, problem("too_deep", "the answer has too many levels of lists and maps"));
  else walk.keep_output(step, output);
  if (is_open(run.status)) walk.go();
}

bool may_try_again(const Run& run, const Instruction& step, const Finished& f) {
  if (step.action == nullptr) return false;
  if (f.status == Status::retry) return run.attempt < attempts_of(run, step);
  return f.status == Status::unknown && step.in_doubt == InDoubt::resend_once && run.flow.doubts == 0;
}

}  // namespace

void close_call(Turn& turn, Run& run, Status status, std::string error) {
  turn.made.calls_ended.push_back({run.call, status, run.attempt, std::move(error)});
  run.call.clear();
  run.attempt = 0;
  run.args = {};
  run.flow.doubts = run.flow.more_attempts = 0;
}

void take_answer(Turn& turn, Run& run, const Finished& f) {
  if (f.message) keep_sent(turn, run.id, run.event.subject, run.call, *f.message, speaker_of(run));
  const Workflow* workflow = turn.workflows.version(run.version);
  if (workflow == nullptr)
    return end_run(turn, run, RunStatus::failed, "the version " + run.version + " of " + run.workflow + " that it began on is not there any more");
  if (run.at >= workflow->program.size())
    return end_run(turn, run, RunStatus::failed, "it stands behind the end of its workflow");
  const Instruction& step = workflow->program[run.at];
  if (f.status == Status::done) return take_done(turn, run, *workflow, step, f);
  if (may_try_again(run, step, f)) {
    try_again(turn, run, step, f);
    run.flow.doubts += f.status == Status::unknown;
    return;
  }
  if (f.status == Status::unknown && step.in_doubt == InDoubt::drop) return drop(turn, run, *workflow, step, f);
  give_up(turn, run, *workflow, step, f);
}

}  // namespace shopbell
