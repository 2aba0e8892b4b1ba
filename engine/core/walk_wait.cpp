// Waits, and what a step that reaches the customer waits for.

#include "core/walk.h"

#include "base/time.h"
#include "core/answer.h"
#include "core/arguments.h"
#include "core/contact.h"
#include "core/conversations.h"
#include "core/person.h"
#include "core/person_reply.h"
#include "core/profile.h"
#include "core/recent.h"
#include "core/scope.h"
#include "core/thread.h"

#include <algorithm>
#include <utility>

namespace shopbell {
namespace {

constexpr Millis ask_again{3'600'000};  // the answer comes in the same batch, unless that had too much to do

}  // namespace

Result<Time> Walk::due_of(const Instruction& step) {
  if (!step.text.empty()) return opening_of(turn_, step.text);
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

void Walk::wait(const Instruction& step) {
  const auto due = due_of(step);
  if (!due) return fail_step(step, due.error());
  if (*due <= turn_.at) {
    note("step", step, "no wait: " + format_rfc3339(*due) + " is not in the future");
    ++run_.at;
    return;
  }
  note("waiting", step, "until " + format_rfc3339(*due));
  pause(*due);
}

void Walk::wait_for(const Instruction& step) {
  if (const auto event = look_back(turn_, run_, workflow_, step)) return take_awaited(step, &*event);
  const Time due = step.duration > Millis{0} ? turn_.at + step.duration : Time{};
  std::string text = "for " + step.triggers.front().event;
  if (due != Time{}) text += ", at most until " + format_rfc3339(due);
  note("waiting", step, std::move(text));
  pause(due);
}

void Walk::take_awaited(const Instruction& step, const Event* event) {
  run_.due = {};
  run_.flow.waited = true;
  const Member members[] = {{"timed_out", Value(event == nullptr)},
                            {"event", event != nullptr ? nouns_of(turn_.arena, *event) : Value()}};
  if (event != nullptr) {
    note("resumed", step, std::string(event->type) + " at " + format_rfc3339(event->at));
    run_.flow.used = with_used(turn_.arena, run_.flow.used, *event);
  } else {
    note("resumed", step, "it has not come in time");
  }
  keep_output(step, freeze_map(turn_.arena, members));
}

/// Whether the step may reach the customer now. False: the run waits for that, has left the step out, or has
/// ended.
bool Walk::may_reach(const Instruction& step) {
  if (is_person_reply(run_)) return true;
  if (run_.event.data["message"]["automatic"].boolean_or(false)) {
    leave_out(step, "skipped", "a machine wrote the message that this run is about (RFC 3834)");
    return false;
  }
  if (const Value heard = waits_for_person(turn_, run_, workflow_); !heard.is_null()) {
    hand_over(turn_, run_, step, heard);
    scope_fresh_ = false;
    leave_out(step, "needs_person", "the customer needs a person (" + std::string(heard["reason"].text_or("")) + "), and a handoff comes first");
    return false;
  }
  if (run_.flow.waited && !still_holds()) return false;
  if (workflow_.marketing && !consents(step)) return false;
  if ((workflow_.marketing || !workflow_.hours.empty()) && !has_turn(step)) return false;
  run_.flow.waited = false;
  run_.flow.held = {};
  return true;
}

/// Whether no person has the conversation, and its owner is who it was. False: the step is superseded.
bool Walk::may_speak(const Instruction& step, Value& args) {
  if (is_person_reply(run_)) return true;
  if (has_profile(turn_.subject.id)) args = placed(turn_.subject, args, turn_.arena);
  const std::string conversation = conversation_spoken_to(args);
  if (run_.event.subject != turn_.subject.id && has_profile(run_.event.subject)) return may_speak_elsewhere(step, conversation, args);
  std::string why = overtaken(turn_.subject, conversation, run_.flow.lease);
  if (why.empty()) {
    args = with_thread(args, thread_of(turn_.subject, conversation, turn_.arena), turn_.arena);
    return true;
  }
  leave_overtaken(step, std::move(why));
  return false;
}

void Walk::leave_overtaken(const Instruction& step, std::string why) {
  if (!run_.call.empty()) close_call(turn_, run_, Outcome::Status::unknown, "superseded: " + why);
  run_.args = {};
  give_back_contact(turn_, run_);
  note("superseded", step, label_of(step) + ": " + why);
  run_.status = RunStatus::waiting;
  run_.due = {};
  if (step.asks || run_.event.type.starts_with("message.") || (step.action != nullptr && step.action->name == "ask"))
    return end(RunStatus::stopped, "superseded: " + why);
  keep_output(step, make_map(turn_.arena, {{"superseded", Value(true)}}));
}

/// After a wait, `if` must hold still: of this workflow, and of those that called it.
bool Walk::still_holds() {
  if (run_.event.data.is_null()) return true;  // of a last call that failed only its arguments are kept
  const Workflow* workflow = &workflow_;
  for (const Run* run = &run_; run != nullptr && workflow != nullptr;) {
    if (workflow->recheck && workflow->condition) {
      const auto holds = workflow->condition->condition(scope(), turn_.arena);
      if (holds && !*holds) {
        end(RunStatus::stopped, "if holds no longer: " + turn_.why(*workflow->condition, scope()));
        return false;
      }
      if (!holds) {
        const std::string why = describe(holds.error(), workflow->condition->source());
        end(RunStatus::stopped, "if can no longer be decided: " + why);
        return false;
      }
    }
    const auto& runs = turn_.subject.runs;
    const auto parent =
        std::find_if(runs.begin(), runs.end(), [&](const Run& r) { return r.id == run->flow.parent; });
    run = is_part(*run) && parent != runs.end() ? &*parent : nullptr;
    if (run != nullptr) workflow = turn_.workflows.version(run->version);
  }
  return true;
}

bool Walk::consents(const Instruction& step) {
  std::string channel(step.action->name);
  for (const auto& [name, part] : step.arguments.parts)
    if (name == "channel")
      if (const auto value = evaluate(part, workflow_, scope(), turn_)) channel = value->text_or(channel);
  if (has_consent(scope()["customer"], channel)) return true;
  end(RunStatus::stopped, "the customer has not agreed to marketing by " + channel);
  return false;
}

/// Whether nothing holds it back: opening hours, quiet hours, the budget of contacts.
bool Walk::has_turn(const Instruction& step) {
  Time open = turn_.at;
  if (!workflow_.hours.empty()) {
    const auto opens = opening_of(turn_, workflow_.hours);
    if (opens) open = *opens;
    else note("error", step, opens.error().message + ": it is not waited for");
  }
  if (open > turn_.at) {
    hold(step, open, workflow_.hours + " opens");
    return false;
  }
  return !workflow_.marketing || may_contact(step);
}

bool Walk::may_contact(const Instruction& step) {
  if (std::exchange(run_.flow.granted, false)) return true;
  if (asks_elsewhere(turn_, run_)) {
    note("waiting", step, "for the customer's contact budget");
    ask_for_contact(turn_, run_, step);
    pause(turn_.at + ask_again);
    return false;
  }
  const Room room = room_for_contact(turn_, scope()["customer"]);
  if (room.at > turn_.at) {
    hold_back(step, room);
    return false;
  }
  count_contact(turn_);
  run_.flow.contacted = turn_.at;
  return true;
}

void Walk::hold_back(const Instruction& step, const Room& room) {
  const ContactRule& rule = turn_.workflows.shop().contact;
  const Time since = run_.flow.held != Time{} ? run_.flow.held : turn_.at;
  if (rule.skip) leave_out(step, "skipped", room.why);
  else if (rule.expire > Millis{0} && room.at - since > rule.expire) leave_out(step, "expired", room.why);
  else hold(step, room.at, room.why);
}

void Walk::take_room(const Instruction& step, const Room& room) {
  run_.flow.granted = room.at <= turn_.at;
  if (run_.flow.granted) run_.flow.contacted = turn_.at;
  going_ = true;
  if (!run_.flow.granted) hold_back(step, room);
  if (going_) go();
}

void Walk::hold(const Instruction& step, Time until, std::string why) {
  if (run_.flow.held == Time{}) run_.flow.held = turn_.at;
  note("held_back", step, label_of(step) + " until " + format_rfc3339(until) + ": " + why);
  pause(until);
}

void Walk::leave_out(const Instruction& step, std::string_view code, std::string why) {
  note(code, step, label_of(step) + " is left out: " + why);
  run_.flow.held = {};
  run_.call.clear();  // of an attempt before
  ++run_.at;
}

}  // namespace shopbell
