#pragma once
// Conversations over the API: what they are, and a person's commands about them, which are events of the log.

#include "serve/shard.h"
#include "store/store.h"

#include <string_view>

namespace shopbell {

/// The row of that id; of several customers' the one of `subject` (any of its names). Errors: "not_found", "ambiguous".
Result<ConversationRow> find_conversation_row(Reader& reader, std::string_view id, const std::string& subject);

/// As it is now, with its messages and how far they have come.
Result<Value> conversation_view(Reader& reader, const ConversationRow& row, Arena& arena);

/// A person's command about it, as an event of the log that nobody has sent before, or, with a key, that is had once:
/// "by" in `command` says whose.
Job command_job(const ConversationRow& row, std::string_view verb, const Value& command, std::string_view key);
/// An event about the conversation that is no command: no run and no message is begun by it. Its id in `id`.
Job note_job(const ConversationRow& row, const Value& note, std::string_view key, std::string& id);
constexpr std::string_view conversation_note = "conversation.note";

/// POST /api/conversations/ID/VERB with {"epoch": N, "by", "agent", "queue", "until", "priority", "tags", "subject"}: verbs and
/// meaning in core/conversations.h. Answered 200 with the conversation, 409 with the present one when its epoch is another.
/// Errors: "bad_body", "not_found", "ambiguous".
Result<Job> command_job(Reader& reader, std::string_view id, std::string_view verb, std::string_view body);

}  // namespace shopbell
