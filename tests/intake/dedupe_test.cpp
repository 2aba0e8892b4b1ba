// What makes an event the same, by platform: a table of two deliveries each.

#include "support.h"

using namespace shopbell;

namespace {

using Headers = std::map<std::string, std::string>;

struct Sent {
  Headers headers;
  std::string body;
};

struct Case {
  const char* platform;
  const char* what;
  Sent one, other;
  bool same;
};

const std::string shop = "X-Shopify-Shop-Domain", topic = "X-Shopify-Topic", event = "X-Shopify-Event-Id", delivery = "X-Shopify-Webhook-Id";
const std::string woo_topic = "X-WC-Webhook-Topic", woo_delivery = "X-WC-Webhook-Delivery-ID";
const std::string order = R"({"id":1})", other_order = R"({"id":2})";
const std::string redact = R"({"shop_domain":"a","customer":{"id":7},"orders_to_redact":[]})";
const std::string paid = R"({"id":"evt_1","type":"charge.succeeded","data":{"object":{"id":"ch_1"}}})";

const std::vector<Case> cases{
    {"shopify", "one Event-Id, delivered twice", {{{topic, "orders/create"}, {event, "e"}, {shop, "a"}, {delivery, "1"}}, order}, {{{topic, "orders/create"}, {event, "e"}, {shop, "a"}, {delivery, "2"}}, order}, true},
    {"shopify", "one Event-Id, a body that was made anew", {{{topic, "orders/create"}, {event, "e"}, {shop, "a"}}, order}, {{{topic, "orders/create"}, {event, "e"}, {shop, "a"}}, R"({"id":1,"note":""})"}, true},
    {"shopify", "one Event-Id under another topic", {{{topic, "orders/create"}, {event, "e"}, {shop, "a"}}, order}, {{{topic, "orders/paid"}, {event, "e"}, {shop, "a"}}, order}, false},
    {"shopify", "one Event-Id of another shop", {{{topic, "orders/create"}, {event, "e"}, {shop, "a"}}, order}, {{{topic, "orders/create"}, {event, "e"}, {shop, "b"}}, order}, false},
    {"shopify", "another Event-Id with the same body", {{{topic, "orders/create"}, {event, "e"}, {shop, "a"}}, order}, {{{topic, "orders/create"}, {event, "f"}, {shop, "a"}}, order}, true},
    {"shopify", "another Event-Id with the same body in another shop", {{{topic, "orders/create"}, {event, "e"}, {shop, "a"}}, order}, {{{topic, "orders/create"}, {event, "f"}, {shop, "b"}}, order}, false},
    {"shopify", "another Event-Id with another body", {{{topic, "orders/create"}, {event, "e"}, {shop, "a"}}, order}, {{{topic, "orders/create"}, {event, "f"}, {shop, "a"}}, other_order}, false},
    {"shopify", "another Event-Id with the same body under another topic", {{{topic, "orders/create"}, {event, "e"}, {shop, "a"}}, order}, {{{topic, "orders/paid"}, {event, "f"}, {shop, "a"}}, order}, false},
    {"shopify", "somebody is to be forgotten once more", {{{topic, "customers/redact"}, {event, "e"}, {shop, "a"}}, redact}, {{{topic, "customers/redact"}, {event, "f"}, {shop, "a"}}, redact}, false},
    {"shopify", "without an id the same body", {{{topic, "orders/create"}}, order}, {{{topic, "orders/create"}}, order}, true},
    {"shopify", "an id that is lost on the way", {{{topic, "orders/create"}, {event, "e"}, {shop, "a"}}, order}, {{{topic, "orders/create"}, {shop, "a"}}, order}, true},
    {"shopify", "without an id another body", {{{topic, "orders/create"}}, order}, {{{topic, "orders/create"}}, other_order}, false},
    {"woocommerce", "the same body under another Delivery-ID", {{{woo_topic, "order.created"}, {woo_delivery, "1"}}, order}, {{{woo_topic, "order.created"}, {woo_delivery, "2"}}, order}, true},
    {"woocommerce", "another body under the same Delivery-ID", {{{woo_topic, "order.created"}, {woo_delivery, "1"}}, order}, {{{woo_topic, "order.created"}, {woo_delivery, "1"}}, other_order}, false},
    {"woocommerce", "the same body under another topic", {{{woo_topic, "order.created"}}, order}, {{{woo_topic, "order.updated"}}, order}, false},
    {"stripe", "one event's id, sent again", {{}, paid}, {{}, R"({"id":"evt_1","type":"charge.succeeded","pending_webhooks":0,"data":{"object":{"id":"ch_1"}}})"}, true},
    {"stripe", "another event about the same object", {{}, paid}, {{}, R"({"id":"evt_2","type":"charge.succeeded","data":{"object":{"id":"ch_1"}}})"}, false},
    {"standard_webhooks", "one webhook-id", {{{"webhook-id", "msg_1"}, {"webhook-timestamp", "1"}}, R"({"type":"order.placed","data":{"order":{"id":1}}})"}, {{{"webhook-id", "msg_1"}, {"webhook-timestamp", "2"}}, R"({"type":"order.placed","data":{"order":{"id":1}}})"}, true},
    {"standard_webhooks", "another webhook-id with the same body", {{{"webhook-id", "msg_1"}}, R"({"type":"order.placed","data":{"order":{"id":1}}})"}, {{{"webhook-id", "msg_2"}}, R"({"type":"order.placed","data":{"order":{"id":1}}})"}, true},
    {"standard_webhooks", "svix's name of it", {{{"svix-id", "msg_1"}}, R"({"type":"order.placed","data":{"order":{"id":1}}})"}, {{{"webhook-id", "msg_1"}}, R"({"type":"order.placed","data":{"order":{"id":1}}})"}, true},
    {"bigcommerce", "one webhook-id", {{{"webhook-id", "1"}}, R"({"scope":"store/order/created","data":{"id":7}})"}, {{{"webhook-id", "1"}}, R"({"scope":"store/order/created","data":{"id":7}})"}, true},
    {"bigcommerce", "another webhook-id with the same body", {{{"webhook-id", "1"}}, R"({"scope":"store/order/created","created_at":1,"data":{"id":7}})"}, {{{"webhook-id", "2"}}, R"({"scope":"store/order/created","created_at":1,"data":{"id":7}})"}, true},
    {"bigcommerce", "the same told of again, later", {{{"webhook-id", "1"}}, R"({"scope":"store/order/updated","created_at":1,"data":{"id":7}})"}, {{{"webhook-id", "2"}}, R"({"scope":"store/order/updated","created_at":2,"data":{"id":7}})"}, false},
    {"paypal", "one event's id", {{}, R"({"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"id":"c"}})"}, {{}, R"({"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"id":"c"},"links":[]})"}, true},
    {"square", "one event_id", {{}, R"({"event_id":"1","type":"payment.created","data":{"object":{"payment":{"id":"p","status":"COMPLETED"}}}})"}, {{}, R"({"event_id":"1","type":"payment.created","data":{"object":{"payment":{"id":"p","status":"COMPLETED"}}},"created_at":"2026-11-21T20:00:00Z"})"}, true},
    {"easypost", "one event's id", {{}, R"({"id":"evt_1","description":"tracker.updated","result":{"id":"t","status":"delivered"}})"}, {{}, R"({"id":"evt_1","description":"tracker.updated","result":{"id":"t","status":"delivered"},"pending_urls":[]})"}, true},
};

std::vector<std::string> digests_of(const std::string& platform, const Sent& sent) {
  Arena arena;
  Delivery webhook;
  webhook.headers = sent.headers;
  webhook.body = sent.body;
  const std::function<std::string_view(std::string_view)> header = [&](std::string_view name) {
    const auto found = webhook.headers.find(std::string(name));
    return found == webhook.headers.end() ? std::string_view() : std::string_view(found->second);
  };
  const auto taken = map_webhook(*find_platform(platform), {.endpoint = "demo", .header = header, .body = webhook.body, .received = test_time}, arena);
  REQUIRE(taken);
  INFO(taken->ignored);
  REQUIRE(taken->events.size() == 1);
  return {taken->events[0].digest, taken->events[0].body_digest};
}

}  // namespace

TEST_CASE("what makes an event the same is the platform's own rule") {
  for (const Case& c : cases) {
    INFO(c.platform << ": " << c.what);
    const auto one = digests_of(c.platform, c.one), other = digests_of(c.platform, c.other);
    CHECK((one[0] == other[0] || (!one[1].empty() && one[1] == other[1])) == c.same);
  }
}
