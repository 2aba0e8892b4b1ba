#include "core/conversation.h"

#include "core/subject.h"

#include <optional>
#include <utility>
#include <vector>

namespace shopbell {

std::string_view cut_text(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0) == 0x80) --bytes_max;
  return text.substr(0, bytes_max);
}

Value attachments_kept(const Value& attachments, Arena& arena) {
  std::vector<Value> kept;
  for (const Value& one : attachments.is(Kind::list) ? attachments.items() : std::span<const Value>{}) {
    if (!one.is(Kind::map) || kept.size() >= attachments_max) continue;
    MapBuilder made(arena);
    for (const char* name : {"kind", "type", "name", "id", "url", "phone"}) {
      const Value v = one[name];
      const std::string text = v.is(Kind::integer) ? std::to_string(v.integer()) : std::string(v.text_or({}));
      if (!text.empty()) made.add(name, arena.copy(cut_text(text, attachment_text_bytes_max)));
    }
    for (const char* name : {"size", "latitude", "longitude"})
      if (one[name].is_number()) made.add(name, one[name]);
    kept.push_back(made.build());
  }
  return kept.empty() ? Value() : make_list(arena, kept);
}

Value append_said(const Value& conversation, const Said& said, Arena& arena) {
  std::span<const Value> before = conversation.is(Kind::list) ? conversation.items() : std::span<const Value>{};
  for (const Value& message : before)
    if (message["id"].text_or({}) == said.id) return conversation;
  if (before.size() >= conversation_messages_max)
    before = before.subspan(before.size() - conversation_messages_max + 1);
  std::vector<Value> messages(before.begin(), before.end());
  MapBuilder message(arena);
  message.add("id", arena.copy(said.id)).add("from", arena.copy(said.from));
  message.add("text", arena.copy(cut_text(said.text, conversation_text_bytes_max)));
  message.add("at", Value(said.at)).add("channel", arena.copy(said.channel));
  for (const auto& [name, text] : {std::pair{"conversation", said.conversation}, std::pair{"ref", said.ref}, std::pair{"status", said.status}})
    if (!text.empty()) message.add(name, arena.copy(text));
  if (const Value files = attachments_kept(said.attachments, arena); !files.is_null()) message.add("attachments", files);
  messages.push_back(message.build());
  return make_list(arena, messages);
}

namespace {

std::string_view bare(std::string_view id) {
  return id.size() > 2 && id.front() == '<' && id.back() == '>' ? id.substr(1, id.size() - 2) : id;
}

/// The message in that state; nothing: it is no news.
std::optional<Value> with_state(const Value& message, std::string_view status, Arena& arena) {
  const auto rank = [](std::string_view state) { return state == "read" ? 3 : state == "delivered" ? 2 : state == "failed" || state == "sent" ? 1 : 0; };
  const std::string_view before = message["status"].text_or({});
  if (before == status || before == "failed" || rank(status) < rank(before)) return {};
  return MapBuilder(arena, message).add("status", arena.copy(status)).build();
}

}  // namespace

bool same_ref(std::string_view a, std::string_view b) { return bare(a) == bare(b); }

Value find_said(const Value& conversation, std::string_view ref) {
  for (const Value& m : conversation.is(Kind::list) ? conversation.items() : std::span<const Value>{})
    if (same_ref(m["ref"].text_or({}), ref) || m["id"].text_or({}) == ref) return m;
  return {};
}

Value with_status(const Value& conversation, std::string_view ref, std::string_view status, Arena& arena) {
  if (!conversation.is(Kind::list) || ref.empty()) return conversation;
  std::vector<Value> messages(conversation.items().begin(), conversation.items().end());
  for (Value& m : messages) {
    if (!same_ref(m["ref"].text_or({}), ref) && m["id"].text_or({}) != ref) continue;
    const auto changed = with_state(m, status, arena);
    if (!changed) return conversation;
    m = *changed;
    return make_list(arena, messages);
  }
  return conversation;
}

Value with_status_until(const Value& conversation, std::string_view id, Time until, std::string_view status, Arena& arena) {
  if (!conversation.is(Kind::list)) return conversation;
  std::vector<Value> messages(conversation.items().begin(), conversation.items().end());
  bool any = false;
  for (Value& m : messages) {
    const Value at = m["at"];
    const bool meant = m["from"].text_or({}) != "customer" && m["conversation"].text_or({}) == id && at.is(Kind::timestamp) &&
                       from_ms(at.seconds() * 1000 + at.nanos() / 1'000'000) <= until;
    const auto changed = meant ? with_state(m, status, arena) : std::nullopt;
    if (changed) m = *changed;
    any = any || changed;
  }
  return any ? make_list(arena, messages) : conversation;
}

}  // namespace shopbell
