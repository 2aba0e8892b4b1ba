#pragma once
// JSON Web Tokens (RFC 7519) signed with HS256 (RFC 7518, section 3.2), and nothing else: the header must say exactly so, as
// a token that may choose how it is verified verifies nothing. Any thread; the clock is the caller's.

#include <shopbell/error.h>
#include <shopbell/time.h>
#include <shopbell/value.h>

#include <optional>
#include <string>
#include <string_view>

namespace shopbell {

constexpr std::size_t jwt_bytes_max = 4096;
constexpr Millis jwt_leeway{60'000};  // clocks differ

/// `claims` is a map.
std::string sign_jwt(const Value& claims, std::string_view secret);

/// The claims. `exp` must be there and in the future, `nbf` in the past where it is there. Errors: "bad_token", "expired".
Result<Document> read_jwt(std::string_view token, std::string_view secret, Time now);

std::string to_base64url(std::string_view bytes);                          // without padding
std::optional<std::string> from_base64url(std::string_view text);          // strict: one text for each bytes

}  // namespace shopbell
