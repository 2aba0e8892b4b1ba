#pragma once
// What people of the shop keep at their desks: drafts, saved replies, how far they have read, and where notes stand. Any thread.

#include "access/desk_file.h"

#include <shopbell/time.h>

#include <vector>

namespace shopbell {

constexpr std::size_t draft_bytes_max = 64 * 1024, saved_reply_bytes_max = 16 * 1024, saved_replies_max = 1'000;

struct SavedReply {
  std::string id, name, text, by;
  Time at;
};

/// One conversation of one subject.
struct ConversationKey {
  std::string subject, conversation;
};

class Papers {
 public:
  explicit Papers(DeskFile& file) : file_(file) {}

  /// Of this person alone; nothing: there is none.
  Result<std::optional<std::string>> draft(const std::string& person, const ConversationKey& at);
  /// Error: "bad_draft" (too long).
  Result<void> keep_draft(const std::string& person, const ConversationKey& at, std::string_view text, Time now);
  Result<void> drop_draft(const std::string& person, const ConversationKey& at);

  Result<std::vector<SavedReply>> saved_replies();
  /// An empty id: a new one. Errors: "bad_saved_reply", "taken", "too_many", "not_found".
  Result<SavedReply> keep_saved_reply(const SavedReply& reply);
  Result<void> drop_saved_reply(std::string_view id);

  Result<void> see(const std::string& person, const ConversationKey& at, Time now);
  /// The epoch: never.
  Result<Time> seen(const std::string& person, const ConversationKey& at);

  /// Notes are events of the log; what is kept here is where.
  Result<void> keep_note(const ConversationKey& at, const std::string& event, Time now);
  /// Ids of events, oldest first, of the conversation under any of these subjects.
  Result<std::vector<std::string>> notes(std::string_view conversation, const std::vector<std::string>& subjects);
  /// What was noted there stands in `to` from now on.
  Result<void> move_notes(const ConversationKey& from, std::string_view to);

  /// Subjects that something is kept about.
  Result<std::vector<std::string>> subjects();
  /// All about these is gone, from the file's free pages and its log, too.
  Result<void> forget(const std::vector<std::string>& subjects);

 private:
  DeskFile& file_;
};

}  // namespace shopbell
