#include "base/jwt.h"

#include "base/hmac.h"
#include "base/json.h"
#include "support/catch.h"

using namespace shopbell;

namespace {

const Time now = from_ms(1'763'900'000'000);
const std::string secret = "a secret of the shop's own";

std::string token_of(const std::string& header, const std::string& claims) {
  std::string text = to_base64url(header) + "." + to_base64url(claims);
  const Mac mac = hmac_sha256(secret, text);
  return text + "." + to_base64url({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

const std::string hs256 = R"({"alg":"HS256","typ":"JWT"})";

}  // namespace

TEST_CASE("a token that was signed is read again") {
  Arena arena;
  const auto token = sign_jwt(make_map(arena, {{"sub", "7"}, {"exp", std::int64_t{1'763'900'100}}}), secret);
  const auto claims = read_jwt(token, secret, now);
  REQUIRE(claims);
  CHECK(claims->root()["sub"].text_or("") == "7");
  CHECK(read_jwt(token, "another secret", now).error().code == "bad_token");
}

TEST_CASE("the example of RFC 7515, appendix A.1, is read") {
  const auto key = from_base64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  REQUIRE(key);
  const auto claims = read_jwt(
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
      "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
      *key, from_ms(1'300'819'000'000));
  REQUIRE(claims);
  CHECK(claims->root()["iss"].text_or("") == "joe");
}

TEST_CASE("a token that says another algorithm, or none, is refused whatever its signature") {
  const std::string claims = R"({"sub":"7","exp":1763900100})";
  const auto header = GENERATE(as<std::string>(), R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":"hs256"})", R"({"alg":"HS512"})",
                               R"({"alg":"RS256"})", R"({"typ":"JWT"})", R"({"alg":["HS256"]})", R"({"alg":"HS256","crit":["x"]})", R"([])", "x");
  INFO(header);
  CHECK(read_jwt(token_of(header, claims), secret, now).error().code == "bad_token");
}

TEST_CASE("a token counts from its beginning to its end, and has an end") {
  struct Case {
    std::string claims, code;
  };
  const auto c = GENERATE(Case{R"({"exp":1763900100})", ""}, Case{R"({"exp":1763899950})", ""}, Case{R"({"exp":1763899900})", "expired"},
                          Case{R"({"exp":1763900100.5,"nbf":1763900050})", ""}, Case{R"({"exp":1763900100,"nbf":1763900090})", "bad_token"},
                          Case{R"({"exp":1763900100,"nbf":"soon"})", "bad_token"}, Case{R"({"sub":"7"})", "bad_token"},
                          Case{R"({"exp":"1763900100"})", "bad_token"}, Case{R"({"exp":-1})", "bad_token"}, Case{R"({"exp":1e300})", "bad_token"});
  INFO(c.claims);
  const auto read = read_jwt(token_of(hs256, c.claims), secret, now);
  CHECK((read ? std::string() : read.error().code) == c.code);
}

TEST_CASE("what is not three strict parts is refused") {
  const std::string good = token_of(hs256, R"({"exp":1763900100})");
  REQUIRE(read_jwt(good, secret, now));
  const auto first = good.find('.');
  for (const std::string& bad : {std::string(), std::string("."), std::string(".."), good.substr(0, good.rfind('.')), good + ".", good + "=",
                                 good.substr(0, good.size() - 1), "." + good, good.substr(first), good.substr(0, first) + "==" + good.substr(first),
                                 std::string(5000, 'a') + good}) {
    INFO(bad);
    CHECK_FALSE(read_jwt(bad, secret, now));
  }
  CHECK_FALSE(read_jwt(good, "", now));
}

TEST_CASE("each single bit that is changed in a token is noticed") {
  const std::string good = token_of(hs256, R"({"sub":"7","exp":1763900100})");
  for (std::size_t i = 0; i < good.size(); ++i)
    for (int bit = 0; bit < 7; ++bit) {
      std::string changed = good;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      INFO(i << " " << changed);
      CHECK_FALSE(read_jwt(changed, secret, now));
    }
}
