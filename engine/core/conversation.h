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
  Value attachments = {};                    // of the event's message: what is known of them is kept, not the files
};

constexpr std::size_t attachments_max = 10, attachment_text_bytes_max = 512;
/// A list of {kind, type, name, size, id, url, latitude, longitude, phone}, each what is there; null: there are none.
Value attachments_kept(const Value& attachments, Arena& arena);

/// Whether both are the channel's id of one message: a mail's Message-ID with or without its brackets is the same.
bool same_ref(std::string_view a, std::string_view b);
/// The message that the channel, or we, call so; null: it is not there.
Value find_said(const Value& conversation, std::string_view ref);

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
