#include "support.h"

#include "base/json.h"

using namespace shopbell;

namespace {

const std::string order_body =
    R"({"id":1001,"name":"#1001","order_number":1001,"email":"ann@example.com","total_price":"199.00","subtotal_price":"180.50",)"
    R"("total_tax":"8.50","total_discounts":"0.00","currency":"EUR","financial_status":"paid","fulfillment_status":null,)"
    R"("created_at":"2026-11-21T20:27:34+01:00","cancelled_at":null,"closed_at":null,"tags":"vip, gift","note":null,"source_name":"web",)"
    R"("total_shipping_price_set":{"shop_money":{"amount":"10.00","currency_code":"EUR"}},"payment_gateway_names":["visa"],)"
    R"("discount_codes":[{"code":"TEN","amount":"10.00"}],)"
    R"("line_items":[{"id":5,"sku":"MUG-1","title":"Mug","variant_title":"Blue","quantity":2,"price":"12.50","product_id":9,"properties":[]},)"
    R"({"id":6,"sku":null,"title":"Card","variant_title":null,"quantity":1,"price":"3.00","product_id":null,"properties":[{"name":"To","value":"Bo"}]}],)"
    R"("customer":{"id":7,"email":"ann@example.com","first_name":"Ann","last_name":"Lee","tags":"","email_marketing_consent":{"state":"subscribed"},)"
    R"("sms_marketing_consent":null,"default_address":{"city":"Bern","country_code":"CH","address1":"Gasse 1"}},)"
    R"("shipping_address":{"name":"Ann Lee","address1":"Gasse 1","city":"Bern","country_code":"CH","address2":null}})";

Taken taken_from(const Delivery& delivery, Arena& arena) {
  auto result = delivery.take(arena);
  if (!result) UNSCOPED_INFO(result.error().code << ": " << result.error().message);
  REQUIRE(result);
  REQUIRE(result->events.size() == 1);
  return std::move(result->events[0]);
}

}  // namespace

TEST_CASE("a Shopify order becomes the canonical order and its customer") {
  Arena arena;
  const Taken taken = taken_from(Delivery("orders/create", order_body), arena);
  CHECK(taken.event.type == "order.placed");
  CHECK(taken.event.subject == "customer:7");
  CHECK(taken.event.source == "shopify/demo");
  CHECK(
      to_json(taken.event.data["order"]) ==
      R"({"id":1001,"name":"#1001","number":1001,"currency":"EUR","total":199.0,"subtotal":180.5,"shipping":10.0,"tax":8.5,"discount":0.0,)"
      R"("discount_codes":["TEN"],"status":"open","payment_status":"paid","fulfillment_status":"unfulfilled",)"
      R"("items":[{"id":5,"product_id":9,"sku":"MUG-1","title":"Mug","variant":"Blue","quantity":2,"price":12.5},)"
      R"({"id":6,"title":"Card","quantity":1,"price":3.0,"properties":[{"name":"To","value":"Bo"}]}],"items_count":3,)"
      R"("email":"ann@example.com","tags":["vip","gift"],"source":"web","gateway":"visa","gateways":["visa"],"country":"CH",)"
      R"("shipping_address":{"name":"Ann Lee","street":"Gasse 1","city":"Bern","country_code":"CH"},)"
      R"("placed_at":"2026-11-21T19:27:34Z","created_at":"2026-11-21T19:27:34Z"})");
  CHECK(
      to_json(taken.event.data["customer"]) ==
      R"({"id":7,"email":"ann@example.com","name":"Ann Lee","first_name":"Ann","last_name":"Lee","country":"CH","city":"Bern",)"
      R"("consent":{"email":true},"accepts_email":true,"tags":[],"address":{"street":"Gasse 1","city":"Bern","country_code":"CH"}})");
}

TEST_CASE("the platform's own body is kept byte for byte, and the line reads back as the event") {
  Arena arena;
  const Taken taken = taken_from(Delivery("orders/create", order_body), arena);
  CHECK(taken.line.find("\"raw\":" + order_body) != std::string::npos);
  CHECK(taken.line.find('\n') == std::string::npos);
  Arena other;
  const auto again = read_line(taken.line, other);
  REQUIRE(again);
  CHECK(same(again->data, taken.event.data));
  CHECK(again->id == taken.event.id);
  CHECK(again->subject == taken.event.subject);
  CHECK(again->at == taken.event.at);
}

TEST_CASE("a body with line breaks is made one line, its texts untouched") {
  Arena arena;
  const Taken taken = taken_from(Delivery("orders/delete", "{\r\n  \"id\": 5,\n  \"t\": \"a  b\"\n}\n"), arena);
  CHECK(taken.line.ends_with(R"("raw":{"id":5,"t":"a  b"}}})"));
  CHECK(read_line(taken.line, arena));
}

TEST_CASE("an order without an account is about its e-mail address") {
  Arena arena;
  const Taken taken = taken_from(
      Delivery(
          "orders/create",
          R"({"id":1,"email":"Ann@Example.com","customer":null,"billing_address":{"first_name":"Ann","name":"Ann Lee"}})"),
      arena);
  CHECK(taken.event.subject == "customer:ann@example.com");
  CHECK(to_json(taken.event.data["customer"]) == R"({"email":"Ann@Example.com","name":"Ann Lee","first_name":"Ann"})");
  CHECK(taken_from(Delivery("orders/create", R"({"id":1,"email":"","customer":null})"), arena).event.subject ==
        "order:1");
}

TEST_CASE("an event bears the sender's id within its topic and shop, and else that of its body") {
  Arena arena;
  Delivery delivery("orders/create", R"({"id":1})");
  const std::string by_body(taken_from(delivery, arena).event.id);
  CHECK(by_body == taken_from(delivery, arena).event.id);
  CHECK(by_body != taken_from(Delivery("orders/create", R"({"id":2})"), arena).event.id);
  CHECK(by_body != taken_from(Delivery("orders/paid", R"({"id":1})"), arena).event.id);

  delivery.headers["X-Shopify-Webhook-Id"] = "w-1";
  CHECK(taken_from(delivery, arena).event.id == "w-1");
  delivery.headers["X-Shopify-Event-Id"] = "e-1";
  CHECK(taken_from(delivery, arena).event.id == "e-1:orders/create");
  delivery.headers["X-Shopify-Shop-Domain"] = "demo.myshopify.com";
  CHECK(taken_from(delivery, arena).event.id == "e-1:orders/create:demo.myshopify.com");
}

TEST_CASE("a webhook sent again under another delivery id is the same event") {
  Arena arena;
  Delivery delivery("orders/create", R"({"id":1})");
  delivery.headers["X-Shopify-Event-Id"] = "e-1";
  delivery.headers["X-Shopify-Webhook-Id"] = "w-1";
  const std::string digest = taken_from(delivery, arena).digest;
  delivery.headers["X-Shopify-Webhook-Id"] = "w-2";
  CHECK(taken_from(delivery, arena).digest == digest);
  CHECK(digest.size() == 16);
}

TEST_CASE("an event happened when Shopify says, else when it came") {
  Arena arena;
  Delivery delivery("orders/create", R"({"id":1})");
  CHECK(taken_from(delivery, arena).event.at == test_time);
  delivery.headers["X-Shopify-Triggered-At"] = "2026-11-21T20:27:34.123456Z";
  CHECK(format_rfc3339(taken_from(delivery, arena).event.at) == "2026-11-21T20:27:34.123Z");
  delivery.headers["X-Shopify-Triggered-At"] = "soon";
  CHECK(taken_from(delivery, arena).event.at == test_time);
}

TEST_CASE("what the topic means may hang on the body") {
  const auto [topic, body, type] = GENERATE(table<std::string, std::string, std::string>({
      {"checkouts/update", R"({"token":"t","completed_at":null})", "checkout.updated"},
      {"checkouts/update", R"({"token":"t","completed_at":"2026-01-01T00:00:00Z"})", "checkout.completed"},
      {"fulfillment_events/create", R"({"status":"delivered"})", "shipment.delivered"},
      {"fulfillment_events/create", R"({"status":"attempted_delivery"})", "shipment.updated"},
      {"order_transactions/create", R"({"kind":"sale","status":"success"})", "payment.succeeded"},
      {"order_transactions/create", R"({"kind":"sale","status":"failure"})", "payment.failed"},
      {"disputes/update", R"({"status":"won"})", "dispute.closed"},
      {"disputes/update", R"({"status":"under_review"})", "dispute.updated"},
  }));
  INFO(topic << " " << body);
  Arena arena;
  CHECK(taken_from(Delivery(topic, body), arena).event.type == type);
}

TEST_CASE("topics that concern nobody are taken and ignored, with the reason") {
  const auto [topic, body, topic_known] = GENERATE(table<std::string, std::string, bool>({
      {"app/uninstalled", R"({"id":1})", true},
      {"themes/publish", R"({"id":1})", true},
      {"order_transactions/create", R"({"kind":"void","status":"success"})", true},
      {"brand/new", R"({"id":1})", false},
  }));
  INFO(topic);
  Arena arena;
  const auto result = Delivery(topic, body).take(arena);
  REQUIRE(result);
  CHECK(result->events.empty());
  CHECK_FALSE(result->ignored.empty());
  CHECK(result->topic == (topic_known ? topic : ""));
}

TEST_CASE("a webhook that is not what it should be is refused with the right status") {
  struct Case {
    std::string topic, body, code;
    int status;
  };
  const Case c = GENERATE(values<Case>({
      {"", R"({"id":1})", "no_topic", 400},
      {"orders/create", "", "bad_json", 400},
      {"orders/create", "{\"id\":1", "bad_json", 400},
      {"orders/create", "{\"id\":\"\xff\"}", "bad_json", 400},
      {"orders/create", "[]", "bad_event", 422},
      {"orders/create", "7", "bad_event", 422},
  }));
  INFO(c.topic << " " << c.body);
  Arena arena;
  const auto result = Delivery(c.topic, c.body).take(arena);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == c.code);
  CHECK(http_status(result.error()) == c.status);
}

TEST_CASE("nothing is parsed, and no topic is told, before the signature holds") {
  Arena arena;
  Delivery delivery("orders/create", "{");
  delivery.headers["X-Shopify-Hmac-SHA256"] = signature_of("another", delivery.body);
  CHECK(delivery.take(arena).error().code == "bad_signature");
  delivery.headers.erase("X-Shopify-Hmac-SHA256");
  CHECK(delivery.take(arena).error().code == "bad_signature");
  CHECK(Delivery("orders/create", "{}").take(arena, {.current = "", .previous = ""}).error().code == "bad_signature");
  CHECK(Delivery("orders/create", "{}").take(arena, {.current = "new", .previous = "secret"}));
}

TEST_CASE("an id longer than an event's may be becomes its digest") {
  Arena arena;
  Delivery delivery("orders/create", R"({"id":1})");
  delivery.headers["X-Shopify-Event-Id"] = std::string(event_id_bytes_max, 'x');
  const std::string first(taken_from(delivery, arena).event.id);
  CHECK(first.size() == 32);
  delivery.headers["X-Shopify-Event-Id"] += "y";
  CHECK(taken_from(delivery, arena).event.id != first);
}

TEST_CASE("a basket that nobody owns yet is a subject by itself") {
  Arena arena;
  const Delivery delivery("carts/update", R"({"id":"tok","token":"tok","line_items":[{"quantity":2,"line_price":"5.00"},)"
                                          R"({"quantity":1,"line_price":"2.50"}]})");
  const Taken taken = taken_from(delivery, arena);
  CHECK(taken.event.subject == "cart:tok");
  CHECK(to_json(taken.event.data["cart"]) ==
        R"({"id":"tok","token":"tok","total":7.5,"items":[{"quantity":2,"total":5.0},{"quantity":1,"total":2.5}],)"
        R"("items_count":3})");
}

TEST_CASE("a subject of the topic's own is used where the platform file gives one") {
  const auto platform = platform_of(R"(platform: p
verify: { scheme: hmac_sha256, encoding: base64, signature: X-Shopify-Hmac-SHA256 }
topic: X-Shopify-Topic
topics: { t: { type: x.y, subject: "'basket:' + body.b", data: { customer: { id: body.c } } } }
)");
  Arena arena;
  const auto named = Delivery("t", R"({"b":"1","c":7})").take_by(*platform, arena);
  REQUIRE(named);
  CHECK(named->events.at(0).event.subject == "basket:1");
  const auto unnamed = Delivery("t", R"({"c":7})").take_by(*platform, arena);
  REQUIRE(unnamed);
  CHECK(unnamed->events.at(0).event.subject == "customer:7");
}
