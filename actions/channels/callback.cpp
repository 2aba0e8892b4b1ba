// callback: replies go to an address of the merchant's that passes them on. What became of one it tells as an event:
// message.delivered, .read or .bounced with message.id, the `key` of the reply.

#include <shopbell/channel.h>
#include <shopbell/signing.h>
#include <shopbell/json.h>

namespace shopbell::channels {
namespace {

constexpr Setting settings[] = {
    {.name = "url", .doc = "Where replies are posted to, as JSON.", .required = true},
    {.name = "token", .doc = "Sent as Authorization: Bearer.", .secret = true},
    {.name = "secret", .doc = "What a reply is signed with: webhook-id, webhook-timestamp and webhook-signature.", .secret = true},
};

Value body_of(const Saying& saying, const Call& call, Arena& arena) {
  MapBuilder body(arena);
  body.add("channel", saying.channel).add("to", saying.to).add("text", saying.text).add("conversation", saying.conversation);
  ListBuilder buttons(arena);
  for (const std::string& button : saying.buttons) buttons.add(button);
  if (!saying.buttons.empty()) body.add("buttons", buttons.build());
  if (!saying.person.empty()) body.add("person", saying.person);
  body.add("run", call.run).add("key", call.key);
  return body.build();
}

/// https://www.standardwebhooks.com: id.timestamp.body under HMAC-SHA256, in base64 behind "v1,".
void sign(HttpRequest& request, std::string_view secret, const Call& call) {
  const std::string seconds = std::to_string(to_ms(call.at) / 1000);
  request.headers.emplace_back("webhook-id", call.key);
  request.headers.emplace_back("webhook-timestamp", seconds);
  request.headers.emplace_back("webhook-signature", "v1," + standard_webhook_signature(secret, call.key + "." + seconds + "." + request.body));
}

Verdict judge(const HttpResponse&, const Value& body) { return {.message_id = std::string(body["message_id"].text_or(""))}; }

Task<Outcome> say(Saying saying, Call call, Value given, Services& services) {
  Arena arena;
  HttpRequest request = json_request(std::string(given["url"].text_or("")), body_of(saying, call, arena));
  request.headers.emplace_back("Idempotency-Key", call.key);
  if (const std::string_view token = given["token"].text_or(""); !token.empty())
    request.headers.emplace_back("Authorization", "Bearer " + std::string(token));
  if (const std::string_view secret = given["secret"].text_or(""); !secret.empty()) sign(request, secret, call);
  Outcome outcome = co_await post(std::move(request), std::move(saying), judge, std::move(call), services);
  if (outcome.status == Outcome::Status::unknown) outcome.status = Outcome::Status::retry;  // it has the key
  co_return outcome;
}

}  // namespace

extern const Channel callback{
    .name = "callback", .summary = "Replies as JSON to an address of the shop's own.", .settings = settings, .say = say, .dedupes = true};

}  // namespace shopbell::channels
