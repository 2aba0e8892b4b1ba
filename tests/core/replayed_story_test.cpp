// What is played again without acting: it happens beside the shop, and reaches nobody.

#include "core/replayed.h"
#include "support/catch.h"
#include "support/shop.h"

#include "base/json.h"

using namespace shopbell;
using namespace shopbell::story;

namespace {

constexpr auto order = R"({"order":{"id":1001,"name":"#1001","total":140.5,"currency":"EUR"},"customer":{"id":7}})";
constexpr auto cart = R"({"cart":{"id":"c1","items":[{"sku":"X"}]},"customer":{"id":7}})";
constexpr auto shadow = "replay:march/customer:7";

Workflow reminder() {
  Workflow w = workflow("reminder", {"cart.updated"}, wait("1h"), act(send, fields("text", written("Your cart waits")), "sent"),
                        act(tag, fields("add", constant(R"(["reminded"])"))),
                        act(handoff, fields("queue", constant(R"("care")"))), wait("1h"));
  w.stop_on.push_back({"order.placed", {}});
  w.mode = Mode::single;
  return w;
}

}  // namespace

TEST_CASE("a replayed run's calls are recorded as they would have been made, and over at once") {
  Shop shop;
  shop.add(reminder());
  shop.event("cart.updated", cart, shadow);
  shop.pass("1h");
  CHECK(shop.args == std::vector<std::string>{R"({"text":"Your cart waits"})"});
  CHECK(shop.calls.empty());
  REQUIRE(shop.calls_ended.size() == 1);
  CHECK(shop.calls_ended[0].recorded);
  CHECK(shop.noted("recorded", "Your cart waits"));
  CHECK(shop.tickets.empty());
  CHECK(shop.noted("recorded", "a ticket in the queue care"));
  shop.pass("1h");
  CHECK(shop.count(RunStatus::done) == 1);
}

TEST_CASE("what is replayed touches no run, no profile and no limit of the shop's own") {
  Shop shop;
  shop.add(reminder());
  shop.event("cart.updated", cart);
  shop.event("cart.updated", cart, shadow);
  CHECK(shop.open_runs().size() == 2);  // mode: single counts each for itself
  const std::string before = shop.state();
  shop.event("order.placed", order, shadow);
  REQUIRE(shop.open_runs().size() == 1);
  CHECK(shop.state() == before);
  CHECK(shop.subject(shadow).profile["orders_count"].integer_or(0) == 1);
  shop.pass("1h");
  CHECK(shop.calls.size() == 1);
  CHECK(shop.calls_ended.empty());
}

TEST_CASE("a replayed run on a subject of its own, and what it emits, stay beside the shop") {
  Shop shop;
  Workflow by_order = workflow("by-order", {"order.placed"}, emit("loyalty.reached", fields("order", computed("order"))),
                               act(tag, fields("add", constant(R"(["vip"])"))));
  by_order.per_text = "order";
  shop.add(std::move(by_order));
  shop.add(workflow("loyal", {"loyalty.reached"}, act(send, fields("text", written("{{ event.subject }}")))));
  shop.event("order.placed", order, shadow);
  CHECK(shop.calls.empty());
  CHECK(shop.args == std::vector<std::string>{R"({"text":"customer:7"})"});
  CHECK(shop.state("order:1001").empty());
  CHECK(shop.state().empty());
  for (const Run& run : shop.ended) CHECK(is_replayed(run.event.subject));
  CHECK(shop.subject(shadow).profile["tags"].size() == 1);
}

TEST_CASE("an event that was sent for some workflows alone starts no other") {
  Shop shop;
  shop.add(workflow("a", {"order.placed"}, wait("1h")));
  shop.add(workflow("b", {"order.placed"}, wait("1h")));
  Received received;
  Arena arena;
  received.event = {"e1", "test", "order.placed", "customer:7", shop.now, parse_json(order, arena).value()};
  received.only = {"b"};
  shop.give("customer:7", {shop.now, received});
  REQUIRE(shop.open_runs().size() == 1);
  CHECK(shop.open_runs()[0].workflow == "b");
  CHECK(shop.noted("not_started", "for other workflows alone"));
}

TEST_CASE("the shadow of a subject is told from the subject by its beginning") {
  CHECK(is_replayed(shadow));
  CHECK(plain_subject(shadow) == "customer:7");
  CHECK(replay_prefix(shadow) == "replay:march/");
  CHECK_FALSE(is_replayed("customer:7"));
  CHECK(plain_subject("customer:7") == "customer:7");
  CHECK(replay_prefix("customer:a/b") == "");
}
