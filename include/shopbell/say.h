#pragma once
// Saying something to a customer on a channel: what every action that talks shares.

#include <shopbell/action.h>

#include <optional>
#include <string>
#include <vector>

namespace shopbell {

constexpr std::size_t buttons_max = 10;

struct Saying {
  std::string channel, to, text, conversation;
  std::vector<std::string> buttons = {};  // at most buttons_max are said
  Value approved = {};                    // where the channel's window is closed: {name, language, values}, or a name; null: none
  std::string person = {};                // who wrote it; empty: a machine
  Value thread = {};                      // what the core knows of the conversation: core/conversations.h
  std::string rest = {};                  // of a text that is longer than a message: what further messages say
};

// A text longer than the channel's messages is said in several. Each is a call of its own, so that its retries and doubts are of
// it alone: the output of one has what is still to be said as `rest`, and the core makes another call with the same arguments and
// that `rest`, which is then said instead of the text. The step's output is the first one's.
constexpr const char* rest_of_text = "rest";

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
constexpr Param say_template{.name = "template",
                             .type = ParamType::value,
                             .doc = "What is said instead where the channel's window is closed (WhatsApp): the name of an approved "
                                    "template, or a map {name, language, values}."};

/// Its parameters of these names, trimmed. The values live as long as `args`.
Saying saying_of(const Value& args);

/// Where it goes, as Action::destination tells it.
std::string said_to(const Value& args);
/// As Action::dedupes: whether the far side knows a message by its key.
bool says_once(const Value& args, const Value& channels);

/// Says it: on `log` as a line of the log, else by the shop's channel of that name (<shopbell/channel.h>). The output is a map:
/// channel, to, message_id, and perhaps `rest`. Fails with "no_text", "no_such_channel", "cannot_reply" and the channel's own reasons.
Task<Outcome> say(Saying saying, Call call, Services& services);

}  // namespace shopbell
