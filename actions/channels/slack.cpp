// slack: messages of the shop's app to a channel or a person of its workspace. https://docs.slack.dev/reference/methods/chat.postMessage
// (what is behind 40,000 characters is cut off by Slack; one message a second and channel, 429 with Retry-After), https://docs.slack.dev/reference/block-kit/blocks:
// 3000 characters above buttons of 75.

#include <shopbell/channel.h>
#include <shopbell/outcome.h>

#include <algorithm>
#include <array>

namespace shopbell::channels {
namespace {

constexpr std::size_t text_max = 40'000, section_max = 3000, button_title_max = 75;

constexpr Setting settings[] = {
    {.name = "token", .doc = "The bot's token: xoxb-..., with the scope chat:write.", .required = true, .secret = true},
    {.name = "api", .doc = "Slack's Web API.", .otherwise = "https://slack.com/api"},
};

/// https://docs.slack.dev/messaging/formatting-message-text: what a customer wrote must call nobody (<!channel>).
std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : text) made += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  return made;
}

Value blocks(const std::vector<std::string>& buttons, std::string_view text, Arena& arena) {
  ListBuilder elements(arena);
  for (std::size_t i = 0; i < buttons.size(); ++i)
    elements.add(make_map(arena, {{"type", "button"},
                                  {"action_id", arena.copy("button-" + std::to_string(i + 1))},
                                  {"text", make_map(arena, {{"type", "plain_text"}, {"text", arena.copy(shortened(buttons[i], button_title_max))}})},
                                  {"value", buttons[i]}}));
  const Value list[] = {make_map(arena, {{"type", "section"}, {"text", make_map(arena, {{"type", "mrkdwn"}, {"text", text}})}}),
                        make_map(arena, {{"type", "actions"}, {"elements", elements.build()}})};
  return make_list(arena, list);
}

Verdict judge(const HttpResponse&, const Value& body) {
  if (!body.is(Kind::map)) return {};
  if (body["ok"].boolean_or(false)) return {.message_id = std::string(body["ts"].text_or(""))};
  const std::string why(body["error"].text_or("Slack did not say why"));
  const auto is = [&](const auto& names) { return std::find(names.begin(), names.end(), why) != names.end(); };
  static constexpr std::array login{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope", "no_permission"};
  static constexpr std::array gone{"channel_not_found", "is_archived", "not_in_channel", "user_not_found"};
  static constexpr std::array passing{"fatal_error", "internal_error", "service_unavailable", "request_timeout"};
  if (why == "ratelimited" || why == "rate_limited") return {.refused = rate_limited(why)};
  if (is(login)) return {.refused = call_failed("bad_credentials", why)};
  if (is(gone)) return {.refused = call_failed("unreachable", why, "invite the app to the channel")};
  if (why == "msg_too_long") return {.refused = call_failed("text_too_long", why)};
  if (is(passing)) return {.refused = call_retry({.code = "vendor_down", .message = why, .hint = {}})};
  return {.refused = call_failed("refused", why)};
}

Task<Outcome> say(Saying saying, Call call, Value given, Services& services) {
  const std::size_t max = saying.buttons.empty() ? text_max : section_max;
  if (auto refused = take_part(saying, "Slack", [max](std::string_view text) { return characters(escaped(text)) <= max; })) co_return std::move(*refused);
  const std::string text = escaped(saying.text);
  Arena arena;
  MapBuilder body(arena);
  body.add("channel", saying.to).add("text", text);
  if (!saying.buttons.empty()) body.add("blocks", blocks(saying.buttons, text, arena));
  HttpRequest request = json_request(std::string(setting(settings, given, "api")) + "/chat.postMessage", body.build(), given["token"].text_or(""));
  co_return co_await post(std::move(request), std::move(saying), judge, std::move(call), services);
}

}  // namespace

extern const Channel slack{.name = "slack", .summary = "Messages of an app in a Slack workspace.", .settings = settings, .say = say};

}  // namespace shopbell::channels
