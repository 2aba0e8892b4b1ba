// Steps that ask: the customer, an order's number, a queue, or the customer of another subject.

#include "core/walk.h"

#include "core/arguments.h"
#include "core/ask.h"
#include "core/conversations.h"
#include "core/inquiry.h"
#include "core/orders.h"
#include "core/profile.h"
#include "core/promise.h"
#include "core/replayed.h"
#include "core/thread.h"

#include <shopbell/text.h>

#include <utility>

namespace shopbell {
namespace {

constexpr Millis ask_again{3'600'000};  // the answer comes in the same batch, unless that had too much to do
constexpr std::string_view granted = "may speak";  // among the outputs by step id; with a space, which no id has

}  // namespace

void Walk::judge(const Instruction& step) {
  const Value got = run_.outputs[step.id], message = got["event"]["message"];
  const auto buttons = arguments(step);
  if (!buttons) return;
  const bool timed_out = got["timed_out"].boolean_or(false);
  const std::string_view said = trimmed(message["text"].text_or({})), button = button_of(*buttons, message);
  bool valid = !timed_out && (!button.empty() || step.free);
  if (valid && button.empty() && step.condition) {
    const Value with_answer = MapBuilder(turn_.arena, scope()).add("answer", said).build();
    const auto holds = step.condition->condition(with_answer, turn_.arena);
    if (!holds) return fail_step(step, problem(holds.error().code, describe(holds.error(), step.condition->source())));
    valid = *holds;
  }
  count_try(turn_, run_, step);
  scope_fresh_ = false;
  if (!valid && !timed_out && tries_of(run_, step) <= std::int64_t{step.tries}) {
    note("step", step, "that is no answer to it; it is asked again");
    run_.at = step.target;
    return;
  }
  note("step", step, timed_out ? "nobody has answered" : valid ? "answered" : "no answer that counts");
  keep_output(step, make_map(turn_.arena, {{"value", button.empty() ? Value(said) : Value(button)},
                                           {"button", Value(button)},
                                           {"valid", Value(valid)},
                                           {"timed_out", Value(timed_out)},
                                           {"tries", Value(tries_of(run_, step))},
                                           {"question", question_of(run_, step)["text"]}}));
  if (timed_out && step.failure != 0) run_.at = step.failure;
}

void Walk::look_up(const Instruction& step) {
  const auto args = arguments(step);
  if (!args) return;
  const std::string number = number_subject(replay_prefix(turn_.subject.id), (*args)["number"].text_or({}));
  const std::string_view proof = trimmed((*args)["proof"].text_or({}));
  const bool limited = too_many_lookups(turn_);
  if (limited || number.empty() || proof.empty()) {
    note("step", step, limited ? "too many orders were asked for that were not the customer's" : "lookup: no number, or no proof");
    return keep_output(step, make_map(turn_.arena, {{"found", Value(false)}, {"limited", Value(limited)}, {"order", Value()}}));
  }
  note("waiting", step, "for the order of that number");
  inquire(turn_, run_, step, number, make_map(turn_.arena, {{"kind", "order"}, {"proof", turn_.arena.copy(proof)}}));
  pause(turn_.at + ask_again);
}

void Walk::ask_promise(const Instruction& step) {
  const std::string queue(run_.outputs[step.id]["queue"].text_or({}));
  if (queue.empty()) {  // the handoff has failed, and the run goes on
    ++run_.at;
    return;
  }
  inquire(turn_, run_, step, who_promises(turn_, queue), make_map(turn_.arena, {{"kind", "promise"}, {"queue", turn_.arena.copy(queue)}}));
  pause(turn_.at + ask_again);
}

bool Walk::take_told(const Instruction& step, const Value& output) {
  if (step.op == Op::look_up) {
    count_lookup(turn_, output);
    note("step", step, output["found"].boolean_or(false) ? "the order was found" : "no such order, or it was not proved to be the customer's");
    run_.due = {};
    keep_output(step, output);
  } else if (step.op == Op::promise) {
    run_.due = {};
    MapBuilder both(turn_.arena, run_.outputs[step.id]);
    for (const Member& m : output.members()) both.add(m.key, m.value);
    keep_output(step, both.build());
  } else if (step.action != nullptr && step.action->speaks) {
    run_.due = {};
    if (std::string why(output["why"].text_or({})); !why.empty()) {
      leave_overtaken(step, std::move(why));
    } else {
      run_.outputs = MapBuilder(turn_.arena, run_.outputs).add(granted, output["thread"].is(Kind::map) ? output["thread"] : Value(true)).build();
      scope_fresh_ = false;
    }
  } else return false;
  return is_open(run_.status);
}

// The conversation is the customer's, and this run is on a subject of its own.
bool Walk::may_speak_elsewhere(const Instruction& step, const std::string& conversation, Value& args) {
  if (const Value thread = run_.outputs[granted]; !thread.is_null()) {
    args = with_thread(args, thread, turn_.arena);
    run_.outputs = MapBuilder(turn_.arena, run_.outputs).add(granted, Value()).build();
    scope_fresh_ = false;
    return true;
  }
  note("waiting", step, "for the word that nobody else has the conversation");
  inquire(turn_, run_, step, run_.event.subject,
          make_map(turn_.arena, {{"kind", "speak"}, {"conversation", turn_.arena.copy(conversation)}}));
  pause(turn_.at + ask_again);
  return false;
}

}  // namespace shopbell
