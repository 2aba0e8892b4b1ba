// What holds before anything reaches a customer: the condition, consent, hours, and one budget over all
// workflows.

#include "base/time.h"
#include "support/catch.h"
#include "support/shop.h"

using namespace shopbell;
using namespace shopbell::story;

namespace {

constexpr auto agreed =
    R"({"cart":{"id":1,"items":[]},"customer":{"id":7,"email":"a@example.com","consent":{"email":true}}})";
constexpr auto withdrawn =
    R"({"cart":{"id":1,"items":[]},"customer":{"id":7,"email":"a@example.com","consent":{"email":false}}})";

std::string letter(const std::string& id, const std::string& keys, const std::string& before = "") {
  return "workflow: " + id + "\non: cart.updated\n" + keys + "steps:\n" + before +
         "  - email: { subject: \"" + id + "\", text: t }\n  - log: \"" + id + " is over\"\n";
}

}  // namespace

TEST_CASE("after a wait `if` must hold still before anything reaches the customer") {
  const auto opts_out = GENERATE(false, true);
  Shop shop;
  shop.add_yaml(letter("w",
                       std::string("if: customer.consent.email\n") + (opts_out ? "recheck: false\n" : ""),
                       "  - wait: 1h\n"));
  shop.event("cart.updated", agreed);
  shop.pass("30m");
  shop.event("customer.updated", withdrawn);
  shop.pass("30m");
  CHECK(shop.calls.size() == (opts_out ? 1 : 0));
  CHECK(shop.noted("stopped", "if holds no longer: customer.consent.email → false") != opts_out);
}

TEST_CASE("what does not reach the customer is done without a second look, and so is what follows no wait") {
  Shop shop;
  shop.add_yaml(R"yaml(
workflow: w
on: cart.updated
if: "!(customer.tags.exists(t, t == 'seen'))"
steps:
  - tag: [seen]
  - email: { subject: s, text: t }
  - wait: 1h
  - log: on
)yaml");
  shop.event("cart.updated", R"({"customer":{"id":7,"email":"a@example.com","tags":[]}})");
  CHECK(shop.calls.size() == 1);
  shop.answer();
  shop.pass("1h");
  CHECK(shop.log == std::vector<std::string>{"on"});
}

TEST_CASE("a condition that can no longer be decided ends the run") {
  Shop shop;
  shop.add_yaml(
      letter("w", "if: customer.last_order.total < 5.0 || !has(customer.last_order)\n", "  - wait: 1h\n"));
  shop.event("cart.updated", agreed);
  REQUIRE(shop.open_runs().size() <= 1);
}

TEST_CASE("marketing needs consent for its channel, at once and after each wait") {
  Shop shop;
  shop.add_yaml(letter("news", "kind: marketing\n", "  - wait: 1h\n"));
  SECTION("none is known") {
    shop.event("cart.updated", R"({"customer":{"id":7,"email":"a@example.com"}})");
    shop.pass("1h");
    CHECK(shop.noted("stopped", "has not agreed to marketing by email"));
  }
  SECTION("it is withdrawn") {
    shop.event("cart.updated", agreed);
    shop.pass("30m");
    shop.event("customer.updated", withdrawn);
    shop.pass("30m");
    CHECK(shop.noted("stopped", "has not agreed to marketing by email"));
  }
  SECTION("it is given") {
    shop.event("cart.updated", agreed);
    shop.pass("1h");
    CHECK(shop.calls.size() == 1);
  }
}

TEST_CASE("one budget over all workflows: what is too much waits for room, and transactional mail does not") {
  Shop shop;
  shop.configure("contact: { limit: 2 per 7d }\n");
  for (const char* id : {"a", "b", "c"}) shop.add_yaml(letter(id, "kind: marketing\n"));
  shop.add_yaml(letter("receipt", ""));
  shop.event("cart.updated", agreed);
  CHECK(shop.calls.size() == 3);
  CHECK(shop.noted("held_back", "email until 2027-01-22T08:00:00Z: 2 contacts in 7d"));
  shop.pass("6d");
  CHECK(shop.calls.size() == 3);
  shop.pass("1d");
  CHECK(shop.calls.size() == 4);
}

TEST_CASE(
    "what the budget holds back is left out when the shop says so, at once or when it would be too late") {
  const std::string rule = GENERATE(as<std::string>{}, "over: skip", "expire: 2d");
  Shop shop;
  shop.configure("contact: { limit: 1 per 7d, " + rule + " }\n");
  for (const char* id : {"a", "b"}) shop.add_yaml(letter(id, "kind: marketing\n"));
  shop.event("cart.updated", agreed);
  CHECK(shop.calls.size() == 1);
  CHECK(shop.log == std::vector<std::string>{"b is over"});
  CHECK(shop.noted(rule == "over: skip" ? "skipped" : "expired", "email is left out: 1 contacts in 7d"));
}

TEST_CASE("two runs that are held back until the same time do not both take the room that there is then") {
  Shop shop;
  shop.configure("contact: { limit: 1 per 1d }\n");
  for (const char* id : {"a", "b", "c"}) shop.add_yaml(letter(id, "kind: marketing\n"));
  shop.event("cart.updated", agreed);
  for (std::size_t day = 1; day <= 3; ++day) {
    CHECK(shop.calls.size() == day);
    shop.pass("1d");
  }
  CHECK(shop.calls.size() == 3);
}

TEST_CASE("quiet hours are the customer's own") {
  Shop shop;  // it is 8:00 UTC: 9:00 in Madrid, 3:00 in New York
  shop.configure("timezone: Europe/Madrid\ncontact: { quiet_hours: \"21:00-08:00\" }\n");
  shop.add_yaml(letter("news", "kind: marketing\n"));
  shop.event("cart.updated", agreed);
  CHECK(shop.calls.size() == 1);
  shop.event("cart.updated",
             R"({"customer":{"id":8,"timezone":"America/New_York","consent":{"email":true}}})", "customer:8");
  CHECK(shop.calls.size() == 1);
  CHECK(shop.noted("held_back", "email until 2027-01-15T13:00:00Z: quiet hours"));
  shop.pass("5h");
  CHECK(shop.calls.size() == 2);
}

TEST_CASE("a run counted by its order takes from its customer's budget, too") {
  Shop shop;
  shop.configure("contact: { limit: 1 per 7d }\n");
  shop.add_yaml(
      "workflow: w\non: order.placed\nper: order\nkind: marketing\nsteps:\n  - email: { subject: s, text: t "
      "}\n");
  const auto place = [&](int id) {
    shop.event("order.placed",
               R"({"order":{"id":)" + std::to_string(id) +
                   R"(},"customer":{"id":7,"email":"a@example.com","consent":{"email":true}}})");
  };
  place(1);
  INFO(shop.all_notes());
  CHECK(shop.calls.size() == 1);
  place(2);
  CHECK(shop.calls.size() == 1);
  CHECK(shop.noted("held_back", "1 contacts in 7d"));
  shop.pass("7d");
  CHECK(shop.calls.size() == 2);
}

TEST_CASE("hours: a step that reaches the customer waits until the shop opens, whatever its kind") {
  Shop shop;
  shop.configure("hours: { business: { mon-fri: \"09:00-18:00\" } }\n");
  shop.add_yaml(letter("w", "hours: business\n"));
  shop.event("cart.updated", agreed);
  CHECK(shop.noted("held_back", "email until 2027-01-15T09:00:00Z: business opens"));
  CHECK(shop.calls.empty());
  shop.pass("1h");
  CHECK(shop.calls.size() == 1);
}

TEST_CASE("more than twenty runs of one workflow for one customer in ten minutes are a loop: told of once") {
  Shop shop;
  shop.add_yaml("workflow: w\non: cart.updated\nsteps: [ tag: [x] ]\n");
  for (int i = 0; i < 30; ++i) shop.event("cart.updated", agreed);
  CHECK(shop.count(RunStatus::done) == starts_max);
  CHECK(shop.noted("loop_stopped"));
  CHECK(shop.log.size() == 1);
  shop.event("cart.updated", agreed, "customer:8");
  CHECK(shop.count(RunStatus::done) == starts_max + 1);
  shop.pass("10m");
  shop.event("cart.updated", agreed);
  CHECK(shop.count(RunStatus::done) == starts_max + 2);
}

TEST_CASE(
    "a workflow that wakes itself by its own events is stopped by their depth, with one line in the log") {
  Shop shop;
  shop.add_yaml("workflow: w\non: [cart.updated, loyalty.reached]\nsteps: [ emit: loyalty.reached ]\n");
  shop.event("cart.updated", agreed);
  CHECK(shop.count(RunStatus::failed) == 1);
  CHECK(shop.log.size() == 1);
}
