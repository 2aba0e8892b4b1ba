#pragma once
// Who is at the other end of a web chat. A visitor whom the shop does not name has a token of the engine's, which is all that
// tells one from another; a customer has one of the shop's (JWT, HS256, by `channels.web.secret`). Nothing that is typed names
// anybody. Pure but for the random bytes; any thread.

#include <shopbell/error.h>
#include <shopbell/time.h>

#include <string>
#include <string_view>

namespace shopbell {

constexpr Millis visitor_kept{400LL * 24 * 3'600'000};  // a visitor's token counts; each visit begins it anew
constexpr std::size_t account_bytes_max = 128;

/// A customer whom the shop vouches for: the claims `sub`, `email` (unless `email_verified` is false), `name`.
struct ChatCustomer {
  std::string account, email, name;
};

class ChatTokens {
 public:
  explicit ChatTokens(std::string secret);
  /// A new visitor's thread: "v-" and 128 random bits.
  static std::string new_thread();
  std::string visitor_token(std::string_view thread, Time now) const;
  /// The thread of a token of visitor_token(). Errors: "bad_token", "expired".
  Result<std::string> read_visitor(std::string_view token, Time now) const;
  /// Errors: "bad_token", "expired".
  Result<ChatCustomer> read_identity(std::string_view token, Time now) const;

 private:
  std::string secret_, visitor_secret_;  // another one: the shop's tokens are no visitor's, and the other way round
};

}  // namespace shopbell
