// instagram: an account's direct messages. https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api:
// 1000 bytes of UTF-8, 13 quick replies of 20 characters; 24 hours after the customer's last message, a person 7 days.

#include "../say/meta.h"

namespace shopbell::channels {
namespace {

constexpr std::size_t text_bytes_max = 1000;

constexpr Setting settings[] = {
    {.name = "token", .doc = "The account's access token.", .required = true, .secret = true},
    {.name = "human_agent", .doc = "Meta has granted the app the permission Human Agent.", .flag = true},
    {.name = "api", .doc = "The Graph API and its version; https://graph.facebook.com/v23.0 for an app with Facebook's login.", .otherwise = "https://graph.instagram.com/v23.0"},
};

Task<Outcome> say(Saying saying, Call call, Value given, Services& services) {
  if (auto refused = take_part(saying, "Instagram", [](std::string_view text) { return text.size() <= text_bytes_max; })) co_return std::move(*refused);
  std::string url = std::string(setting(settings, given, "api")) + "/me/messages";
  co_return co_await meta::send("Instagram", std::move(saying), std::move(call), std::move(url), given, services);
}

}  // namespace

extern const Channel instagram{.name = "instagram", .summary = "An Instagram account's direct messages.", .settings = settings, .say = say};

}  // namespace shopbell::channels
