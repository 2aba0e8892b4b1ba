#pragma once
// Saying something to a customer on a channel: what every action that talks shares.

#include <shopbell/action.h>

#include <string>
#include <vector>

namespace shopbell {

constexpr std::size_t buttons_max = 10;

struct Saying {
  std::string channel, to, text, conversation;
  std::vector<std::string> buttons = {};  // at most buttons_max are said
};

/// The parameters that say where, of every action that talks.
constexpr Param say_channel{.name = "channel",
                            .doc = "The channel to say it on; a name from `channels` in shopbell.yaml, or `log`.",
                            .otherwise = "\"{{ message.channel | default: conversation.channel | default: 'log' }}\""};
constexpr Param say_to{.name = "to",
                       .doc = "Whom to say it to, by the channel's own id.",
                       .otherwise = "\"{{ message.from | default: customer.id }}\""};
constexpr Param say_conversation{.name = "conversation",
                                 .doc = "Which conversation it belongs to.",
                                 .otherwise = "\"{{ message.conversation | default: conversation.id }}\""};

/// Its parameters of these names, trimmed.
Saying saying_of(const Value& args);

/// Where it goes, as Action::destination tells it.
std::string said_to(const Value& args);
/// As Action::dedupes: the far side knows a message by its key.
inline bool says_once(const Value&, const Value&) { return true; }

/// Says it: on `log` as a line of the log, else by a POST to the channel's `url`. The output is a map: channel, to. Fails with
/// "no_text", "no_such_channel", "cannot_reply"; an address that does not answer is asked again. Once for each key of a call.
Task<Outcome> say(Saying saying, Call call, Services& services);

}  // namespace shopbell
