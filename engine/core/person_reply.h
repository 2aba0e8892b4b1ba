#pragma once
// What a person says to a customer: a command of the conversation (core/conversations.h), done by a call. The call is that of a
// run of one step, so that it is tried again, in doubt, listed when it failed, and retried like any other. Its workflow is no
// file: the shell keeps it among the versions, under person_reply as id and version (load/person_reply.h). It is a person's
// word: no change of owner, rule for marketing or guard for machines holds it back. Pure.

#include "core/turn.h"

#include <string_view>

namespace shopbell {

constexpr std::string_view person_reply = "conversation.reply";

inline bool is_person_reply(const Run& run) { return run.workflow == person_reply; }
/// Who said it; "bot" where no person did.
std::string speaker_of(const Run& run);

/// What was said in the conversation behind the message that was seen last: a list, oldest first. Of a message that is not there
/// (any more): all that is.
Value said_behind(const Subject& subject, std::string_view conversation, std::string_view last_seen, Arena& arena);

/// Why a reply cannot be taken, whatever the conversation is like; empty: it can.
std::string bad_reply(const Turn& turn, const Value& command);
/// Orders the call, once for the event.
void order_reply(Turn& turn, const Event& event, const Value& conversation, std::string_view by, std::string_view text);

}  // namespace shopbell
