#pragma once
// What a language model is told of a conversation: what was said last, the orders, and the FAQ nearest to what the customer said.

#include "hear/assist.h"
#include "store/store.h"

#include <shopbell/hearing.h>

namespace shopbell {

/// Errors: the store's.
Result<std::vector<Passage>> passages_of(Reader& reader, const ConversationRow& row, const Hearer* hearer);

}  // namespace shopbell
