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

/// Its parameters of these names, trimmed.
Saying saying_of(const Value& args);

/// Where it goes, as Action::destination tells it.
std::string said_to(const Value& args);

/// Says it: on `log` as a line of the log, else by a POST to the channel's `url`. The output is a map: channel, to. Fails with
/// "no_text", "no_such_channel", "cannot_reply"; an address that does not answer is asked again. Once for each key of a call.
Task<Outcome> say(Saying saying, Call call, Services& services);

}  // namespace shopbell
