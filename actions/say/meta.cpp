#include "meta.h"

#include <shopbell/outcome.h>

#include <algorithm>
#include <array>

namespace shopbell::meta {
namespace {

template <std::size_t n>
bool one_of(std::int64_t code, const std::array<std::int64_t, n>& codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// 4, 613, 80006, 80007: of the app and the account; 130429: messages a second; 131056: to one customer; 32, 17: of a page.
constexpr std::array<std::int64_t, 8> limits{4, 17, 32, 613, 80006, 80007, 130429, 131056};
// 1, 2: the API itself; 131000: something went wrong; 131016: overloaded; 133004: the server is away; 1200: try later.
constexpr std::array<std::int64_t, 6> passing{1, 2, 1200, 131000, 131016, 133004};
constexpr std::array<std::int64_t, 5> credentials{0, 3, 10, 102, 190};
// 551: not available; 131021: the shop's own number; 131026: not on WhatsApp; 131030: not on the list of a trial number.
constexpr std::array<std::int64_t, 4> gone{551, 131021, 131026, 131030};
constexpr std::array<std::int64_t, 2> outside_window{2018278, 2534022};  // subcodes of 10: Messenger's, Instagram's
constexpr std::int64_t no_such_user = 2018001;                           // subcode of 100

Verdict judge_for(std::string_view vendor, const HttpResponse& response, const Value& body) {
  if (auto refused = refusal(vendor, response, body)) return {.refused = std::move(refused)};
  return {.message_id = std::string(body["message_id"].text_or(""))};
}
Verdict judge_messenger(const HttpResponse& response, const Value& body) { return judge_for("Messenger", response, body); }
Verdict judge_instagram(const HttpResponse& response, const Value& body) { return judge_for("Instagram", response, body); }

Value quick_replies(const std::vector<std::string>& buttons, Arena& arena) {
  ListBuilder list(arena);
  for (const std::string& button : buttons)
    list.add(make_map(arena, {{"content_type", "text"}, {"title", arena.copy(shortened(button, quick_title_max))}, {"payload", arena.copy(button)}}));
  return list.build();
}

}  // namespace

std::optional<Outcome> refusal(std::string_view vendor, const HttpResponse& response, const Value& body) {
  const Value error = body["error"];
  if (!error.is(Kind::map)) return {};
  const std::int64_t code = error["code"].integer_or(-1), subcode = error["error_subcode"].integer_or(-1);
  const Value details = error["error_data"]["details"];
  const std::string why = "(" + std::to_string(code) + ") " + std::string(details.text_or(error["message"].text_or("Meta did not say why")));
  if (one_of(code, limits) || response.status == 429) return rate_limited(why);
  if (code == 131047 || (code == 10 && one_of(subcode, outside_window)))
    return window_closed(vendor, why, "the customer must write first; WhatsApp takes an approved `template`");
  if (one_of(code, gone) || subcode == no_such_user) return call_failed("unreachable", why);
  if (code >= 132000 && code < 133000) return call_failed("template_refused", why);
  if (one_of(code, credentials) || (code >= 200 && code < 300)) return call_failed("bad_credentials", why);
  if (one_of(code, passing) || response.status >= 500) return call_retry({.code = "vendor_down", .message = why, .hint = {}});
  return call_failed("refused", why);
}

bool is_open(const Saying& saying, const char* until, Time now) { return to_ms(now) < saying.thread[until].integer_or(0); }

Task<Outcome> send(std::string_view vendor, Saying saying, Call call, std::string url, Value given, Services& services) {
  const bool open = is_open(saying, "window_until", call.at);
  const bool as_person = !open && !saying.person.empty() && given["human_agent"].boolean_or(false) && is_open(saying, "person_until", call.at);
  if (!open && !as_person)
    co_return window_closed(vendor, "the customer's last message is older than 24 hours",
                            saying.person.empty() ? "a person may answer for 7 days, with `human_agent: true` in the channel's settings"
                                                  : "`human_agent: true` in the channel's settings lets a person answer for 7 days");
  Arena arena;
  MapBuilder message(arena);
  message.add("text", saying.text);
  if (!saying.buttons.empty()) message.add("quick_replies", quick_replies(saying.buttons, arena));
  MapBuilder body(arena);
  body.add("recipient", make_map(arena, {{"id", arena.copy(saying.to)}})).add("messaging_type", as_person ? "MESSAGE_TAG" : "RESPONSE");
  if (as_person) body.add("tag", "HUMAN_AGENT");
  body.add("message", message.build());
  HttpRequest request = json_request(std::move(url), body.build(), given["token"].text_or(""));
  const Judge judge = vendor == "Instagram" ? judge_instagram : judge_messenger;
  co_return co_await post(std::move(request), std::move(saying), judge, std::move(call), services);
}

}  // namespace shopbell::meta
