// Waits for events, instants and openings; what counts is when something happened, not when it came.

#include "base/time.h"
#include "support/catch.h"
#include "support/shop.h"

using namespace shopbell;
using namespace shopbell::story;

namespace {

constexpr auto placed = R"({"order":{"id":1,"total":10},"customer":{"id":7,"email":"a@example.com"}})";
constexpr auto paid = R"({"order":{"id":1,"total":10},"customer":{"id":7}})";
constexpr auto other_paid = R"({"order":{"id":2,"total":20},"customer":{"id":7}})";

constexpr auto reminder = R"(
workflow: reminder
on: order.placed
steps:
  - wait: 10m
  - wait_for: { event: order.paid, where: order.id == trigger.order.id, timeout: 1h }
    as: settled
  - if: settled.timed_out
    then: [ log: "not paid" ]
    else: [ log: "paid {{ settled.event.order.total }} by {{ settled.event.type }}" ]
)";

constexpr Millis minutes(int n) { return Millis{n * 60'000}; }

}  // namespace

TEST_CASE("a run waits for an event, and goes on with it") {
  Shop shop;
  shop.add_yaml(reminder).event("order.placed", placed);
  shop.pass("20m");
  CHECK(shop.noted("waiting", "for order.paid, at most until 2027-01-15T09:10:00Z"));
  shop.event("order.paid", other_paid);
  CHECK(shop.log.empty());
  shop.event("order.paid", paid);
  CHECK(shop.log == std::vector<std::string>{"paid 10 by order.paid"});
  CHECK(shop.open_runs().empty());
}

TEST_CASE("an event that does not come in time leaves its mark in the output") {
  Shop shop;
  shop.add_yaml(reminder).event("order.placed", placed);
  shop.pass("69m");
  CHECK(shop.log.empty());
  shop.pass("1m");
  CHECK(shop.log == std::vector<std::string>{"not paid"});
}

TEST_CASE("an event that came before the wait was reached counts, when it happened after the trigger") {
  struct Case {
    const char* what;
    Millis ago;  // before now, which is five minutes after the trigger
    bool counts;
  };
  const auto c = GENERATE(values<Case>({{"before the trigger", minutes(6), false},
                                        {"after the trigger", minutes(4), true},
                                        {"just now", minutes(0), true}}));
  INFO(c.what);
  Shop shop;
  shop.add_yaml(reminder).event("order.placed", placed);
  shop.pass("5m");
  shop.event("order.paid", paid, "customer:7", c.ago);
  shop.pass("5m");
  CHECK((shop.log == std::vector<std::string>{"paid 10 by order.paid"}) == c.counts);
}

TEST_CASE("an event that came even before the trigger counts, when it happened after it") {
  Shop shop;
  shop.add_yaml(reminder).event("order.paid", paid, "customer:7", minutes(1));
  shop.event("order.placed", placed, "customer:7", minutes(2));
  shop.pass("10m");
  CHECK(shop.log.size() == 1);
  CHECK(shop.open_runs().empty());
}

TEST_CASE(
    "an event that happened after the wait's end does not count, though nobody has looked at the clock yet") {
  Shop shop;
  shop.add_yaml(reminder).event("order.placed", placed);
  shop.pass("10m");
  shop.now += minutes(90);
  shop.event("order.paid", paid, "customer:7", minutes(20));
  CHECK(shop.open_runs().size() == 1);
  shop.event("order.paid", paid, "customer:7", minutes(40));
  CHECK(shop.log == std::vector<std::string>{"paid 10 by order.paid"});
}

TEST_CASE("an event answers one wait of a run, and the next wait gets the next event") {
  Shop shop;
  shop.add_yaml(R"(
workflow: twice
on: order.placed
steps:
  - wait_for: { event: message.received }
    as: first
  - wait: 1h
  - wait_for: { event: message.received }
    as: second
  - log: "{{ first.event.message.text }}, {{ second.event.message.text }}"
)");
  shop.event("order.placed", placed);
  shop.pass("1m");
  shop.event("message.received", R"({"message":{"text":"one"}})");
  shop.pass("1m");
  shop.event("message.received", R"({"message":{"text":"two"}})");
  CHECK(shop.log.empty());
  shop.pass("2h");
  CHECK(shop.log == std::vector<std::string>{"one, two"});
}

TEST_CASE("a wait for an event outlasts the subject's memory") {
  Shop shop;
  shop.add_yaml(R"(
workflow: late
on: order.placed
steps:
  - wait: 30d
  - wait_for: { event: order.paid, timeout: 1h }
    as: settled
  - log: "{{ settled.timed_out }}"
)");
  shop.event("order.placed", placed);
  shop.pass("1h");
  shop.event("order.paid", paid);
  for (int i = 0; i < 5; ++i) {
    shop.pass("5d");
    shop.event("order.paid", other_paid, "customer:8");
  }
  shop.pass("10d");
  CHECK(shop.log == std::vector<std::string>{"false"});
}

TEST_CASE("a run on a subject of its own hears of what it waits for") {
  Shop shop;
  std::string yaml = reminder;
  shop.add_yaml(yaml.replace(yaml.find("steps:"), 6, "per: order\nsteps:"));
  shop.event("order.placed", placed);
  shop.pass("20m");
  shop.event("order.paid", other_paid);
  CHECK(shop.log.empty());
  shop.event("order.paid", paid);
  CHECK(shop.log.size() == 1);
}

TEST_CASE("stop_on looks back: what happened after the trigger, and came before it, lets nothing start") {
  constexpr auto cart = R"(
workflow: cart
on: cart.updated
stop_on: order.placed
steps:
  - wait: 1h
  - email: { subject: s, text: t }
)";
  constexpr auto data = R"({"cart":{"id":1},"customer":{"id":7,"email":"a@example.com"}})";
  Shop shop;
  shop.add_yaml(cart).event("order.placed", placed, "customer:7", minutes(1));
  shop.event("cart.updated", data, "customer:7", minutes(2));
  CHECK(shop.open_runs().empty());
  CHECK(shop.noted("not_started", "order.placed at 2027-01-15T07:59:00Z has come already"));
  shop.event("cart.updated", data);
  CHECK(shop.open_runs().size() == 1);
}

TEST_CASE("what stops a run and happened in the instant of its trigger stops it when it comes later") {
  constexpr auto cart = R"({"cart":{"id":1},"customer":{"id":7,"email":"a@example.com"}})";
  const bool order_first = GENERATE(true, false);
  Shop shop;
  shop.add_yaml("workflow: cart\non: cart.updated\nstop_on: order.placed\nsteps:\n  - wait: 1h\n  - log: late\n");
  if (order_first) shop.event("order.placed", placed);
  shop.event("cart.updated", cart);
  if (!order_first) shop.event("order.placed", placed);
  CHECK(shop.open_runs().size() == (order_first ? 1 : 0));
}

TEST_CASE("a wait until the shop opens") {
  Shop shop;
  shop.configure("timezone: Europe/Madrid\nhours: { business: { mon-fri: \"09:30-18:00\" } }\n");
  shop.add_yaml(
      "workflow: w\non: order.placed\nsteps:\n  - wait: { until: business hours }\n  - log: \"{{ now }}\"\n");
  shop.event("order.placed", placed);  // a Friday, 9:00 in Madrid
  shop.pass("29m");
  CHECK(shop.log.empty());
  shop.pass("1m");
  CHECK(shop.log.size() == 1);
  shop.event("order.placed", placed);
  CHECK(shop.log.size() == 2);
  shop.pass("9h");
  shop.event("order.placed", placed);
  CHECK(shop.noted("waiting", "until 2027-01-18T08:30:00Z"));
}

TEST_CASE("hours that the shop does not have fail the step") {
  Shop shop;
  shop.add_yaml("workflow: w\non: order.placed\nsteps:\n  - wait: { until: business }\n")
      .event("order.placed", placed);
  CHECK(shop.noted("failed", "the shop has no hours named business"));
}

TEST_CASE("triggers that come close together are one run with all of them") {
  Shop shop;
  shop.add_yaml(R"(
workflow: answer
on: message.received
collect: { quiet: 8s, max: 20s }
steps:
  - log: "{{ events | size }}: {{ events | map: 'message' | map: 'text' | join: ' ' }}; {{ message.text }} last"
)");
  const auto say = [&](const char* text) {
    shop.event("message.received",
               R"({"message":{"text":")" + std::string(text) + R"("},"customer":{"id":7}})");
  };
  say("where");
  shop.pass("7s");
  say("is");
  shop.pass("7s");
  CHECK(shop.log.empty());
  say("it?");
  shop.pass("5s");
  CHECK(shop.log.empty());
  shop.pass("1s");
  CHECK(shop.log == std::vector<std::string>{"3: where is it?; it? last"});
  say("hello");
  shop.pass("8s");
  CHECK(shop.log.back() == "1: hello; hello last");
}

TEST_CASE(
    "what stops a run stops it while it collects, and a collecting run is the one that `single` allows") {
  Shop shop;
  shop.add_yaml(R"(
workflow: w
on: message.received
stop_on: order.placed
mode: single
collect: { quiet: 8s }
steps: [ { wait: 1h } ]
)");
  shop.event("message.received", "{}");
  shop.event("message.received", "{}");
  CHECK(shop.open_runs().size() == 1);
  shop.pass("1s");
  shop.event("order.placed", placed);
  CHECK(shop.open_runs().empty());
  shop.pass("1s");
  shop.event("message.received", "{}");
  shop.pass("10s");
  shop.event("message.received", "{}");
  CHECK(shop.open_runs().size() == 1);
  CHECK(shop.noted("mode_single"));
}

TEST_CASE("a person lets a waiting run go on at another time: later, earlier, or at once; what waits for no time is left alone") {
  Shop shop;
  shop.add_yaml("workflow: later\non: order.placed\nsteps:\n  - wait: 2d\n  - log: went on\n");
  shop.event("order.placed", placed);
  const std::string run = shop.open_runs()[0].id;
  const auto retime = [&](Time due) { shop.event("run.retimed", R"({"retime":{"run":")" + run + R"(","due":")" + format_rfc3339(due) + R"(","by":"Eva"}})"); };
  retime(shop.now + Millis{3 * 86'400'000});
  CHECK(shop.noted("retimed", "Eva lets it wait until"));
  shop.pass("2d");
  CHECK(shop.log.empty());
  retime(shop.now + Millis{3'600'000});
  shop.pass("1h");
  CHECK(shop.log == std::vector<std::string>{"went on"});
  retime(shop.now);
  CHECK(shop.noted("not_retimed", "waits for no time"));
  shop.event("run.retimed", R"({"retime":{"run":7,"due":"soon"}})");
  CHECK(shop.log.size() == 1);
}
