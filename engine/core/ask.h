#pragma once
// A question to the customer, and what is taken for its answer. An `ask` is the call that says it, a wait_for that takes what
// is said behind it in its conversation, and a judge. Pure.

#include "core/turn.h"

namespace shopbell {

/// The question of that step, as it was decided on: a map {at (milliseconds), text, channel, to, conversation}. What came before
/// is no answer to it.
void note_question(Turn& turn, Run& run, const Instruction& step, const Value& args);
Value question_of(const Run& run, const Instruction& step);

/// How often it was asked before.
std::int64_t tries_of(const Run& run, const Instruction& step);
void count_try(Turn& turn, Run& run, const Instruction& step);

/// The button that the message names: by what was tapped, by its words, by its number ("2"). Empty: none.
std::string_view button_of(const Value& buttons, const Value& message);

}  // namespace shopbell
