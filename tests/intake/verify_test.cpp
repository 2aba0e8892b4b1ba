#include "base/hash.h"
#include "base/signature.h"
#include "support.h"

using namespace shopbell;

namespace {

const std::string body = R"({"id":1})";

std::shared_ptr<const Platform> signed_by(const std::string& verify) {
  return platform_of("platform: p\nverify: " + verify + "\ntopic: T\ntopics: {}\n");
}

std::string hex_of(std::string_view secret, std::string_view text) {
  const Mac mac = hmac_sha256(secret, text);
  return to_hex({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

Delivery delivery(std::map<std::string, std::string> headers, std::string sent = body) {
  Delivery made;
  made.headers = std::move(headers);
  made.body = std::move(sent);
  return made;
}

Delivery with_signature(std::string signature, std::string sent = body) {
  return delivery({{"S", std::move(signature)}}, std::move(sent));
}

const std::string plain = "{ scheme: hmac_sha256, encoding: base64, signature: S }";

}  // namespace

TEST_CASE("a signature holds for its body and its secret only") {
  const auto platform = signed_by(plain);
  const std::string good = signature_of("secret", body);
  CHECK(with_signature(good).verify_by(*platform));
  CHECK_FALSE(with_signature(good).verify_by(*platform, {.current = "Secret", .previous = {}}));
  CHECK_FALSE(with_signature(good, body + "\n").verify_by(*platform));
  CHECK_FALSE(with_signature(good + "=").verify_by(*platform));
  CHECK_FALSE(with_signature(good.substr(0, good.size() - 1)).verify_by(*platform));
  CHECK_FALSE(with_signature(signature_of("secret", "{}")).verify_by(*platform));
  const auto missing = with_signature("").verify_by(*platform);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == "bad_signature");
  CHECK(http_status(missing.error()) == 401);
}

TEST_CASE("two secrets are live while one is being changed") {
  const auto platform = signed_by(plain);
  const Secrets secrets{.current = "new", .previous = "old"};
  CHECK(with_signature(signature_of("new", body)).verify_by(*platform, secrets));
  CHECK(with_signature(signature_of("old", body)).verify_by(*platform, secrets));
  CHECK_FALSE(with_signature(signature_of("older", body)).verify_by(*platform, secrets));
}

TEST_CASE("a source without a secret takes nothing, not even what an empty secret signs") {
  for (const std::string& verify : {plain,
                                    std::string("{ scheme: hmac_sha256, encoding: base64, signature: S, "
                                                "secret_prefix: whsec_, secret_in: base64 }"),
                                    std::string("{ scheme: token, encoding: text, signature: S }")}) {
    INFO(verify);
    const auto platform = signed_by(verify);
    for (const std::string& signature : {signature_of("", body), std::string()})
      for (const char* secret : {"", "whsec_", "whsec_*"}) {
        if (std::string_view(secret).size() > 0 && verify == plain) continue;
        CHECK_FALSE(with_signature(signature).verify_by(*platform, {.current = secret, .previous = ""}));
      }
  }
  CHECK_FALSE(with_signature(signature_of("", body))
                  .verify_by(*signed_by(plain), {.current = "new", .previous = ""}));
}

TEST_CASE("a signature may be in hex, behind a prefix") {
  const auto platform = signed_by("{ scheme: hmac_sha256, encoding: hex, signature: S, prefix: sha256= }");
  const std::string hex = hex_of("secret", body);
  CHECK(with_signature("sha256=" + hex).verify_by(*platform));
  CHECK_FALSE(with_signature(hex).verify_by(*platform));
  CHECK_FALSE(with_signature("sha1=" + hex).verify_by(*platform));
  CHECK_FALSE(with_signature("sha256=").verify_by(*platform));
}

TEST_CASE("a signed time is part of what is signed, and may be neither too old nor of the future") {
  const auto platform = signed_by(
      "{ scheme: hmac_sha256, encoding: hex, signature: 'S[v1]', timestamp: 'S[t]', signed: "
      "'{timestamp}.{body}', tolerance: 5m, ahead: 1m }");
  const auto at = [&](const std::string& t) {
    return with_signature("t=" + t + ",v1=" + hex_of("secret", t + "." + body));
  };
  const auto [time, code] = GENERATE(table<std::string, std::string>({
      {"1800000000", ""},
      {"1799999700", ""},
      {"1799999699", "stale_signature"},
      {"1800000060", ""},
      {"1800000061", "stale_signature"},
      {"", "bad_signature"},
      {"-1", "bad_signature"},
      {"1800000000x", "bad_signature"},
      {"99999999999999999999", "bad_signature"},
  }));
  INFO(time);
  const auto result = at(time).verify_by(*platform);
  CHECK((result ? "" : result.error().code) == code);
  if (!result) CHECK(http_status(result.error()) == 401);
}

TEST_CASE("of several signatures one that holds is enough, and those of other schemes do not count") {
  const auto platform = signed_by(
      "{ scheme: hmac_sha256, encoding: hex, signature: 'S[v1]', timestamp: 'S[t]', signed: "
      "'{timestamp}.{body}' }");
  const std::string good = hex_of("secret", "7." + body);
  CHECK(with_signature("t=7, v1=" + std::string(64, '0') + ", v1=" + good).verify_by(*platform));
  CHECK(with_signature("t=7;v1=" + good).verify_by(*platform));
  CHECK_FALSE(with_signature("t=7,v0=" + good).verify_by(*platform));
  CHECK_FALSE(with_signature("t=8,v1=" + good).verify_by(*platform));
  CHECK_FALSE(with_signature("v1=" + good).verify_by(*platform));
  const auto listed =
      signed_by("{ scheme: hmac_sha256, encoding: base64, signature: S, divided_by: ' ', prefix: 'v1,' }");
  const std::string one = signature_of("secret", body);
  CHECK(with_signature("v1,AAAA v1," + one).verify_by(*listed));
  CHECK_FALSE(with_signature("v2," + one).verify_by(*listed));
  std::string many;
  for (int i = 0; i < 16; ++i) many += "v1,AAAA ";
  CHECK_FALSE(with_signature(many + "v1," + one).verify_by(*listed));
}

TEST_CASE("a secret that is a public key is never used to sign with") {
  // RFC 8032, 7.1, test 2: one byte 0x72.
  const std::string key = "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";
  const std::string signature =
      "kqAJqfDUyrhyDoILX2QlQKKye1QWUD+Ps3YiI+vbadoIWsHkPhWZbkWPNhPQ8R2MOHsurrQwKu6wDSkWErsMAA==";
  const auto platform = signed_by(
      "[{ scheme: ed25519, encoding: base64, signature: S, prefix: 'v1a,', secret_prefix: whpk_ },"
      " { scheme: hmac_sha256, encoding: base64, signature: S, prefix: 'v1,', secret_prefix: whsec_ }]");
  const std::string secret = "whpk_" + key;
  const Secrets secrets{.current = secret, .previous = {}};
  CHECK(with_signature("v1a," + signature, "r").verify_by(*platform, secrets));
  CHECK_FALSE(with_signature("v1a," + signature, "s").verify_by(*platform, secrets));
  CHECK_FALSE(with_signature("v1," + signature_of(key, "r"), "r").verify_by(*platform, secrets));
  CHECK_FALSE(with_signature("v1," + signature_of(secret, "r"), "r").verify_by(*platform, secrets));
  CHECK(with_signature("v1," + signature_of("k", "r"), "r")
            .verify_by(*platform, {.current = "whsec_k", .previous = secret}));
}

TEST_CASE("what is no key verifies nothing") {
  for (const char* scheme : {"rsa_sha256", "ecdsa_sha256", "ed25519"})
    for (const char* key :
         {"x", "AAAA", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
          "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=" /* Ed25519, and another signature */}) {
      INFO(scheme << " " << key);
      const auto platform =
          signed_by("{ scheme: " + std::string(scheme) + ", encoding: base64, signature: S }");
      CHECK_FALSE(with_signature("AAAA", "r").verify_by(*platform, {.current = key, .previous = {}}));
    }
}

TEST_CASE("a token is compared whole") {
  const auto bare = signed_by("{ scheme: token, encoding: text, signature: S }");
  CHECK(with_signature("secret").verify_by(*bare));
  CHECK_FALSE(with_signature("secre").verify_by(*bare));
  CHECK_FALSE(with_signature("secret ").verify_by(*bare));
  const auto basic = signed_by("{ scheme: token, encoding: base64, signature: S, prefix: 'Basic ' }");
  CHECK(with_signature("Basic c2VjcmV0").verify_by(*basic));
  CHECK_FALSE(with_signature("secret").verify_by(*basic));
}

TEST_CASE("a URL is signed with the form's fields in order, or with the hash of another body") {
  const auto platform = signed_by(
      "{ scheme: hmac_sha1, encoding: base64, signature: S, signed: '{url}{fields}', any_port: true, "
      "body_hash: sha }");
  const auto signed_for = [](const std::string& text) { return to_base64(hmac_sha1("secret", text)); };
  Delivery form = delivery({{"Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"}},
                           "b=2&a=x+y&b=1&b=2&c=%26");
  form.url = "https://shop.example/hooks/t?q=1";
  for (const char* url : {"https://shop.example/hooks/t?q=1", "https://shop.example:443/hooks/t?q=1"}) {
    form.headers["S"] = signed_for(std::string(url) + "ax yb1b2c&");
    CHECK(form.verify_by(*platform));
  }
  form.headers["S"] = signed_for("https://shop.example/hooks/t?q=1");
  CHECK_FALSE(form.verify_by(*platform));

  Delivery json = delivery({{"Content-Type", "application/json"}});
  json.query = "sha=" + to_hex(plain_sha256(body));
  json.url = "https://shop.example/hooks/t?" + json.query;
  json.headers["S"] = signed_for(json.url);
  CHECK(json.verify_by(*platform));
  json.body += " ";
  CHECK_FALSE(json.verify_by(*platform));
  json.query.clear();
  CHECK_FALSE(json.verify_by(*platform));
}

TEST_CASE("what is signed may stand in the body, and its certificate at the platform's host alone") {
  const auto inside = signed_by(
      "{ scheme: hmac_sha256, encoding: hex, signature: body.sig.mac, id: body.sig.token, timestamp: "
      "body.sig.at, signed: '{timestamp}{id}' }");
  const auto sent = [](const std::string& mac) {
    return R"({"sig":{"at":"12","token":"ab","mac":")" + mac + R"("}})";
  };
  CHECK(delivery({}, sent(hex_of("secret", "12ab"))).verify_by(*inside));
  CHECK_FALSE(delivery({}, sent(hex_of("secret", "ab12"))).verify_by(*inside));
  CHECK_FALSE(delivery({}, "{}").verify_by(*inside));

  const auto certified =
      signed_by("{ scheme: hmac_sha256, encoding: base64, signature: S, url_in: U, host: paypal.com }");
  const auto [url, good] = GENERATE(table<std::string, bool>({
      {"https://paypal.com/cert", true},
      {"https://api.paypal.com/cert", true},
      {"http://api.paypal.com/cert", false},
      {"https://api.paypal.com.evil.example/cert", false},
      {"https://evilpaypal.com/cert", false},
      {"https://paypal.com@evil.example/", false},
      {"https://evil.example/?paypal.com", false},
      {"https://evil.example#.paypal.com", false},
      {"https://api.paypal.com:8443/cert", false},
      {"", false},
  }));
  INFO(url);
  CHECK(bool(delivery({{"S", signature_of("secret", body)}, {"U", url}}).verify_by(*certified)) == good);
}

TEST_CASE("a secret with letters that can be written in two ways is one key") {
  const auto platform = signed_by("{ scheme: hmac_sha256, encoding: base64, signature: S, secret_in: nfkd }");
  const Delivery sent = with_signature(signature_of("e\xcc\x81", body));
  CHECK(sent.verify_by(*platform, {.current = "\xc3\xa9", .previous = {}}));
  CHECK(sent.verify_by(*platform, {.current = "e\xcc\x81", .previous = {}}));
  CHECK_FALSE(sent.verify_by(*platform, {.current = "e", .previous = {}}));
}
