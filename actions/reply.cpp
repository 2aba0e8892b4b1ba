// reply: a message to somebody who wrote. How it gets there is its channel's business: actions/channels/.

#include <shopbell/say.h>

namespace shopbell::actions {
namespace {

constexpr Param params[] = {
    {.name = "text", .doc = "What to say.", .required = true, .positional = true},
    {.name = "buttons", .type = ParamType::texts, .doc = "What the customer may tap to answer."},
    say_channel,
    say_to,
    say_conversation,
    say_template,
};

Task<Outcome> run(Call call, Services& services) {
  return say(saying_of(call.args), call, services);
}

}  // namespace

extern const Action reply{
    .name = "reply",
    .summary = "Answers in the conversation, on the channel it came by.",
    .params = params,
    .output = "a map: channel, to, message_id",
    .reaches_customer = true,
    .speaks = true,
    .run = run,
    .destination = said_to,
    .dedupes = says_once,
};

}  // namespace shopbell::actions
