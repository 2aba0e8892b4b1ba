#pragma once
// What a language model adds to `classify` and `answer`, where the shop has one for that. Whatever fails is what was heard before: a
// customer is never kept waiting for it longer than its timeout. On the dispatch's thread.

#include "serve/assist.h"
#include "serve/hearing.h"

#include <shopbell/hearing.h>

namespace shopbell {

/// Whether there is anything to ask: the shop's own model left more than one intent, or none that it was taught, and no person is needed.
bool is_open(const Value& heard);
/// `allowed`: the intents that the model may name. Those that cannot be excluded; all of `known` where none of them was recognised.
AssistAsk intent_ask(std::string_view text, const Value& heard, std::span<const std::string> known);
/// `heard` with the intent that was chosen; as it was where the model is not sure.
Document with_intent(const Document& heard, const Sorted& sorted, std::string_view model);

/// Nothing to answer from: no passages.
AssistAsk answer_ask(std::string_view question, const Value& found, std::string shop, std::string language);
/// `found`, answered.
Document with_answer(const Document& found, const Drafted& drafted, std::string_view model);

}  // namespace shopbell
