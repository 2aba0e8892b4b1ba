#include "core/step.h"

#include "base/hash.h"
#include "base/time.h"
#include "core/arguments.h"
#include "core/effects.h"
#include "core/retry.h"
#include "core/scope.h"
#include "core/state.h"

#include <algorithm>

namespace shopbell {
namespace {

std::string label_of(const Instruction& step) {
  return step.label.empty() ? std::string("step ") + step.id : step.label;
}

Error problem(std::string code, std::string message) {
  Error error;
  error.code = std::move(code);
  error.message = std::move(message);
  return error;
}

std::string place_of(const Instruction& step) {
  std::string place = "step " + step.id;
  if (!step.label.empty() && step.label != step.id) place += ", " + step.label;
  return step.line > 0 ? place + ", line " + std::to_string(step.line) : place;
}

void order_call(Turn& turn, const Run& run, const Instruction& step, Time due) {
  Call call{run.call, run.id, run.workflow, static_cast<int>(run.attempt), due, run.args};
  turn.made.calls.push_back({std::move(call), std::string(step.action->name), step.id, step.timeout, due});
}

/// One run on its way through its program.
class Walk {
 public:
  Walk(Turn& turn, Run& run, const Workflow& workflow, const Value& scope)
      : turn_(turn),
        run_(run),
        workflow_(workflow),
        scope_(scope),
        scope_edition_(turn.profile_edition),
        scope_fresh_(scope.is(Kind::map)) {}

  void go() {
    going_ = true;
    for (std::uint32_t done = 0; going_; ++done) {
      if (run_.at >= workflow_.program.size()) return end(RunStatus::done, {});
      if (done >= instructions_per_input_max)
        return end(RunStatus::failed,
                   "more than " + std::to_string(instructions_per_input_max) + " instructions without a wait");
      ++run_.steps;
      execute(workflow_.program[run_.at]);
    }
  }

  /// The step's work is done: its output is kept, and the run stands at the next one.
  void keep_output(const Instruction& step, const Value& output) {
    ++run_.at;
    if (step.as.empty() && output.is_null()) return;
    run_.outputs = MapBuilder(turn_.arena, run_.outputs).add(step.id, output).build();
    scope_fresh_ = false;
  }

  /// The step has failed for good: so has the run, unless the step says otherwise.
  void fail_step(const Instruction& step, const Error& error) {
    if (!step.go_on_after_failure) return end(RunStatus::failed, place_of(step) + ": " + error.message);
    note("error", step, error.message + "; the run goes on, as the step says");
    const Value what =
        make_map(turn_.arena, {{"code", turn_.arena.copy(error.code)}, {"message", turn_.arena.copy(error.message)}});
    keep_output(step, make_map(turn_.arena, {{"error", what}}));
  }

 private:
  const Value& scope() {
    if (!scope_fresh_ || scope_edition_ != turn_.profile_edition) {
      scope_ = run_scope(turn_, run_, workflow_);
      scope_edition_ = turn_.profile_edition;
      scope_fresh_ = true;
    }
    return scope_;
  }

  void note(std::string_view code, const Instruction& step, std::string text) {
    turn_.note(code, std::move(text), run_.workflow, run_.id, step.id);
  }

  void end(RunStatus status, std::string reason) {
    going_ = false;
    end_run(turn_, run_, status, std::move(reason));
  }

  /// Nothing: the step has failed and that is dealt with.
  std::optional<Value> arguments(const Instruction& step) {
    auto v = evaluate(step.arguments, workflow_, scope(), turn_);
    if (v) return *v;
    fail_step(step, v.error());
    return {};
  }

  void execute(const Instruction& step) {
    switch (step.op) {
      case Op::act: return act(step);
      case Op::branch: return branch(step);
      case Op::jump: run_.at = step.target; return;
      case Op::set: return set(step);
      case Op::wait: return wait(step);
      case Op::emit: return emit_event(step);
      case Op::stop: return finish(step, RunStatus::stopped);
      case Op::fail: return finish(step, RunStatus::failed);
    }
  }

  void act(const Instruction& step) {
    const auto args = arguments(step);
    if (!args) return;
    if (step.action != nullptr && step.action->decide != nullptr) return decide(step, *args);
    if (step.action != nullptr && step.action->run != nullptr) return call(step, *args);
    fail_step(step, problem("no_action", "this program has no such action"));
  }

  void decide(const Instruction& step, const Value& args) {
    auto effects = step.action->decide(args, turn_.arena);
    if (!effects) return fail_step(step, problem(effects.error().code, describe(effects.error())));
    if (depth_of(effects->output) > argument_depth_max)
      return fail_step(step, problem("too_deep", "the output has too many levels of lists and maps"));
    note("step", step, label_of(step));
    do_effects(turn_, run_, step, *effects);
    keep_output(step, effects->output);
  }

  void call(const Instruction& step, const Value& args) {
    run_.call = id_of({"call", run_.id, step.id, std::to_string(run_.steps)});
    run_.attempt = 1;
    run_.args = args;
    run_.status = RunStatus::calling;
    order_call(turn_, run_, step, turn_.at);
    note("called", step, label_of(step));
    going_ = false;
  }

  void branch(const Instruction& step) {
    if (!step.condition) {
      ++run_.at;
      return;
    }
    const auto holds = step.condition->condition(scope(), turn_.arena);
    // Which way to go cannot be guessed: on_error does not help here.
    if (!holds)
      return end(RunStatus::failed, place_of(step) + ": " + describe(holds.error(), step.condition->source()));
    note("branch", step, label_of(step) + ": " + step.condition->explain(scope(), turn_.arena));
    run_.at = *holds ? run_.at + 1 : step.target;
  }

  void set(const Instruction& step) {
    const auto values = arguments(step);
    if (!values) return;
    MapBuilder vars(turn_.arena, run_.vars);
    std::string text;
    for (const Member& m : values->members()) {
      vars.add(m.key, m.value);
      text += (text.empty() ? "" : ", ") + std::string(m.key.text_or({})) + " = " + cel::to_text(m.value);
    }
    run_.vars = vars.build();
    scope_fresh_ = false;
    note("step", step, "set " + text);
    ++run_.at;
  }

  Result<Time> due_of(const Instruction& step) {
    if (!step.condition) return turn_.at + step.duration;
    const Value v = step.condition->evaluate(scope(), turn_.arena);
    if (v.is(Kind::error)) return fail(v.error().code, describe(v.error(), step.condition->source()));
    // Rounded up: a wait never ends before its instant.
    const auto ms = [&] { return Millis{v.seconds() * 1000 + (v.nanos() + 999'999) / 1'000'000}; };
    if (v.is(Kind::timestamp)) return Time{ms()};
    if (v.is(Kind::duration) && v.seconds() < 100LL * 366 * 86'400) return turn_.at + ms();
    if (const auto at = parse_time(v.text_or({}))) return *at;
    return fail("not_an_instant", "a wait needs a duration or an instant, and this is " + cel::to_text(v));
  }

  void wait(const Instruction& step) {
    const auto due = due_of(step);
    if (!due) return fail_step(step, due.error());
    if (*due <= turn_.at) {
      note("step", step, "no wait: " + format_rfc3339(*due) + " is not in the future");
      ++run_.at;
      return;
    }
    run_.due = *due;
    run_.status = RunStatus::waiting;
    note("waiting", step, "until " + format_rfc3339(*due));
    going_ = false;
  }

  void emit_event(const Instruction& step) {
    const auto data = arguments(step);
    if (!data) return;
    if (emit(turn_, run_, step, *data)) {
      ++run_.at;
      return;
    }
    const std::string text =
        "events have caused events " + std::to_string(cause_depth_max) + " deep: " + step.text + " is not emitted";
    note("too_deep", step, text);
    end(RunStatus::failed, place_of(step) + ": " + text);
  }

  void finish(const Instruction& step, RunStatus status) {
    const auto reason = evaluate(step.arguments, workflow_, scope(), turn_);
    if (!reason) return end(RunStatus::failed, place_of(step) + ": " + reason.error().message);
    end(status, reason->is(Kind::string) ? std::string(reason->text()) : std::string());
  }

  Turn& turn_;
  Run& run_;
  const Workflow& workflow_;
  Value scope_;
  std::uint32_t scope_edition_;
  bool scope_fresh_;
  bool going_ = false;
};

/// The workflow as the run knows it; null: the run has failed for want of it.
const Workflow* version_of(Turn& turn, Run& run) {
  if (const Workflow* workflow = turn.workflows.version(run.version)) return workflow;
  end_run(turn, run, RunStatus::failed,
          "the version " + run.version + " of " + run.workflow + " that it began on is not there any more");
  return nullptr;
}

void count_done(Turn& turn, const Run& run) {
  const Workflow* workflow = turn.workflows.version(run.version);
  if (workflow == nullptr || workflow->limit.count == 0) return;
  auto& counters = turn.subject.counters;
  auto found =
      std::find_if(counters.begin(), counters.end(), [&](const Counter& c) { return c.workflow == run.workflow; });
  if (found == counters.end()) found = counters.insert(counters.end(), {run.workflow, {}});
  found->done.push_back(turn.at);
  if (found->done.size() > workflow->limit.count)
    found->done.erase(found->done.begin(), found->done.end() - workflow->limit.count);
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
  if (f.status == Outcome::Status::unknown) error.message = "in doubt, it may have been done: " + error.message;
  if (f.status == Outcome::Status::retry)
    error.message += ", at attempt " + std::to_string(attempts) + " of " + std::to_string(step.retry.attempts);
  close_call(turn, run, f.status == Outcome::Status::unknown ? f.status : Outcome::Status::failed, error.message);
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
  const Workflow* workflow = version_of(turn, run);
  if (workflow == nullptr) return;
  const std::string_view step =
      run.at < workflow->program.size() ? std::string_view(workflow->program[run.at].id) : std::string_view{};
  turn.note("resumed", "the wait until " + format_rfc3339(run.due) + " is over", run.workflow, run.id, step);
  run.due = {};
  ++run.at;
  Walk(turn, run, *workflow, {}).go();
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
  if (!run.call.empty()) close_call(turn, run, Outcome::Status::unknown, "the run ended meanwhile: " + reason);
  run.status = status;
  run.ended = turn.at;
  run.due = {};
  turn.note(code_of(status), reason, run.workflow, run.id);
  run.reason = std::move(reason);
  if (status == RunStatus::done) count_done(turn, run);
}

}  // namespace shopbell
