// Segments follow the profile: with each event, with time, and when their definitions change.

#include "house.h"

#include "base/json.h"
#include "core/segments.h"
#include "serve/sweep.h"
#include "support/catch.h"

using namespace shopbell;

namespace {

constexpr Millis day{24 * 3'600'000};

constexpr auto file = R"(vip: customer.lifetime_value >= 100
one_time_buyer: customer.orders_count == 1
shoe_fan: "'Shoes' in customer.categories"
at_risk: { if: customer.last_seen < now - duration("90d"), title: Long gone }
)";

std::string order(int id, double total) {
  return R"({"customer":{"id":7},"order":{"id":)" + std::to_string(id) + R"(,"total":)" + std::to_string(total) + R"(,"currency":"EUR"}})";
}

std::string segments_of(House& house, const std::string& name = "7") { return to_json(house.subject(name).profile["segments"]); }

std::string categories_of(House& house, const std::string& name = "7") { return to_json(house.subject(name).profile["categories"]); }

/// One pass over all subjects, as the shard makes it. How many of them changed.
std::size_t sweep(House& house, Sweep& sweeper) {
  REQUIRE(sweeper.use(house.workflows(), house.store()));
  std::size_t changed = 0;
  for (;;) {
    house.now = std::max(house.now, sweeper.next() == Time::max() ? house.now : sweeper.next());
    auto entries = sweeper.page(house.workflows(), house.store(), house.catalogue, house.now);
    REQUIRE(entries);
    for (Entry& entry : *entries) house.give(entry.subject, entry.input);
    changed += entries->size();
    if (sweeper.next() - house.now != sweep_pause) return changed;
  }
}

}  // namespace

TEST_CASE("a customer enters and leaves segments as orders arrive, and both start workflows") {
  House house;
  house.set_segments(file);
  house.add_yaml("workflow: welcome-vip\non: { event: segment.entered, where: segment.name == \"vip\" }\nsteps: [note: \"welcome {{ customer.segments | join: ',' }}\"]\n");
  house.add_yaml("workflow: again\non: { event: segment.left, where: segment.name == \"one_time_buyer\" }\nsteps: [note: came again]\n");
  house.event("order.placed", order(1, 60));
  CHECK(segments_of(house) == R"(["one_time_buyer"])");
  house.event("order.placed", order(2, 60));
  CHECK(segments_of(house) == R"(["vip"])");
  CHECK(house.noted("note", "welcome vip") == 1);
  CHECK(house.noted("note", "came again") == 1);
  CHECK(house.noted("segment_entered", "customer.lifetime_value >= 100") == 1);
}

TEST_CASE("conditions see the segments as of the event that they decide about") {
  House house;
  house.set_segments(file);
  house.add_yaml("workflow: big\non: order.placed\nif: \"'vip' in customer.segments\"\nsteps: [note: a vip's order]\n");
  house.event("order.placed", order(1, 100));
  CHECK(house.noted("note", "a vip's order") == 1);
}

TEST_CASE("what a product is filed under makes who buys it a fan, and is in every customer's profile") {
  House house;
  const bool with_segments = GENERATE(true, false);
  if (with_segments) house.set_segments(file);
  house.event("product.created", R"({"product":{"id":9,"type":"Shoes"}})");
  house.event("product.updated", R"({"product":{"id":9,"variant_id":91,"stock":3}})");
  house.event("order.placed", R"({"customer":{"id":7},"order":{"id":1,"total":1,"items":[{"product_id":9},{"product_id":9},{"product_id":10}]}})");
  CHECK(categories_of(house) == R"(["Shoes"])");
  if (with_segments) CHECK(segments_of(house) == R"(["one_time_buyer","shoe_fan"])");
  CHECK(house.noted("segment_entered", "'Shoes' in customer.categories") == (with_segments ? 1 : 0));
  house.event("order.placed", R"({"customer":{"id":7},"order":{"id":2,"total":1,"items":[{"product_id":9,"category":"Boots"},{"product_id":9}]}})");
  CHECK(categories_of(house) == R"(["Shoes","Boots"])");
  CHECK(house.inputs.size() == (with_segments ? 7 : 4));  // no event of the engine's own for a product
}

TEST_CASE("a product that is told of after it was bought is in the profile when all are looked at, or the customer is heard of") {
  House house;
  house.set_segments(file);
  house.event("order.placed", R"({"customer":{"id":7},"order":{"id":1,"total":1,"items":[{"product_id":9},{"product_id":10}]}})");
  house.event("order.placed", R"({"customer":{"id":8},"order":{"id":2,"total":1,"items":[{"product_id":9}]}})");
  Sweep sweeper;
  CHECK(sweep(house, sweeper) == 0);
  house.event("product.created", R"({"product":{"id":9,"type":"Shoes"}})");
  CHECK(categories_of(house) == "null");
  house.event("customer.updated", R"({"customer":{"id":8}})");
  CHECK(categories_of(house, "8") == R"(["Shoes"])");
  CHECK(segments_of(house, "8") == R"(["one_time_buyer","shoe_fan"])");
  sweeper.look_again();
  CHECK(sweep(house, sweeper) == 1);
  CHECK(categories_of(house) == R"(["Shoes"])");
  CHECK(segments_of(house) == R"(["one_time_buyer","shoe_fan"])");
  CHECK(house.noted("segment_entered", "'Shoes' in customer.categories") == 2);
}

TEST_CASE("what products are filed under outlives a restart, many variants, and an older word that comes late") {
  House house;
  house.event("product.created", R"({"product":{"id":9,"type":"Shoes"}})");
  house.event("product.updated", R"({"product":{"id":9,"type":"Old"}})", day);
  for (int variant = 1; variant <= 30; ++variant)
    house.event("product.updated", R"({"product":{"id":9,"variant_id":)" + std::to_string(variant) + R"(,"stock":3}})");
  if (GENERATE(false, true)) house.reopen();
  house.event("order.placed", R"({"customer":{"id":7},"order":{"id":1,"total":1,"items":[{"product_id":9}]}})");
  CHECK(categories_of(house) == R"(["Shoes"])");
  house.event("product.updated", R"({"product":{"id":9,"type":"Boots"}})");
  house.event("order.placed", R"({"customer":{"id":7},"order":{"id":2,"total":1,"items":[{"product_id":9}]}})");
  CHECK(categories_of(house) == R"(["Shoes","Boots"])");
}

TEST_CASE("all are looked at again once products are filed otherwise, and at most once an hour") {
  House house;
  Sweep sweeper;
  const auto look = [&] { return sweeper.page(house.workflows(), house.store(), house.catalogue, house.now).value().size(); };
  CHECK(sweeper.next() == Time::max());
  sweeper.look_again();
  CHECK(sweeper.next() <= house.now);
  CHECK(look() == 0);
  CHECK(sweeper.next() == Time::max());
  sweeper.look_again();
  CHECK(sweeper.next() == house.now + sweep_every);
}

TEST_CASE("what a workflow does changes segments, too") {
  House house;
  house.set_segments("tagged: \"'x' in customer.tags\"\n");
  house.add_yaml("workflow: mark\non: order.placed\nsteps: [tag: { add: [x] }]\n");
  house.add_yaml("workflow: told\non: segment.entered\nsteps: [note: \"in {{ segment.name }}\"]\n");
  house.event("order.placed", order(1, 1));
  CHECK(house.noted("note", "in tagged") == 1);
}

TEST_CASE("workflows and segments that chase each other come to an end") {
  House house;
  house.set_segments("tagged: \"'x' in customer.tags\"\n");
  house.add_yaml("workflow: on\non: [order.placed, segment.left]\nsteps: [tag: { add: [x] }]\n");
  house.add_yaml("workflow: off\non: segment.entered\nsteps: [tag: { remove: [x] }]\n");
  house.event("order.placed", order(1, 1));
  CHECK(house.noted("too_deep") == 1);
}

TEST_CASE("time alone puts a customer into a segment, when all are looked at") {
  House house;
  house.set_segments(file);
  house.add_yaml("workflow: win-back\non: { event: segment.entered, where: segment.name == \"at_risk\" }\nsteps: [note: \"{{ segment.title }}\"]\n");
  house.event("order.placed", order(1, 60));
  Sweep sweeper;
  CHECK(sweep(house, sweeper) == 0);
  house.now += 89 * day;
  CHECK(sweep(house, sweeper) == 0);
  house.now += 2 * day;
  CHECK(sweep(house, sweeper) == 1);
  CHECK(segments_of(house) == R"(["at_risk","one_time_buyer"])");
  house.event("customer.updated", R"({"customer":{"id":7}})");
  CHECK(segments_of(house) == R"(["one_time_buyer"])");
}

TEST_CASE("who is in a new segment is so without an event; a restart makes it no newer") {
  House house;
  house.set_segments(file);
  house.add_yaml("workflow: told\non: segment.entered\nsteps: [note: \"in {{ segment.name }}\"]\n");
  house.event("order.placed", order(1, 60));
  CHECK(house.noted("note", "in one_time_buyer") == 1);
  house.set_segments("buyer: customer.orders_count > 0\n");
  Sweep sweeper;
  CHECK(sweep(house, sweeper) == 1);
  CHECK(segments_of(house) == R"(["buyer"])");
  CHECK(house.noted("note", "in buyer") == 0);
  const auto done = sweeper.done();
  REQUIRE(done);
  CHECK(done->workflow == "segments.yaml");
  CHECK_FALSE(sweeper.done());
}

TEST_CASE("the store knows who is in a segment, and a merge leaves nobody in twice") {
  House house;
  house.set_segments("buyer: customer.orders_count > 0\n");
  house.add_yaml("workflow: told\non: segment.entered\nsteps: [note: \"{{ event.subject }} bought\"]\n");
  house.event("order.placed", R"({"customer":{"email":"a@x.com"},"order":{"id":1}})");
  house.event("order.placed", R"({"customer":{"id":8},"order":{"id":2}})");
  house.event("order.placed", R"({"customer":{"id":7,"email":"a@x.com"},"order":{"id":3}})");
  const auto counts = house.reader().segments();
  REQUIRE(counts);
  REQUIRE(counts->size() == 1);
  CHECK(counts->front().segment == "buyer");
  CHECK(counts->front().count == 2);
  CHECK(house.noted("note", "customer:a@x.com bought") == 1);
  CHECK(house.noted("note", "customer:7 bought") == 0);  // who has been in it under the other name
  const auto members = house.reader().members("buyer", {}, 10);
  REQUIRE(members);
  CHECK(*members == std::vector<std::string>{"customer:7", "customer:8"});
  CHECK(house.reader().members("buyer", "customer:7", 10).value() == std::vector<std::string>{"customer:8"});
}
