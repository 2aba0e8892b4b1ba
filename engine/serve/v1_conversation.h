#pragma once
// A conversation as the inbox shows it. On the API's own thread.

#include "desk/desk.h"
#include "serve/v1.h"

namespace shopbell::v1 {

/// A customer is decoded once, however many of the conversations are the same one's.
class ConversationViews {
 public:
  ConversationViews(V1Parts& parts, V1Ask& ask) : parts_(parts), ask_(ask), arena_(ask.arena) {}

  /// {id, subject, customer, channel, state, owner, epoch, priority, tags, intent, mood, waiting_since, sla, last, unread}
  Result<Value> item(const ConversationRow& row);
  /// That and messages, notes among them, ticket, suggested, who else is there.
  Result<Value> whole(const ConversationRow& row);

 private:
  struct Heard {
    Value ticket, heard, suggestions;
  };
  Result<const Subject*> subject(const std::string& id);
  Result<Heard> heard(const ConversationRow& row, const Value& conversation);
  Result<Value> sla(const Value& conversation);
  Result<Value> messages(const ConversationRow& row, const Subject& subject);
  Result<void> add_notes(const ConversationRow& row, const Subject& subject, std::vector<Value>& to);
  Result<void> add_calls(const ConversationRow& row, std::vector<Value>& to);
  Value customer(const Subject& subject);
  Value text(std::string_view t) { return arena_.copy(t); }

  V1Parts& parts_;
  V1Ask& ask_;
  Arena& arena_;
  std::map<std::string, Subject> subjects_;
  std::optional<desk::Desk> desk_;
};

}  // namespace shopbell::v1
