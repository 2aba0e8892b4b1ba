#include "intake/sign.h"
#include "support.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

using namespace shopbell;

namespace {

Secrets secrets_of(std::string_view platform) {
  static const std::map<std::string_view, std::string_view> own{{"standard_webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
                                                                {"custom", "token:let-me-in"},
                                                                {"sendgrid", "basic:shop:pass"}};
  const auto found = own.find(platform);
  return {found == own.end() ? std::string_view("right") : found->second, {}, "WH-1"};
}

struct Sent {
  std::map<std::string, std::string> headers;
  std::string body;
  const std::function<std::string_view(std::string_view)> look = [this](std::string_view name) {
    for (const auto& [own, value] : headers)
      if (own.size() == name.size() && std::equal(own.begin(), own.end(), name.begin(), [](char a, char b) { return std::tolower(a) == std::tolower(b); }))
        return std::string_view(value);
    return std::string_view();
  };
  Webhook webhook(Time at = test_time) const { return {"demo", look, body, at, "https://shop.example/hooks/demo"}; }
};

}  // namespace

TEST_CASE("a recorded webhook of each platform is signed so that it is taken, and no other") {
  int signed_count = 0;
  for (const std::string_view name : platform_names()) {
    INFO(name);
    const auto platform = find_platform(name);
    const Secrets secrets = secrets_of(name);
    Arena arena;
    Sent sent;
    sent.headers["Content-Type"] = name == "twilio" ? "application/x-www-form-urlencoded" : "application/json";
    sent.body = name == "twilio" ? "Body=hi&MessageSid=S1" : R"({"id":1,"signature":{"token":"abc"},"event-data":{"id":"e"}})";
    const auto made = sign(*platform, secrets, sent.webhook(), arena);
    if (name == "paypal" || name == "adobe_commerce") {
      CHECK(made.error().code == "cannot_sign");
      continue;
    }
    REQUIRE(made);
    ++signed_count;
    for (const auto& [header, value] : made->headers) sent.headers[header] = value;
    sent.body = made->body;
    const auto holds = [&](const Sent& request, Time at = test_time) {
      const auto body = parse_json(request.body, arena);
      return bool(verify(*platform, secrets, request.webhook(at), body.value_or(Value()), arena));
    };
    CHECK(holds(sent));
    const bool is_token = platform->verifications.back().scheme == Verification::Scheme::token || name == "custom" || name == "sendgrid";
    Sent changed = sent;
    changed.body = name == "mailgun" ? sent.body.substr(0, sent.body.find("abc")) + "abd" + sent.body.substr(sent.body.find("abc") + 3)
                                     : sent.body + " ";
    if (name == "twilio") changed.body = "Body=ho&MessageSid=S1";
    CHECK(holds(changed) == is_token);
  }
  CHECK(signed_count >= 18);
}

TEST_CASE("where a platform signs within the body, a body that is no JSON cannot be signed") {
  Arena arena;
  Sent sent;
  sent.body = "recipient=a";
  const auto made = sign(*find_platform("mailgun"), secrets_of("mailgun"), sent.webhook(), arena);
  REQUIRE_FALSE(made);
  CHECK(made.error().code == "cannot_sign");
}

namespace {

using Pem = std::pair<std::string, std::string>;  // private, public

Pem pem_of(EVP_PKEY* made) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(made, EVP_PKEY_free);
  const auto text = [](auto write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> to(BIO_new(BIO_s_mem()), BIO_free);
    write(to.get());
    char* from = nullptr;
    const long size = BIO_get_mem_data(to.get(), &from);
    return std::string(from, static_cast<std::size_t>(size));
  };
  return {text([&](BIO* to) { PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr); }),
          text([&](BIO* to) { PEM_write_bio_PUBKEY(to, key.get()); })};
}

}  // namespace

TEST_CASE("a platform that signs with a key pair is signed for with one of one's own, and with no other kind of key") {
  const Pem own = pem_of(EVP_RSA_gen(2048)), other = pem_of(EVP_RSA_gen(2048)), of_a_curve = pem_of(EVP_EC_gen("P-256"));
  for (const std::string_view name : {"adobe_commerce", "paypal"}) {
    INFO(name);
    const auto platform = find_platform(name);
    Arena arena;
    Sent sent;
    sent.headers = {{"Content-Type", "application/json"}, {"PAYPAL-TRANSMISSION-ID", "t1"}, {"PAYPAL-TRANSMISSION-TIME", "2026-11-21T12:00:00Z"},
                    {"PAYPAL-CERT-URL", "https://api.paypal.com/certs/1"}};
    sent.body = R"({"id":1})";
    const auto made = sign(*platform, {own.second, {}, "WH-1", own.first}, sent.webhook(), arena);
    REQUIRE(made);
    for (const auto& [header, value] : made->headers) sent.headers[header] = value;
    CHECK(verify(*platform, {own.second, {}, "WH-1"}, sent.webhook(), {}, arena));
    CHECK_FALSE(verify(*platform, {other.second, {}, "WH-1"}, sent.webhook(), {}, arena));
    sent.body += " ";
    CHECK_FALSE(verify(*platform, {own.second, {}, "WH-1"}, sent.webhook(), {}, arena));
    const auto trusts_paypal = sign(*platform, {"fetch", {}, "WH-1", own.first}, sent.webhook(), arena);
    if (name == "paypal") CHECK(trusts_paypal.error().code == "cannot_sign");
    for (const std::string& wrong : {of_a_curve.first, own.second, std::string("no key")})
      CHECK(sign(*platform, {own.second, {}, "WH-1", wrong}, sent.webhook(), arena).error().code == "bad_key");
  }
}
