// What each platform wants to hear when its webhook was taken: some count anything but their own code as a failure, and
// turn the webhook off.

#include "intake/sign.h"
#include "serve/clock.h"
#include "support/catch.h"
#include "support/program.h"

using namespace shopbell;

namespace {

struct Case {
  const char *platform, *topic;  // a header
  const char* body;
  int status;
  bool silent;  // nothing but the status
};

const std::vector<Case> cases{
    {"shopify", "X-Shopify-Topic: orders/create", R"({"id":1})", 202, false},
    {"woocommerce", "X-WC-Webhook-Topic: order.created", R"({"id":1})", 200, true},
    {"bigcommerce", "X: y", R"({"scope":"store/order/created","data":{"id":1}})", 202, false},
    {"stripe", "X: y", R"({"id":"evt_1","type":"customer.created","data":{"object":{"id":"cus_1"}}})", 202, false},
    {"square", "X: y", R"({"event_id":"e","type":"customer.created","data":{"object":{"customer":{"id":"c"}}}})", 202, false},
    {"messenger", "X: y", R"({"entry":[{"messaging":[{"sender":{"id":"1"},"recipient":{"id":"2"},"timestamp":1700000000000,"message":{"mid":"m","text":"hi"}}]}]})", 200, true},
    {"telegram", "X: y", R"({"update_id":1,"message":{"message_id":1,"from":{"id":5},"chat":{"id":5},"date":1700000000,"text":"hi"}})", 202, false},
    {"mailgun", "X: y", R"({"signature":{"token":"t"},"event-data":{"id":"e","event":"delivered","recipient":"a@b.example","timestamp":1700000000}})", 200, true},
    {"postmark", "X: y", R"({"RecordType":"Delivery","MessageID":"m","Recipient":"a@b.example"})", 200, true},
    {"intercom", "X: y", R"({"id":"n1","topic":"contact.user.created","data":{"item":{"type":"contact","id":"c","email":"a@b.example"}}})", 200, true},
    {"easypost", "X: y", R"({"id":"e1","description":"tracker.updated","result":{"id":"t","status":"delivered","tracking_code":"1"}})", 202, false},
    {"standard_webhooks", "X: y", R"({"type":"order.placed","data":{"order":{"id":1}}})", 202, false},
    {"custom", "X: y", R"({"id":"1","type":"order.placed","data":{"order":{"id":1}}})", 202, false},
};

std::string secret_of(std::string_view platform) {
  return platform == "standard_webhooks" ? "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" : "right";
}

std::string request_of(const Case& c) {
  Arena arena;
  const std::function<std::string_view(std::string_view)> none = [](std::string_view) { return std::string_view(); };
  const std::string secret = secret_of(c.platform), url = "https://shop.example/hooks/" + std::string(c.platform);
  const auto made = sign(*find_platform(c.platform), {secret, {}, {}}, {c.platform, none, c.body, wall_clock(), url}, arena);
  REQUIRE(made);
  std::string text = "POST /hooks/" + std::string(c.platform) + " HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n" + c.topic + "\r\n";
  for (const auto& [name, value] : made->headers) text += name + ": " + value + "\r\n";
  return text + "Content-Length: " + std::to_string(made->body.size()) + "\r\n\r\n" + made->body;
}

}  // namespace

TEST_CASE("each platform hears the code that it takes for success, and again when it sends again") {
  TempFolder folder;
  std::string shop = "shop: test\nsources:\n";
  for (const Case& c : cases)
    shop += "  " + std::string(c.platform) + ": { platform: " + c.platform + ", secret: " + secret_of(c.platform) +
            ", verify_token: t, url: 'https://shop.example/hooks/" + c.platform + "' }\n";
  folder.write("shopbell.yaml", shop);
  folder.write("workflows/tell.yaml", "workflow: tell\non: order.placed\nsteps:\n  - note: seen\n");
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  for (const Case& c : cases) {
    INFO(c.platform);
    const std::string bytes = request_of(c);
    RawClient client(server.port());
    client.send(bytes);
    const auto first = client.response();
    REQUIRE(first);
    CHECK(first->status == c.status);
    CHECK(first->body.empty() == c.silent);
    client.send(bytes);
    const auto second = client.response();
    REQUIRE(second);
    CHECK(second->status == 200);
  }
  CHECK(get(server.port(), "/metrics")->body.find("shopbell_events_repeated_total " + std::to_string(cases.size()) + "\n") != std::string::npos);
}

TEST_CASE("Adobe Commerce's question is answered with its text") {
  TempFolder folder;
  folder.write("shopbell.yaml", "shop: test\nsources:\n  adobe: { platform: adobe_commerce, secret: any }\n");
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  const auto answer = get(server.port(), "/hooks/adobe?challenge=abc-1");
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->body == "abc-1");
}
