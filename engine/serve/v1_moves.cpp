// What was said moves to another conversation of the same customer: merge and split.

#include "core/conversation_moves.h"
#include "serve/v1_command.h"

namespace shopbell::v1 {

// Notes stand where what they are about stands.
V1Answer merge(V1Parts& parts, V1Ask& ask) {
  const std::string from(ask.text("from"));
  return command(parts, ask, "merge", {.then = [&parts, &ask, from](const ConversationRow& into) -> Result<void> {
    const auto other = row_of(parts, ask, from);
    if (!other) return tl::unexpected(other.error());
    if (other->state != "merged" || other->subject != into.subject) return {};  // it was refused when it came first
    return parts.papers.move_notes({other->subject, other->id}, into.id);
  }});
}

V1Answer split(V1Parts& parts, V1Ask& ask) {
  return command(parts, ask, "split", {.status = 201, .shown = split_id(ask.args[0], ask.text("message"))});
}

}  // namespace shopbell::v1
