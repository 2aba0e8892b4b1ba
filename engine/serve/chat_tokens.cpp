#include "serve/chat_tokens.h"

#include "base/hash.h"
#include "base/hmac.h"
#include "base/jwt.h"
#include "base/random.h"

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::string_view audience = "shopbell-visitor";

bool is_account(std::string_view text) {
  return !text.empty() && text.size() <= account_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

ChatTokens::ChatTokens(std::string secret) : secret_(std::move(secret)) {
  const Mac mac = hmac_sha256(secret_, audience);
  visitor_secret_ = to_hex({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

std::string ChatTokens::new_thread() { return "v-" + to_base64url(random_bytes(16)); }

std::string ChatTokens::visitor_token(std::string_view thread, Time now) const {
  Arena arena;
  return sign_jwt(make_map(arena, {{"aud", audience}, {"sub", thread}, {"exp", to_ms(now + visitor_kept) / 1000}}), visitor_secret_);
}

Result<std::string> ChatTokens::read_visitor(std::string_view token, Time now) const {
  const auto claims = read_jwt(token, visitor_secret_, now);
  if (!claims) return tl::unexpected(claims.error());
  if (claims->root()["aud"].text_or({}) != audience) return fail("bad_token", "the token is no visitor's");
  return std::string(claims->root()["sub"].text_or({}));
}

Result<ChatCustomer> ChatTokens::read_identity(std::string_view token, Time now) const {
  const auto read = read_jwt(token, secret_, now);
  if (!read) return tl::unexpected(read.error());
  const Value claims = read->root();
  ChatCustomer named{std::string(claims["sub"].text_or({})), {}, std::string(claims["name"].text_or({}))};
  if (claims["sub"].is(Kind::integer)) named.account = std::to_string(claims["sub"].integer());
  if (!is_account(named.account)) return fail("bad_token", "sub is no customer's id: visible ASCII, at most 128 bytes");
  if (claims["email_verified"].boolean_or(true)) named.email = claims["email"].text_or({});
  return named;
}

}  // namespace shopbell
