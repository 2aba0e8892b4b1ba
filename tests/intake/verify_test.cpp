#include "base/hash.h"
#include "support.h"

using namespace shopbell;

namespace {

Platform signed_by(Platform::Encoding encoding, std::string prefix = {}) {
  Platform platform;
  platform.signature_header = "X-Signature";
  platform.signature_encoding = encoding;
  platform.signature_prefix = std::move(prefix);
  return platform;
}

const std::string body = R"({"id":1})";

}  // namespace

TEST_CASE("a signature holds for its body and its secret only") {
  const Platform platform = signed_by(Platform::Encoding::base64);
  const std::string good = signature_of("secret", body);
  CHECK(verify(platform, {.current = "secret", .previous = {}}, good, body));
  CHECK_FALSE(verify(platform, {.current = "Secret", .previous = {}}, good, body));
  CHECK_FALSE(verify(platform, {.current = "secret", .previous = {}}, good, body + "\n"));
  CHECK_FALSE(verify(platform, {.current = "secret", .previous = {}}, good + "=", body));
  CHECK_FALSE(verify(platform, {.current = "secret", .previous = {}}, good.substr(0, good.size() - 1), body));
  CHECK_FALSE(verify(platform, {.current = "secret", .previous = {}}, signature_of("secret", "{}"), body));
  const auto missing = verify(platform, {.current = "secret", .previous = {}}, "", body);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == "bad_signature");
  CHECK(http_status(missing.error()) == 401);
}

TEST_CASE("two secrets are live while one is being changed") {
  const Platform platform = signed_by(Platform::Encoding::base64);
  const Secrets secrets{.current = "new", .previous = "old"};
  CHECK(verify(platform, secrets, signature_of("new", body), body));
  CHECK(verify(platform, secrets, signature_of("old", body), body));
  CHECK_FALSE(verify(platform, secrets, signature_of("older", body), body));
}

TEST_CASE("a source without a secret takes nothing, not even what an empty secret signs") {
  const Platform platform = signed_by(Platform::Encoding::base64);
  CHECK_FALSE(verify(platform, {.current = "", .previous = ""}, signature_of("", body), body));
  CHECK_FALSE(verify(platform, {.current = "new", .previous = ""}, signature_of("", body), body));
}

TEST_CASE("a signature may be in hex, behind a prefix") {
  const Platform platform = signed_by(Platform::Encoding::hex, "sha256=");
  const Mac mac = hmac_sha256("secret", body);
  const std::string hex = to_hex({reinterpret_cast<const char*>(mac.data()), mac.size()});
  CHECK(verify(platform, {.current = "secret", .previous = {}}, "sha256=" + hex, body));
  CHECK_FALSE(verify(platform, {.current = "secret", .previous = {}}, hex, body));
  CHECK_FALSE(verify(platform, {.current = "secret", .previous = {}}, "sha1=" + hex, body));
}
