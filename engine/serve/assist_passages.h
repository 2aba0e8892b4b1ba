#pragma once
// What a language model is told of a conversation: what was said last, the orders, and the FAQ nearest to what the customer said.

#include "serve/assist.h"
#include "store/store.h"

#include <shopbell/hearing.h>

namespace shopbell {

/// Errors: the store's.
Result<std::vector<Passage>> passages_of(Reader& reader, const ConversationRow& row, const Hearer* hearer);

/// Whom drafts are asked of. `hearer` finds in the FAQ.
struct Drafts {
  Assist* assist = nullptr;  // null: no language model is configured
  std::string shop, language;
  std::function<std::shared_ptr<const Hearer>()> hearer = {};
};

/// `done` as Assist::ask() calls it. Further errors: "assist_off", the store's.
void ask_for_draft(Reader& reader, const ConversationRow& row, AssistAsk::What what, const Drafts& drafts, Assist::Done done);
/// {text, sources}
Value to_value(const Drafted& drafted, Arena& arena);
/// The status of HTTP for an error of a draft.
int draft_status(std::string_view code);

}  // namespace shopbell
