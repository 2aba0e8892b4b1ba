// What comes late, twice and out of order: an older word never takes the place of a newer one.

#include "base/json.h"
#include "core/things.h"
#include "load/vocabulary.h"
#include "support/catch.h"
#include "support/shop.h"

using namespace shopbell;
using namespace shopbell::story;

namespace {

constexpr auto watcher = R"(
workflow: watcher
on: [order.updated, order.paid, customer.updated, product.updated, cart.updated]
steps:
  - if: event.stale
    then: [ log: "{{ event.type }} late" ]
    else: [ log: "{{ event.type }}" ]
)";

/// An event as intake makes it: its times are times.
void told(Shop& shop, Arena& arena, std::string_view type, const std::string& json, Millis ago = Millis{0}) {
  static int number = 0;
  const auto parsed = parse_json(json, arena);
  REQUIRE(parsed);
  Event event;
  event.id = arena.copy("t" + std::to_string(++number));
  event.source = "test";
  event.type = type;
  event.subject = "customer:7";
  event.at = shop.now - ago;
  event.data = conform(type, *parsed, arena);
  shop.give("customer:7", {shop.now, Received{event, 0, {}, {}}});
}

std::string order(int id, const char* updated) {
  return R"({"order":{"id":)" + std::to_string(id) + R"(,"updated_at":"2027-01-15T)" + updated +
         R"(Z"},"customer":{"id":7}})";
}

}  // namespace

TEST_CASE("an event is stale when its thing was told of as of a later time, by the platform's own updated time") {
  Arena arena;
  Shop shop;
  shop.add_yaml(watcher);
  told(shop, arena, "order.updated", order(1, "07:30:00"));
  told(shop, arena, "order.updated", order(1, "07:10:00"));
  told(shop, arena, "order.updated", order(2, "07:10:00"));
  told(shop, arena, "order.updated", order(1, "07:30:00"));
  told(shop, arena, "order.paid", order(1, "07:29:59"));
  told(shop, arena, "order.updated", order(1, "07:31:00"));
  CHECK(shop.log == std::vector<std::string>{"order.updated", "order.updated late", "order.updated", "order.updated",
                                             "order.paid late", "order.updated"});
  CHECK(shop.noted("stale", "order:1"));
}

TEST_CASE("without an updated time, events are compared by their own") {
  Arena arena;
  Shop shop;
  shop.add_yaml(watcher);
  told(shop, arena, "cart.updated", R"({"cart":{"token":"c1"}})", Millis{60'000});
  told(shop, arena, "cart.updated", R"({"cart":{"token":"c1"}})", Millis{120'000});
  told(shop, arena, "cart.updated", R"({"cart":{"token":"c2"}})", Millis{180'000});
  CHECK(shop.log == std::vector<std::string>{"cart.updated", "cart.updated late", "cart.updated"});
}

TEST_CASE("an older customer never takes the place of a newer one, whenever their events happened") {
  Arena arena;
  Shop shop;
  const auto customer = [](const char* city, const char* updated) {
    return std::string(R"({"customer":{"id":7,"city":")") + city + R"(","updated_at":"2027-01-15T)" + updated + R"(Z"}})";
  };
  told(shop, arena, "customer.updated", customer("Lyon", "07:00:00"), Millis{60'000});
  told(shop, arena, "customer.updated", customer("Paris", "06:00:00"));
  CHECK(shop.subject().profile["city"].text() == "Lyon");
  told(shop, arena, "customer.updated", customer("Nice", "07:10:00"), Millis{120'000});
  CHECK(shop.subject().profile["city"].text() == "Nice");
}

TEST_CASE("a late word of an order does not change the status that is known") {
  Arena arena;
  Shop shop;
  told(shop, arena, "order.placed", order(1, "07:00:00"), Millis{60'000});
  told(shop, arena, "order.cancelled", order(1, "07:20:00"), Millis{50'000});
  told(shop, arena, "order.paid", order(1, "07:10:00"), Millis{0});
  CHECK(shop.subject().profile["last_order"]["status"].text() == "cancelled");
}

TEST_CASE("a run keeps that its trigger came late, over a restart") {
  Arena arena;
  Shop shop;
  shop.add_yaml(R"(
workflow: later
on: order.updated
steps:
  - wait: 1h
  - if: event.stale
    then: [ log: "it was late" ]
)");
  told(shop, arena, "order.updated", order(1, "07:30:00"));
  told(shop, arena, "order.updated", order(1, "07:10:00"));
  shop.pass("2h");
  CHECK(shop.log == std::vector<std::string>{"it was late"});
}

TEST_CASE("a subject knows of so many things at most, those told of last") {
  Arena arena;
  Shop shop;
  for (int id = 1; id <= static_cast<int>(things_max) + 5; ++id) told(shop, arena, "order.updated", order(id, "07:00:00"));
  const Value things = shop.subject().things;
  CHECK(things.size() == things_max);
  CHECK(things["order:1"].is_null());
  CHECK_FALSE(things["order:29"].is_null());
  told(shop, arena, "order.updated", R"({"order":{"id":")" + std::string(thing_key_bytes_max, 'x') + R"("}})");
  CHECK(shop.subject().things.size() == things_max);
}
