#include <shopbell/say.h>

#include <shopbell/json.h>
#include <shopbell/outcome.h>
#include <shopbell/text.h>

namespace shopbell {
namespace {

Outcome said(const Saying& saying, const Call& call) {
  auto arena = std::make_unique<Arena>();
  const Value output = make_map(*arena, {{"channel", arena->copy(saying.channel)}, {"to", arena->copy(saying.to)}});
  Outcome outcome = call_done(Document(std::move(arena), output));
  outcome.message =
      SentMessage{.channel = saying.channel, .to = saying.to, .text = saying.text, .message_id = call.key, .conversation = saying.conversation};
  return outcome;
}

HttpRequest callback(const Saying& saying, const Call& call, const Value& channel) {
  Arena arena;
  MapBuilder body(arena);
  body.add("channel", saying.channel).add("to", saying.to).add("text", saying.text).add("conversation", saying.conversation);
  ListBuilder buttons(arena);
  for (const std::string& button : saying.buttons) buttons.add(button);
  if (!saying.buttons.empty()) body.add("buttons", buttons.build());
  body.add("run", call.run).add("key", call.key);
  HttpRequest request;
  request.url = channel["url"].text();
  request.headers = {{"Content-Type", "application/json"}, {"Idempotency-Key", call.key}};
  if (const std::string_view token = channel["token"].text_or(""); !token.empty())
    request.headers.emplace_back("Authorization", "Bearer " + std::string(token));
  request.body = to_json(body.build());
  return request;
}

}  // namespace

Saying saying_of(const Value& args) {
  const auto text = [&](std::string_view name) { return std::string(trimmed(args[name].text_or(""))); };
  Saying saying{.channel = text("channel"), .to = text("to"), .text = text("text"), .conversation = text("conversation")};
  const Value buttons = args["buttons"];
  for (const Value& button : buttons.is(Kind::list) ? buttons.items() : std::span<const Value>{})
    if (const std::string_view title = trimmed(button.text_or("")); !title.empty() && saying.buttons.size() < buttons_max)
      saying.buttons.emplace_back(title);
  return saying;
}

std::string said_to(const Value& args) { return "channel " + saying_of(args).channel; }

Task<Outcome> say(Saying saying, Call call, Services& services) {
  if (saying.text.empty()) co_return call_failed("no_text", "there is nothing to say");
  const Value channel = services.channel(saying.channel);
  const bool has_url = !channel["url"].text_or("").empty();

  if (saying.channel == "log" && !has_url) {
    // Whom to and what stands with the messages: it is personal, and no business of a log.
    services.log("a reply of " + std::to_string(saying.text.size()) + " bytes");
    co_return said(saying, call);
  }
  if (channel.is_null())
    co_return call_failed("no_such_channel", "there is no channel \"" + saying.channel + "\"",
                          "name it under `channels` in shopbell.yaml");
  if (saying.channel == "web") co_return said(saying, call);  // what is kept is what the visitor is sent (serve/chat_room.h)
  if (!has_url)
    co_return call_failed("cannot_reply", "the channel \"" + saying.channel + "\" has no `url` to send replies to");

  const Result<HttpResponse> answer = co_await services.http(callback(saying, call, channel));
  const bool taken = answer && answer->status >= 200 && answer->status < 300;
  co_return taken ? said(saying, call) : not_wanted(answer, call.at);
}

}  // namespace shopbell
