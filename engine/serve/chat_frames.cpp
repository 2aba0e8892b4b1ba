#include "serve/chat_frames.h"

#include "base/json.h"
#include "base/time.h"

#include <algorithm>

namespace shopbell {
namespace {

std::string json_of(std::initializer_list<std::pair<std::string_view, Value>> members) {
  Arena arena;
  MapBuilder map(arena);
  for (const auto& [name, value] : members)
    if (!value.is_null()) map.add(name, value);
  return to_json(map.build());
}

Value text_or_null(std::string_view text) { return text.empty() ? Value() : Value(text); }

bool is_id(std::string_view id) {
  const auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  return !id.empty() && id.size() <= chat_id_bytes_max && std::all_of(id.begin(), id.end(), good);
}

}  // namespace

Result<ChatFrame> read_chat_frame(std::string_view json) {
  Arena arena;
  const auto read = parse_json(arena.copy(json), arena);
  if (!read || !read->is(Kind::map)) return fail("bad_frame", "a message is a JSON object");
  const Value said = *read;
  const auto text = [&](std::string_view name) { return std::string(said[name].text_or({})); };
  ChatFrame frame{text("type"), text("visitor"), text("identity"), text("id"), text("text"), {}, {}, said["typing"].boolean_or(true)};
  if (!frame.id.empty() && !is_id(frame.id)) return fail("bad_frame", "id is 1 to 64 of letters, digits, - and _");
  if (frame.type == "message" && frame.id.empty()) return fail("bad_frame", "a message has an id");
  if (const Value after = said["after"]; after.is(Kind::integer) && after.integer() >= 0) frame.after = static_cast<std::uint64_t>(after.integer());
  const Value pending = said["pending"];
  for (const Value& id : pending.is(Kind::list) ? pending.items() : std::span<const Value>{})
    if (is_id(id.text_or({})) && frame.pending.size() < chat_pending_max) frame.pending.emplace_back(id.text_or({}));
  return frame;
}

ChatOwner owner_of(const ConversationRow& row) { return {row.owner, row.agent, row.state}; }

std::string welcome_frame(std::string_view title, std::string_view visitor, bool named, const ChatOwner& owner) {
  return json_of({{"type", "welcome"}, {"title", title}, {"visitor", text_or_null(visitor)}, {"named", named},
                  {"owner", Value(owner.kind)}, {"name", text_or_null(owner.name)}, {"state", Value(owner.state)}});
}

std::string message_frame(const MessageView& message, const std::vector<std::string>& buttons, std::string_view id) {
  const MessageRow& row = message.row;
  const bool in = row.direction == "in", bot = row.from == "bot";
  const std::string at = format_rfc3339(row.at);
  Arena arena;
  ListBuilder list(arena);
  for (const std::string& button : buttons) list.add(Value(button));
  return json_of({{"type", "message"}, {"seq", static_cast<std::int64_t>(message.key)}, {"key", Value(row.id)},
                  {"from", in ? "customer" : bot ? "bot" : "agent"}, {"name", in || bot ? Value() : text_or_null(row.from)},
                  {"text", Value(row.text)}, {"at", Value(at)}, {"buttons", buttons.empty() ? Value() : list.build()}, {"id", text_or_null(id)}});
}

std::string caught_up_frame(std::uint64_t seq) { return json_of({{"type", "caught_up"}, {"seq", static_cast<std::int64_t>(seq)}}); }
std::string kept_frame(std::string_view id, std::string_view key) { return json_of({{"type", "kept"}, {"id", id}, {"key", key}}); }
std::string refused_frame(std::string_view id, std::string_view code, std::optional<Millis> retry) {
  return json_of({{"type", "refused"}, {"id", id}, {"code", code}, {"retry_ms", retry ? Value(std::int64_t{retry->count()}) : Value()}});
}
std::string owner_frame(const ChatOwner& owner) {
  return json_of({{"type", "owner"}, {"owner", Value(owner.kind)}, {"name", text_or_null(owner.name)}, {"state", Value(owner.state)}});
}
std::string typing_frame(std::string_view name) { return json_of({{"type", "typing"}, {"name", name}}); }
std::string error_frame(std::string_view code, std::string_view message) {
  return json_of({{"type", "error"}, {"code", code}, {"message", message}});
}

const std::string& thread_of(const MessageRow& message) { return message.direction == "in" ? message.from : message.to; }

}  // namespace shopbell
