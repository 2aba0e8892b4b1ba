// reply: a message to somebody who wrote. Where it goes is the channel's business: to the log, or to an
// address of the merchant's that passes it on.

#include <shopbell/say.h>

namespace shopbell::actions {
namespace {

constexpr Param params[] = {
    {.name = "text", .doc = "What to say.", .required = true, .positional = true},
    {.name = "buttons", .type = ParamType::texts, .doc = "What the customer may tap to answer."},
    {.name = "channel",
     .doc = "The channel to say it on; a name from `channels` in shopbell.yaml, or `log`.",
     .otherwise = "\"{{ message.channel | default: conversation.channel | default: 'log' }}\""},
    {.name = "to",
     .doc = "Whom to say it to, by the channel's own id.",
     .otherwise = "\"{{ message.from | default: customer.id }}\""},
    {.name = "conversation",
     .doc = "Which conversation it belongs to.",
     .otherwise = "\"{{ message.conversation | default: conversation.id }}\""},
};

/// The callback knows a message by its key.
bool dedupes(const Value&, const Value&) { return true; }

Task<Outcome> run(Call call, Services& services) {
  Saying saying = saying_of(call.args);
  return say(std::move(saying), call, services);
}

}  // namespace

extern const Action reply{
    .name = "reply",
    .summary = "Answers in the conversation, on the channel it came by.",
    .params = params,
    .output = "a map: channel, to",
    .reaches_customer = true,
    .speaks = true,
    .run = run,
    .destination = said_to,
    .dedupes = dedupes,
};

}  // namespace shopbell::actions
