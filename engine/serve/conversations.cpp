#include "serve/conversations.h"

#include "base/hash.h"
#include "base/json.h"
#include "core/conversations.h"
#include "intake/cloudevent.h"
#include "serve/customers.h"
#include "serve/views.h"

#include <algorithm>
#include <array>
#include <atomic>

namespace shopbell {
namespace {

Result<void> check(const Value& asked) {
  static constexpr std::array known{"epoch", "by", "agent", "queue", "until", "priority", "tags", "subject"};
  if (!asked.is(Kind::map)) return fail("bad_body", "the body is no JSON object");
  for (const Member& m : asked.members())
    if (std::find(known.begin(), known.end(), m.key.text_or({})) == known.end())
      return fail("bad_body", "the body has a key that is not known here: " + std::string(m.key.text_or({})));
  if (!asked["epoch"].is(Kind::integer)) return fail("bad_body", "epoch is the one that you have seen: a whole number");
  for (const char* text : {"by", "agent", "queue", "until", "priority", "subject"})
    if (!asked[text].is_null() && !asked[text].is(Kind::string)) return fail("bad_body", std::string(text) + " is no text");
  return {};
}

/// Two equal commands are two events, unless they bear one key: whether the second is right the epoch tells.
std::string event_id(const ConversationRow& row, std::string_view what, std::string_view key) {
  static std::atomic<std::uint64_t> count{0};
  if (!key.empty()) return id_of({"command", row.subject, row.id, what, "key", key});
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return id_of({"command", row.subject, row.id, what, std::to_string(now), std::to_string(++count)});
}

/// With the conversation beside `data`.
Job job_of(const ConversationRow& row, std::string_view type, const std::string& id, std::string_view by, std::string_view name, const Value& data) {
  Job job;
  job.arena = std::make_unique<Arena>();
  Arena& arena = *job.arena;
  Event event;
  event.id = arena.copy(id);
  event.source = arena.copy("agent/" + std::string(by));
  event.type = arena.copy(type);
  event.subject = arena.copy(row.subject);
  event.at = wall_clock();
  const std::string thread = row.id.substr(row.id.find(':') + 1);
  const Value conversation = make_map(arena, {{"id", arena.copy(thread)}, {"channel", arena.copy(row.channel)}});
  event.data = make_map(arena, {{"conversation", conversation}, {arena.copy(name), deep_copy(arena, data)}});
  std::string line;
  append_line(line, event, event.at);
  job.lines.push_back(std::move(line));
  Entry& entry = job.entries.emplace_back();
  entry = {row.subject, {event.at, Received{event, 0, {}, {}}}, event_digest(event.source, event.id), job.lines.back()};
  job.bytes = job.lines.back().size();
  job.arrived = std::chrono::steady_clock::now();
  return job;
}

}  // namespace

Result<ConversationRow> find_conversation_row(Reader& reader, std::string_view id, const std::string& subject) {
  Filter filter;
  filter.conversation = id;
  filter.subject = subject;
  const auto known = known_as(reader, filter);
  if (!known) return tl::unexpected(known.error());
  const auto rows = reader.conversations(*known, {0, 2});
  if (!rows) return tl::unexpected(rows.error());
  if (rows->empty()) return fail("not_found", "there is no conversation " + std::string(id));
  if (rows->size() > 1) return fail("ambiguous", "several customers have a conversation " + std::string(id) + ": name the subject");
  return rows->front().row;
}

Result<Value> conversation_view(Reader& reader, const ConversationRow& row, Arena& arena) {
  const auto customer = find_customer(reader, row.subject, arena);
  if (!customer) return tl::unexpected(customer.error());
  if (!*customer) return fail("not_found", "there is no subject " + row.subject);
  ListBuilder messages(arena);
  const Value said = (*customer)->conversation;
  for (const Value& m : said.is(Kind::list) ? said.items() : std::span<const Value>{})
    if (m["conversation"].text_or({}) == row.id) messages.add(m);
  MapBuilder shown(arena, find_conversation(**customer, row.id));
  shown.add("subject", arena.copy((*customer)->id)).add("messages", messages.build());
  return shown.build();
}

Job command_job(const ConversationRow& row, std::string_view verb, const Value& command, std::string_view key) {
  Arena arena;
  MapBuilder told(arena, command);
  const std::string_view by = command["by"].text_or("api");
  told.add("do", arena.copy(verb)).add("by", by);
  return job_of(row, conversation_command, event_id(row, verb, key), by, "command", told.build());
}

Job note_job(const ConversationRow& row, const Value& note, std::string_view key, std::string& id) {
  id = event_id(row, "note", key);
  return job_of(row, conversation_note, id, note["by"].text_or("api"), "note", note);
}

Result<Job> command_job(Reader& reader, std::string_view id, std::string_view verb, std::string_view body) {
  Arena arena;
  const auto asked = parse_json(body, arena);
  if (!asked) return fail("bad_body", "the body is no JSON: " + asked.error().message);
  if (auto good = check(*asked); !good) return tl::unexpected(good.error());
  const auto row = find_conversation_row(reader, id, std::string((*asked)["subject"].text_or({})));
  if (!row) return tl::unexpected(row.error());
  return command_job(*row, verb, *asked, {});
}

}  // namespace shopbell
