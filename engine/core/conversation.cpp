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
  messages.push_back(message.build());
  return make_list(arena, messages);
}

namespace {

/// A mail's Message-ID with or without its brackets is the same.
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

Value with_status(const Value& conversation, std::string_view ref, std::string_view status, Arena& arena) {
  if (!conversation.is(Kind::list) || ref.empty()) return conversation;
  std::vector<Value> messages(conversation.items().begin(), conversation.items().end());
  for (Value& m : messages) {
    if (bare(m["ref"].text_or({})) != bare(ref) && m["id"].text_or({}) != ref) continue;
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
