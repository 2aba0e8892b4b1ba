// messenger: a Facebook page's messages. https://developers.facebook.com/docs/messenger-platform/reference/send-api: 2000
// characters, 13 quick replies of 20 characters; 24 hours after the customer's last message, a person 7 days
// (https://developers.facebook.com/docs/messenger-platform/send-messages/message-tags).

#include "../say/meta.h"

namespace shopbell::channels {
namespace {

constexpr std::size_t text_max = 2000;

constexpr Setting settings[] = {
    {.name = "token", .doc = "The page's access token.", .required = true, .secret = true},
    {.name = "human_agent", .doc = "Meta has granted the app the permission Human Agent.", .flag = true},
    {.name = "api", .doc = "The Graph API and its version.", .otherwise = "https://graph.facebook.com/v23.0"},
};

Task<Outcome> say(Saying saying, Call call, Value given, Services& services) {
  if (auto refused = take_part(saying, "Messenger", [](std::string_view text) { return characters(text) <= text_max; })) co_return std::move(*refused);
  std::string url = std::string(setting(settings, given, "api")) + "/me/messages";
  co_return co_await meta::send("Messenger", std::move(saying), std::move(call), std::move(url), given, services);
}

}  // namespace

extern const Channel messenger{.name = "messenger", .summary = "A Facebook page's messages.", .settings = settings, .say = say};

}  // namespace shopbell::channels
