// telegram: a bot's messages. https://core.telegram.org/bots/api#sendmessage, #inlinekeyboardbutton, #responseparameters.
// A bot may write to whom has written to it, at any time; Telegram tells nothing of delivery.

#include <shopbell/channel.h>
#include <shopbell/outcome.h>

namespace shopbell::channels {
namespace {

constexpr std::size_t text_max = 4096;          // of UTF-16 code units
constexpr std::size_t callback_bytes_max = 64;  // of what a tapped button sends back

constexpr Setting settings[] = {
    {.name = "token", .doc = "The bot's, from @BotFather.", .required = true, .secret = true},
    {.name = "api", .doc = "The Bot API's server.", .otherwise = "https://api.telegram.org"},
};

/// One button a row; a title that is too long to be sent back is told by its number.
Value keyboard(const std::vector<std::string>& buttons, Arena& arena) {
  ListBuilder rows(arena);
  for (std::size_t i = 0; i < buttons.size(); ++i) {
    const std::string back = buttons[i].size() <= callback_bytes_max ? buttons[i] : std::to_string(i + 1);
    const Value button = make_map(arena, {{"text", arena.copy(buttons[i])}, {"callback_data", arena.copy(back)}});
    rows.add(make_list(arena, std::span(&button, 1)));
  }
  return make_map(arena, {{"inline_keyboard", rows.build()}});
}

Verdict judge(const HttpResponse& response, const Value& body) {
  if (!body.is(Kind::map)) return {};
  if (body["ok"].boolean_or(false)) return {.message_id = std::to_string(body["result"]["message_id"].integer_or(0))};
  const std::string why(body["description"].text_or("Telegram did not say why"));
  const std::int64_t code = body["error_code"].integer_or(response.status);
  if (code == 429)
    return {.refused = rate_limited(why, std::chrono::seconds(body["parameters"]["retry_after"].integer_or(1)))};
  if (code == 401 || code == 404) return {.refused = call_failed("bad_credentials", "Telegram does not know the bot: " + why)};
  if (code == 403 || why.find("chat not found") != std::string::npos) return {.refused = call_failed("unreachable", why)};
  if (why.find("message is too long") != std::string::npos) return {.refused = call_failed("text_too_long", why)};
  if (code >= 500) return {};
  return {.refused = call_failed("refused", why)};
}

Task<Outcome> say(Saying saying, Call call, Value given, Services& services) {
  if (auto refused = take_part(saying, "Telegram", [](std::string_view text) { return utf16_units(text) <= text_max; })) co_return std::move(*refused);
  Arena arena;
  MapBuilder body(arena);
  body.add("chat_id", saying.conversation.empty() ? saying.to : saying.conversation).add("text", saying.text);
  if (!saying.buttons.empty()) body.add("reply_markup", keyboard(saying.buttons, arena));
  std::string url = std::string(setting(settings, given, "api")) + "/bot" + std::string(given["token"].text_or("")) + "/sendMessage";
  co_return co_await post(json_request(std::move(url), body.build()), std::move(saying), judge, std::move(call), services);
}

}  // namespace

extern const Channel telegram{.name = "telegram", .summary = "A Telegram bot's messages.", .settings = settings, .say = say};

}  // namespace shopbell::channels
