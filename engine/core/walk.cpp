#include "core/walk.h"

#include "base/hash.h"
#include "base/time.h"
#include "core/arguments.h"
#include "core/ask.h"
#include "core/contact.h"
#include "core/effects.h"
#include "core/replayed.h"
#include "core/runs.h"
#include "core/scope.h"
#include "core/state.h"
#include "core/step.h"

namespace shopbell {
namespace {

constexpr std::size_t recorded_text_bytes_max = 400;  // of a call's arguments in the note of a replayed run

}  // namespace

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

void order_call(Turn& turn, const Run& run, const Instruction& step, Time due, std::string error) {
  Call call{run.call, run.id, run.workflow, static_cast<int>(run.attempt), due, run.args};
  turn.made.calls.push_back({std::move(call), std::string(step.action->name), step.id, step.timeout, due, std::move(error)});
}

namespace {

/// Whether the run ends with this call, whatever comes of it: then nothing will read the event any more.
bool is_last(const Workflow& workflow, const Run& run, const Instruction& step) {
  return run.at + 1 >= workflow.program.size() && workflow.on_error == 0 && step.failure == 0 && !is_part(run);
}

}  // namespace

Walk::Walk(Turn& turn, Run& run, const Workflow& workflow, const Value& scope)
    : turn_(turn),
      run_(run),
      workflow_(workflow),
      scope_(scope),
      scope_edition_(turn.profile_edition),
      scope_fresh_(scope.is(Kind::map)) {}

// Two may have begun under different names of one customer: then the one that would go on first stands in line, too.
bool Walk::stands_in_line() {
  if (workflow_.mode != Mode::queue || is_part(run_) || !has_active(turn_, run_)) return false;
  run_.status = RunStatus::queued;
  run_.due = {};
  turn_.note("queued", "behind one that is open", run_.workflow, run_.id);
  return true;
}

void Walk::go() {
  if (run_.at < workflow_.program.size() && stands_in_line()) return;
  going_ = true;
  for (std::uint32_t done = 0; going_; ++done) {
    if (run_.at >= workflow_.program.size()) {
      if (run_.flow.failing.empty()) return end(RunStatus::done, {});
      return end(RunStatus::stopped, run_.flow.failing + "; on_error is done");
    }
    if (done >= instructions_per_input_max)
      return end(RunStatus::failed,
                 "more than " + std::to_string(instructions_per_input_max) + " instructions without a wait");
    ++run_.steps;
    const std::uint32_t at = run_.at;
    execute(workflow_.program[at]);
    turn_.made.visits.push_back({&workflow_, at, run_.at});
  }
}

void Walk::keep_output(const Instruction& step, const Value& output) {
  ++run_.at;
  run_.flow.contacted = {};
  if (step.as.empty() && output.is_null()) return;
  run_.outputs = MapBuilder(turn_.arena, run_.outputs).add(step.id, output).build();
  scope_fresh_ = false;
}

void Walk::fail_step(const Instruction& step, const Error& error) {
  give_back_contact(turn_, run_);
  if (!step.go_on_after_failure && step.failure == 0) return fail_run(step, error);
  note("error", step, error.message + "; the run goes on, as the step says");
  keep_error(step, error);
  if (step.failure == 0) ++run_.at;
  else run_.at = step.failure;
}

// A branch fails into the run that it is a part of, which has the workflow's on_error.
void Walk::fail_run(const Instruction& step, const Error& error) {
  const std::string why = place_of(step) + ": " + error.message;
  if (!run_.flow.failing.empty())
    return end(RunStatus::failed, run_.flow.failing + "; and in on_error, " + why);
  if (workflow_.on_error == 0 || run_.flow.part > 0) return end(RunStatus::failed, why);
  note("error", step, error.message + "; on_error of the workflow goes on");
  keep_error(step, error);
  run_.flow.failing = why;
  run_.flow.loops = {};
  run_.at = workflow_.on_error;
}

// As the step's output, and as `error`.
void Walk::keep_error(const Instruction& step, const Error& error) {
  const Value what = make_map(turn_.arena, {{"code", turn_.arena.copy(error.code)},
                                            {"message", turn_.arena.copy(error.message)},
                                            {"step", turn_.arena.copy(step.id)}});
  run_.outputs = MapBuilder(turn_.arena, run_.outputs)
                     .add(turn_.arena.copy(step.id), make_map(turn_.arena, {{"error", what}}))
                     .add("error", what)
                     .build();
  scope_fresh_ = false;
}

const Value& Walk::scope() {
  if (!scope_fresh_ || scope_edition_ != turn_.profile_edition) {
    scope_ = run_scope(turn_, run_, workflow_);
    scope_edition_ = turn_.profile_edition;
    scope_fresh_ = true;
  }
  return scope_;
}

void Walk::note(std::string_view code, const Instruction& step, std::string text) {
  turn_.note(code, std::move(text), run_.workflow, run_.id, step.id);
}

void Walk::end(RunStatus status, std::string reason) {
  going_ = false;
  if (status == RunStatus::failed && run_.at < workflow_.program.size())
    run_.flow.failed_at = workflow_.program[run_.at].id;
  end_run(turn_, run_, status, std::move(reason));
}

void Walk::pause(Time due) {
  run_.due = due;
  run_.status = RunStatus::waiting;
  going_ = false;
}

/// Nothing: the step has failed and that is dealt with.
std::optional<Value> Walk::arguments(const Instruction& step) {
  auto v = evaluate(step.arguments, workflow_, scope(), turn_);
  if (v) return *v;
  fail_step(step, v.error());
  return {};
}

void Walk::execute(const Instruction& step) {
  switch (step.op) {
    case Op::act: return act(step);
    case Op::branch: return branch(step);
    case Op::jump: run_.at = step.target; return;
    case Op::set: return set(step);
    case Op::wait: return wait(step);
    case Op::emit: return emit_event(step);
    case Op::stop: return finish(step, RunStatus::stopped);
    case Op::fail: return finish(step, RunStatus::failed);
    case Op::wait_for: return wait_for(step);
    case Op::each: return each(step);
    case Op::next: run_.at = step.target; return;
    case Op::fork: return fork(step);
    case Op::join: return end(RunStatus::done, {});
    case Op::call: return call_workflow(step);
    case Op::judge: return judge(step);
    case Op::look_up: return look_up(step);
    case Op::promise: return ask_promise(step);
  }
}

void Walk::act(const Instruction& step) {
  const bool has_begun = !run_.args[rest_of_said].is_null();  // a message of several is there already: the others belong to it
  if (step.action != nullptr && step.action->reaches_customer && !has_begun && !may_reach(step)) return;
  if (!run_.call.empty() && step.action != nullptr) {
    if (!step.action->speaks || may_speak(step, run_.args)) call_again(step);
    return;
  }
  // A last call's run has given up its event: when it is tried again it is made with what it was given.
  const bool kept = has_begun || (!run_.args.is_null() && run_.event.data.is_null());
  auto args = kept ? std::optional(run_.args) : arguments(step);
  if (!args) return;
  if (step.action != nullptr && step.action->speaks && !may_speak(step, *args)) return;
  if (step.action != nullptr && step.action->decide != nullptr) return decide(step, *args);
  if (step.action != nullptr && step.action->run != nullptr) return call(step, *args);
  fail_step(step, problem("no_action", "this program has no such action"));
}

void Walk::decide(const Instruction& step, const Value& args) {
  auto effects = step.action->decide(args, turn_.arena);
  if (!effects) return fail_step(step, problem(effects.error().code, describe(effects.error())));
  if (depth_of(effects->output) > argument_depth_max)
    return fail_step(step, problem("too_deep", "the output has too many levels of lists and maps"));
  note("step", step, label_of(step));
  turn_.made.decided.push_back({std::string(step.action->name), run_.id, run_.workflow, step.id, args});
  do_effects(turn_, run_, step, *effects);
  keep_output(step, effects->output);
}

void Walk::call(const Instruction& step, const Value& args) {
  run_.call = id_of({"call", run_.id, step.id, std::to_string(run_.steps)});
  run_.attempt = 1;
  run_.args = args;
  if (step.action->name == "ask" && args[rest_of_said].is_null()) note_question(turn_, run_, step, args);
  if (is_replayed(turn_.subject.id)) return record_call(step);
  run_.status = RunStatus::calling;
  if (is_last(workflow_, run_, step)) run_.event.data = {};
  order_call(turn_, run_, step, turn_.at);
  note("called", step, label_of(step));
  going_ = false;
}

// Kept as it would have been made, and over at once; what it would have answered nobody knows.
void Walk::record_call(const Instruction& step) {
  order_call(turn_, run_, step, turn_.at);
  turn_.made.calls_ended.push_back({run_.call, Outcome::Status::done, 1, {}, true});
  note("recorded", step, label_of(step) + " " + cel::to_text(run_.args, recorded_text_bytes_max));
  run_.call.clear();
  run_.attempt = 0;
  run_.args = {};
  keep_output(step, Value());
}

// A person has it tried again: what may have been done has the key that it had, and so the arguments.
void Walk::call_again(const Instruction& step) {
  ++run_.attempt;
  run_.status = RunStatus::calling;
  order_call(turn_, run_, step, turn_.at, "tried again by a person");
  note("called", step, label_of(step) + ", attempt " + std::to_string(run_.attempt));
  going_ = false;
}

void Walk::branch(const Instruction& step) {
  if (!step.condition) {
    ++run_.at;
    return;
  }
  const auto holds = step.condition->condition(scope(), turn_.arena);
  // Which way to go cannot be guessed: on_error of the step does not help here.
  if (!holds)
    return fail_run(step, problem(holds.error().code, describe(holds.error(), step.condition->source())));
  note("branch", step, label_of(step) + ": " + turn_.why(*step.condition, scope()));
  run_.at = *holds ? run_.at + 1 : step.target;
}

void Walk::set(const Instruction& step) {
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

void Walk::emit_event(const Instruction& step) {
  const auto data = arguments(step);
  if (!data) return;
  if (emit(turn_, run_, step, *data)) {
    ++run_.at;
    return;
  }
  const std::string text = "events have caused events " + std::to_string(cause_depth_max) +
                           " deep: " + step.text + " is not emitted";
  note("too_deep", step, text);
  turn_.made.log.push_back("a loop is stopped: " + run_.workflow + ": " + text);
  end(RunStatus::failed, place_of(step) + ": " + text);
}

void Walk::finish(const Instruction& step, RunStatus status) {
  const auto reason = evaluate(step.arguments, workflow_, scope(), turn_);
  if (!reason) return fail_run(step, reason.error());
  std::string text = reason->is(Kind::string) ? std::string(reason->text()) : std::string();
  if (status == RunStatus::failed && workflow_.on_error > 0)
    return fail_run(step, problem("fail", std::move(text)));
  end(status, std::move(text));
}

}  // namespace shopbell
