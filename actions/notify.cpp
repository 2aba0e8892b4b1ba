// notify: tells the shop's people something, where they look. It is no word to a customer: no consent, no quiet hours, no
// conversation of anybody's.

#include <shopbell/say.h>

namespace shopbell::actions {
namespace {

constexpr Param params[] = {
    {.name = "text", .doc = "What to tell.", .required = true, .positional = true},
    {.name = "channel", .doc = "The channel to tell it on; a name from `channels` in shopbell.yaml, or `log`.", .otherwise = "slack"},
    {.name = "to", .doc = "Where on that channel: of Slack a channel's id or name.", .otherwise = "''"},
    {.name = "buttons", .type = ParamType::texts, .doc = "What may be tapped; a tap is a message.received on that channel."},
};

Task<Outcome> run(Call call, Services& services) {
  const Saying saying = saying_of(call.args);
  Outcome outcome = co_await say(saying, call, services);
  outcome.message.reset();
  co_return outcome;
}

}  // namespace

extern const Action notify{
    .name = "notify",
    .summary = "Tells the shop's people something, where they look.",
    .params = params,
    .output = "a map: channel, to, message_id",
    .run = run,
    .destination = said_to,
    .dedupes = says_once,
};

}  // namespace shopbell::actions
