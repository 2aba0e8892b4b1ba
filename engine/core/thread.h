#pragma once
// What an action that speaks is told of the conversation that it speaks into, as its argument `thread`. Pure.

#include "core/subject.h"

#include <shopbell/arena.h>

#include <string_view>

namespace shopbell {

constexpr std::size_t references_max = 12;  // of a mail: the first, and the newest

/// How long after the customer's last message the channel takes what is no template; zero: always.
/// WhatsApp's customer service window, developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages; the standard
/// messaging window and the human agent tag, developers.facebook.com/docs/messenger-platform/policy/policy-overview.
struct Window {
  Millis anyone{0}, person{0};
};
Window window_of(std::string_view channel);

/// The arguments of an action that speaks, with the conversation that it means: where nobody wrote on that channel just now, the one
/// with whom it is said to, not the customer's latest, which may be on another channel.
Value placed(const Subject& subject, const Value& args, Arena& arena);

/// {window_until, person_until (milliseconds since 1970), subject, answers, references, sender, answers_to}: until when the channel
/// takes a machine's and a person's word; of a mail its subject line, the customer's last Message-ID and those of the thread, and
/// where what is for the sender goes instead: only while nothing but an address is known of the customer.
/// null: there is no such conversation.
Value thread_of(const Subject& subject, std::string_view conversation, Arena& arena);

/// The arguments with it; the same when there is none.
Value with_thread(const Value& args, const Value& thread, Arena& arena);

}  // namespace shopbell
