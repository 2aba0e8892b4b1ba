// reply: a message to somebody who wrote. Where it goes is the channel's business: to the log, or to an
// address of the merchant's that passes it on.

#include <shopbell/action.h>
#include <shopbell/json.h>
#include <shopbell/outcome.h>
#include <shopbell/text.h>

namespace shopbell::actions {
namespace {

constexpr Param params[] = {
    {.name = "text", .doc = "What to say.", .required = true, .positional = true},
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

struct Message {
  std::string channel, to, text, conversation;
};

Message message_of(const Value& args) {
  const auto text = [&](std::string_view name) { return std::string(trimmed(args[name].text_or(""))); };
  return {.channel = text("channel"), .to = text("to"), .text = text("text"), .conversation = text("conversation")};
}

Outcome said(const Message& message, const Call& call) {
  auto arena = std::make_unique<Arena>();
  const Value output = make_map(*arena, {{"channel", arena->copy(message.channel)}, {"to", arena->copy(message.to)}});
  Outcome outcome = call_done(Document(std::move(arena), output));
  outcome.message =
      SentMessage{.channel = message.channel, .to = message.to, .text = message.text, .message_id = call.key};
  return outcome;
}

HttpRequest callback(const Message& message, const Call& call, const Value& channel) {
  Arena arena;
  const Value body = make_map(arena, {{"channel", message.channel}, {"to", message.to}, {"text", message.text},
                                      {"conversation", message.conversation}, {"run", call.run}, {"key", call.key}});
  HttpRequest request;
  request.url = channel["url"].text();
  request.headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", call.key}};
  if (const std::string_view token = channel["token"].text_or(""); !token.empty())
    request.headers.emplace_back("Authorization", "Bearer " + std::string(token));
  request.body = to_json(body);
  return request;
}

Task<Outcome> run(Call call, Services& services) {
  const Message message = message_of(call.args);
  if (message.text.empty()) co_return call_failed("no_text", "there is nothing to say");
  const Value channel = services.channel(message.channel);
  const bool has_url = !channel["url"].text_or("").empty();

  if (message.channel == "log" && !has_url) {
    // Whom to and what stands with the messages: it is personal, and no business of a log.
    services.log("a reply of " + std::to_string(message.text.size()) + " bytes");
    co_return said(message, call);
  }
  if (channel.is_null())
    co_return call_failed("no_such_channel", "there is no channel \"" + message.channel + "\"",
                          "name it under `channels` in shopbell.yaml");
  if (!has_url)
    co_return call_failed("cannot_reply", "the channel \"" + message.channel + "\" has no `url` to send replies to");

  const Result<HttpResponse> answer = co_await services.http(callback(message, call, channel));
  const bool taken = answer && answer->status >= 200 && answer->status < 300;
  co_return taken ? said(message, call) : not_wanted(answer, call.at);
}

}  // namespace

extern const Action reply{
    .name = "reply",
    .summary = "Answers in the conversation, on the channel it came by.",
    .params = params,
    .output = "a map: channel, to",
    .reaches_customer = true,
    .run = run,
};

}  // namespace shopbell::actions
