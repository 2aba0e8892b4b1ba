#pragma once
// One run on its way through its program. Within core/: step.cpp, parts.cpp and collect.cpp use it. A walk
// may make the subject's list of runs no longer or shorter, so the run that it holds stays where it is: parts
// are begun, and told of, when it is over (core/parts.h).

#include "core/turn.h"

#include <optional>

namespace shopbell {

struct Room;

class Walk {
 public:
  /// `scope`: run_scope() as of now when the caller has it already, else null.
  Walk(Turn& turn, Run& run, const Workflow& workflow, const Value& scope);

  /// Goes on from run.at until it waits, calls or ends.
  void go();
  /// The step's work is done: its output is kept, and the run stands at the next one.
  void keep_output(const Instruction& step, const Value& output);
  /// The step has failed for good: on_error of the step, else of the workflow, else the run has failed, too.
  void fail_step(const Instruction& step, const Error& error);
  /// The event that the run waits for at `step` has come; null: it has not, in time.
  void take_awaited(const Instruction& step, const Event* event);
  /// A part has ended. `others`: parts of the same step that are still at work.
  /// Whether the run goes on.
  bool take_part(const Instruction& step, const Run& part, std::size_t others);
  /// When the customer may be reached, by the customer's own subject.
  void take_room(const Instruction& step, const Room& room);
  /// What another subject has answered. Whether the run goes on.
  bool take_told(const Instruction& step, const Value& output);
  /// Somebody else has the conversation that the step speaks into, or waits for an answer in.
  void leave_overtaken(const Instruction& step, std::string why);
  const Instruction& step() const { return workflow_.program[run_.at]; }

 private:
  const Value& scope();
  bool stands_in_line();
  void note(std::string_view code, const Instruction& step, std::string text);
  void end(RunStatus status, std::string reason);
  void pause(Time due);
  std::optional<Value> arguments(const Instruction& step);
  void fail_run(const Instruction& step, const Error& error);
  void keep_error(const Instruction& step, const Error& error);

  void execute(const Instruction& step);
  void act(const Instruction& step);
  void decide(const Instruction& step, const Value& args);
  void call(const Instruction& step, const Value& args);
  void record_call(const Instruction& step);
  void call_again(const Instruction& step);
  void branch(const Instruction& step);
  void set(const Instruction& step);
  void emit_event(const Instruction& step);
  void finish(const Instruction& step, RunStatus status);

  // walk_wait.cpp
  void wait(const Instruction& step);
  Result<Time> due_of(const Instruction& step);
  void wait_for(const Instruction& step);
  bool may_speak(const Instruction& step, Value& args);  // which get what is known of the conversation
  bool may_speak_elsewhere(const Instruction& step, const std::string& conversation, Value& args);
  void judge(const Instruction& step);
  void look_up(const Instruction& step);
  void ask_promise(const Instruction& step);
  bool may_reach(const Instruction& step);
  bool still_holds();
  bool consents(const Instruction& step);
  bool has_turn(const Instruction& step);
  bool may_contact(const Instruction& step);
  void hold_back(const Instruction& step, const Room& room);
  void hold(const Instruction& step, Time until, std::string why);
  void leave_out(const Instruction& step, std::string_view code, std::string why);

  // walk_parts.cpp
  void each(const Instruction& step);
  void fork(const Instruction& step);
  void call_workflow(const Instruction& step);
  bool may_begin_parts(const Instruction& step, std::size_t count);
  void begin_part(const Instruction& step, Run part);
  bool is_wanted(const Instruction& step, const Workflow& called);
  bool join_branch(const Instruction& step, const Run& part, std::size_t others);
  void take_results(const Instruction& step, const Run& part);

  Turn& turn_;
  Run& run_;
  const Workflow& workflow_;
  Value scope_;
  std::uint32_t scope_edition_;
  bool scope_fresh_;
  bool going_ = false;
};

/// Among the arguments of a call that says what is left of a text (<shopbell/say.h>): that text, and the output of the call that
/// said its beginning.
constexpr const char *rest_of_said = "rest", *first_output = "first";
/// "email", for notes; "step 2, email, line 7", for errors.
std::string label_of(const Instruction& step);
std::string place_of(const Instruction& step);
/// An attempt at the call of the run.
/// `error`: why there was none before; empty: this is the first.
void order_call(Turn& turn, const Run& run, const Instruction& step, Time due, std::string error = {});
Error problem(std::string code, std::string message);

}  // namespace shopbell
