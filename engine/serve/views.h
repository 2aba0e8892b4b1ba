#pragma once
// Rows of the store as people and programs read them: one shape for the API and for --json.

#include "store/store.h"

#include <shopbell/value.h>

namespace shopbell {

/// Notes as they are kept (JSON lines) to a list of {at, code, workflow?, step?, text?}.
Value notes_view(std::string_view json_lines, Arena& arena);

Value view(const EventView& event, Arena& arena);
Value view(const RunView& run, Arena& arena);
Value view(const CallView& call, Arena& arena);
Value view(const TicketView& ticket, Arena& arena);
Value view(const MessageView& message, Arena& arena);
Value view(const ConversationView& conversation, Arena& arena);
Value view(const RequestView& request, Arena& arena);
Value view(const SourceRow& source, Arena& arena);

}  // namespace shopbell
