#pragma once
// What was said between a customer and the shop. Pure. The last conversation_messages_max messages stand
// in the subject; all of them, whole, are the store's.

#include <shopbell/time.h>
#include <shopbell/value.h>

#include <string_view>

namespace shopbell {

constexpr std::size_t conversation_text_bytes_max = 4096;  // of a message in the subject's state

struct Said {
  std::string_view id, from, text, channel;  // from: customer, bot or agent
  Time at;
  std::string_view conversation = {};        // its id, see core/conversations.h
  std::string_view ref = {};                 // what the channel calls the message
  std::string_view status = {};              // sent, delivered, read, failed; of the shop's
};

/// The same with what the channel says of a message: a later state of sent, delivered, read; `failed` unless it has arrived.
/// `ref`: the channel's id of it, or ours. The same value comes back when there is no such message, or nothing new.
Value with_status(const Value& conversation, std::string_view ref, std::string_view status, Arena& arena);

/// The same for all of the shop's in that conversation which were sent until then.
Value with_status_until(const Value& conversation, std::string_view id, Time until, std::string_view status, Arena& arena);

/// The conversation with one message more, the oldest dropped when it is full. A message whose id is there
/// already changes nothing: the same value comes back.
Value append_said(const Value& conversation, const Said& said, Arena& arena);

/// The first bytes of a UTF-8 text, no code point cut in two.
std::string_view cut_text(std::string_view text, std::size_t bytes_max);

}  // namespace shopbell
