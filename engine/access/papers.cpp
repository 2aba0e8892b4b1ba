#include "access/papers.h"

#include "access/secret.h"

#include <shopbell/text.h>

#include <algorithm>

namespace shopbell {

Result<std::optional<std::string>> Papers::draft(const std::string& person, const ConversationKey& at) {
  return file_.read([&](DeskFile& f) -> Result<std::optional<std::string>> {
    std::optional<std::string> text;
    const auto read = f.each("SELECT text FROM draft WHERE person = ? AND subject = ? AND conversation = ?", [&](const sqlite::Row& row) {
      text = row.text(0);
      return true;
    }, person, at.subject, at.conversation);
    if (!read) return tl::unexpected(read.error());
    return text;
  });
}

Result<void> Papers::keep_draft(const std::string& person, const ConversationKey& at, std::string_view text, Time now) {
  if (text.size() > draft_bytes_max) return fail("bad_draft", "a draft has at most 64 KiB");
  return file_.change([&](DeskFile& f) { return f.run("INSERT OR REPLACE INTO draft VALUES (?, ?, ?, ?, ?)", person, at.subject, at.conversation, text, now); });
}

Result<void> Papers::drop_draft(const std::string& person, const ConversationKey& at) {
  return file_.change([&](DeskFile& f) { return f.run("DELETE FROM draft WHERE person = ? AND subject = ? AND conversation = ?", person, at.subject, at.conversation); });
}

Result<std::vector<SavedReply>> Papers::saved_replies() {
  return file_.read([](DeskFile& f) -> Result<std::vector<SavedReply>> {
    std::vector<SavedReply> found;
    const auto read = f.each("SELECT id, name, text, by, at FROM saved_reply ORDER BY name", [&](const sqlite::Row& row) {
      found.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.time(4)});
      return true;
    });
    if (!read) return tl::unexpected(read.error());
    return found;
  });
}

Result<SavedReply> Papers::keep_saved_reply(const SavedReply& given) {
  SavedReply reply = given;
  reply.name = trimmed(given.name);
  if (reply.name.empty() || reply.name.size() > 100) return fail("bad_saved_reply", "name has 1 to 100 bytes");
  if (trimmed(reply.text).empty() || reply.text.size() > saved_reply_bytes_max) return fail("bad_saved_reply", "text has 1 to 16384 bytes");
  const auto all = saved_replies();
  if (!all) return tl::unexpected(all.error());
  const bool is_new = reply.id.empty();
  if (is_new && all->size() >= saved_replies_max) return fail("too_many", "there are too many saved replies already");
  if (!is_new && std::none_of(all->begin(), all->end(), [&](const SavedReply& r) { return r.id == reply.id; })) return fail("not_found", "there is no such saved reply");
  if (std::any_of(all->begin(), all->end(), [&](const SavedReply& r) { return r.name == reply.name && r.id != reply.id; })) return fail("taken", "there is a saved reply of that name already");
  if (is_new) reply.id = new_secret().substr(0, 16);
  const auto kept = file_.change([&](DeskFile& f) { return f.run("INSERT OR REPLACE INTO saved_reply VALUES (?, ?, ?, ?, ?)", reply.id, reply.name, reply.text, reply.by, reply.at); });
  if (!kept) return tl::unexpected(kept.error());
  return reply;
}

Result<void> Papers::drop_saved_reply(std::string_view id) {
  return file_.change([&](DeskFile& f) -> Result<void> {
    if (auto gone = f.run("DELETE FROM saved_reply WHERE id = ?", id); !gone) return gone;
    if (f.changed() == 0) return fail("not_found", "there is no such saved reply");
    return {};
  });
}

Result<void> Papers::see(const std::string& person, const ConversationKey& at, Time now) {
  return file_.change([&](DeskFile& f) { return f.run("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", person, at.subject, at.conversation, now); });
}

Result<Time> Papers::seen(const std::string& person, const ConversationKey& at) {
  return file_.read([&](DeskFile& f) -> Result<Time> {
    Time seen;
    const auto read = f.each("SELECT at FROM seen WHERE person = ? AND subject = ? AND conversation = ?", [&](const sqlite::Row& row) {
      seen = row.time(0);
      return true;
    }, person, at.subject, at.conversation);
    if (!read) return tl::unexpected(read.error());
    return seen;
  });
}

Result<void> Papers::keep_note(const ConversationKey& at, const std::string& event, Time now) {
  return file_.change([&](DeskFile& f) { return f.run("INSERT INTO note SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM note WHERE conversation = ?1 AND event = ?3)", at.conversation, now, event, at.subject); });
}

Result<std::vector<std::string>> Papers::notes(std::string_view conversation, const std::vector<std::string>& subjects) {
  return file_.read([&](DeskFile& f) -> Result<std::vector<std::string>> {
    std::vector<std::string> found;
    const auto read = f.each("SELECT event, subject FROM note WHERE conversation = ? ORDER BY at", [&](const sqlite::Row& row) {
      if (std::find(subjects.begin(), subjects.end(), row.view(1)) != subjects.end()) found.push_back(row.text(0));
      return true;
    }, conversation);
    if (!read) return tl::unexpected(read.error());
    return found;
  });
}

Result<void> Papers::move_notes(const ConversationKey& from, std::string_view to) {
  return file_.change([&](DeskFile& f) { return f.run("UPDATE OR REPLACE note SET conversation = ? WHERE conversation = ? AND subject = ?", to, from.conversation, from.subject); });
}

Result<std::vector<std::string>> Papers::subjects() {
  return file_.read([](DeskFile& f) -> Result<std::vector<std::string>> {
    std::vector<std::string> found;
    const auto read = f.each("SELECT subject FROM draft UNION SELECT subject FROM seen UNION SELECT subject FROM note", [&](const sqlite::Row& row) {
      found.push_back(row.text(0));
      return true;
    });
    if (!read) return tl::unexpected(read.error());
    return found;
  });
}

Result<void> Papers::forget(const std::vector<std::string>& subjects) {
  const auto gone = file_.change([&](DeskFile& f) -> Result<void> {
    for (const std::string& subject : subjects)
      for (const char* sql : {"DELETE FROM draft WHERE subject = ?", "DELETE FROM seen WHERE subject = ?", "DELETE FROM note WHERE subject = ?"})
        if (auto done = f.run(sql, subject); !done) return done;
    return {};
  });
  if (!gone) return gone;
  return file_.read([](DeskFile& f) { return f.run("PRAGMA wal_checkpoint(TRUNCATE)"); });
}

}  // namespace shopbell
