#include "base/jwt.h"

#include "base/hmac.h"
#include "base/json.h"
#include "base/time.h"

#include <shopbell/json.h>

namespace shopbell {
namespace {

std::string signature_of(std::string_view text, std::string_view secret) {
  const Mac mac = hmac_sha256(secret, text);
  return {reinterpret_cast<const char*>(mac.data()), mac.size()};
}

Error bad(std::string message) { return {.code = "bad_token", .message = std::move(message), .hint = {}}; }

Result<Document> json_of(std::string_view part) {
  const auto bytes = from_base64url(part);
  if (!bytes) return tl::unexpected(bad("a part of the token is no base64url"));
  auto read = parse_json_document(*bytes);
  if (!read || !read->root().is(Kind::map)) return tl::unexpected(bad("a part of the token is no JSON object"));
  return std::move(*read);
}

/// NumericDate: seconds, perhaps with a fraction.
std::optional<Time> time_of(const Value& v) {
  constexpr double far = 253'402'300'800.0;  // the year 10000
  const double seconds = v.is_number() ? v.number_or(-1) : -1;
  if (!(seconds >= 0 && seconds < far)) return std::nullopt;
  return from_ms(static_cast<std::int64_t>(seconds * 1000));
}

Result<void> check_times(const Value& claims, Time now) {
  const auto ends = time_of(claims["exp"]);
  if (!ends) return tl::unexpected(bad("the token does not say when it ends (exp)"));
  if (now > *ends + jwt_leeway) return fail("expired", "the token has ended");
  if (claims["nbf"].is_null()) return {};
  const auto begins = time_of(claims["nbf"]);
  if (!begins) return tl::unexpected(bad("nbf is no time"));
  if (now + jwt_leeway < *begins) return tl::unexpected(bad("the token does not count yet (nbf)"));
  return {};
}

}  // namespace

std::string to_base64url(std::string_view bytes) {
  std::string text = to_base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string standard(text);
  for (char& c : standard) {
    if (c == '+' || c == '/' || c == '=') return std::nullopt;
    c = c == '-' ? '+' : c == '_' ? '/' : c;
  }
  auto bytes = from_base64(standard);
  if (bytes && to_base64url(*bytes) != text) return std::nullopt;
  return bytes;
}

std::string sign_jwt(const Value& claims, std::string_view secret) {
  std::string text = to_base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + to_base64url(to_json(claims));
  const std::string signature = to_base64url(signature_of(text, secret));
  return (text += '.') += signature;
}

Result<Document> read_jwt(std::string_view token, std::string_view secret, Time now) {
  if (token.size() > jwt_bytes_max) return tl::unexpected(bad("the token is too long"));
  const std::size_t first = token.find('.'), last = token.rfind('.');
  if (first == token.npos || first == last || token.find('.', first + 1) != last || secret.empty())
    return tl::unexpected(bad("the token does not have three parts"));
  const auto header = json_of(token.substr(0, first));
  if (!header) return tl::unexpected(header.error());
  const Value h = header->root();
  if (h["alg"].text_or({}) != "HS256") return tl::unexpected(bad("tokens are signed with HS256 here"));
  if (h.find("crit") != nullptr) return tl::unexpected(bad("the token wants something understood that is not (crit)"));
  const auto signature = from_base64url(token.substr(last + 1));
  if (!signature || !equal_in_constant_time(*signature, signature_of(token.substr(0, last), secret)))
    return tl::unexpected(bad("the token's signature is wrong"));
  auto claims = json_of(token.substr(first + 1, last - first - 1));
  if (!claims) return tl::unexpected(claims.error());
  if (auto good = check_times(claims->root(), now); !good) return tl::unexpected(good.error());
  return std::move(*claims);
}

}  // namespace shopbell
