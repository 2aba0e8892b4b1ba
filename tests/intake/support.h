#pragma once
// A platform small enough to see through, and webhooks for it.

#include "base/hmac.h"
#include "base/json.h"
#include "base/time.h"
#include "intake/webhook.h"
#include "support/catch.h"

#include <map>
#include <string>

namespace shopbell {

const Time test_time = from_ms(1'800'000'000'000);  // 2027-01-15T08:00:00Z

inline std::shared_ptr<const Platform> platform_of(const std::string& yaml) {
  auto read = load_platform("p.yaml", yaml, {"x.y"});
  for (const Diagnostic& d : read.diagnostics) UNSCOPED_INFO(to_text(d));
  REQUIRE(read.value);
  return *read.value;
}

inline std::string signature_of(std::string_view secret, std::string_view body) {
  const Mac mac = hmac_sha256(secret, body);
  return to_base64({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

/// A webhook, its parts as they came.
struct Delivery {
  std::map<std::string, std::string> headers;
  std::string body, url, query;
  Time received = test_time;

  Delivery() = default;
  /// A signed one of Shopify's.
  Delivery(const std::string& topic, std::string sent) : body(std::move(sent)) {
    headers["X-Shopify-Topic"] = topic;
    headers["X-Shopify-Hmac-SHA256"] = signature_of("secret", body);
  }
  Result<WebhookTaken> take(Arena& arena, Secrets secrets = {.current = "secret", .previous = {}}) const {
    return take_by(*find_platform("shopify"), arena, secrets);
  }
  Result<WebhookTaken> take_by(const Platform& platform, Arena& arena,
                               Secrets secrets = {.current = "secret", .previous = {}}) const {
    const std::function<std::string_view(std::string_view)> header = reader();
    return take_webhook(platform, secrets, webhook(header), arena);
  }
  /// Whether its signature holds.
  Result<std::string> verify_by(const Platform& platform, Secrets secrets = {.current = "secret", .previous = {}}) const {
    Arena arena;
    const std::function<std::string_view(std::string_view)> header = reader();
    return verify(platform, secrets, webhook(header), parse_json(body, arena).value_or(Value()), arena);
  }

 private:
  std::function<std::string_view(std::string_view)> reader() const {
    return [this](std::string_view name) {
      const auto found = headers.find(std::string(name));
      return found == headers.end() ? std::string_view() : std::string_view(found->second);
    };
  }
  Webhook webhook(const std::function<std::string_view(std::string_view)>& header) const {
    return {.endpoint = "demo", .header = header, .body = body, .received = received, .url = url, .query = query};
  }
};

}  // namespace shopbell
