#pragma once
// How a request says who sends it.

#include <string>
#include <string_view>

namespace shopbell {

/// HMAC-SHA256 of the text in base64, as https://www.standardwebhooks.com wants it: the key is what stands in base64 behind
/// "whsec_"; another secret is the key itself.
std::string standard_webhook_signature(std::string_view secret, std::string_view text);

/// RFC 7617: the value of Authorization.
std::string basic_login(std::string_view user, std::string_view password);

}  // namespace shopbell
