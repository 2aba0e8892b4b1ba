#include "core/conversation.h"

#include "core/subject.h"

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
  messages.push_back(make_map(arena, {{"id", arena.copy(said.id)},
                                      {"from", arena.copy(said.from)},
                                      {"text", arena.copy(cut_text(said.text, conversation_text_bytes_max))},
                                      {"at", Value(said.at)},
                                      {"channel", arena.copy(said.channel)}}));
  return make_list(arena, messages);
}

}  // namespace shopbell
