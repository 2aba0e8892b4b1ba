// for_each, parallel, call, and what happens when a step fails.

#include "support/catch.h"
#include "support/shop.h"

using namespace shopbell;
using namespace shopbell::story;

namespace {

constexpr auto placed =
    R"({"order":{"id":1,"total":10,"items":[{"sku":"a"},{"sku":"b"},{"sku":"c"}]},"customer":{"id":7,"email":"a@example.com"}})";

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("for_each does its steps for each element, also across waits, and loops within loops") {
  Shop shop;
  shop.add_yaml(R"(
workflow: w
on: order.placed
steps:
  - for_each:
      in: order.items
      as: outer
      do:
        - wait: 1h
        - for_each:
            in: "[1, 2]"
            do: [ log: "{{ outer.sku }}{{ item }}" ]
  - log: end
)");
  shop.event("order.placed", placed);
  CHECK(shop.log.empty());
  shop.pass("2h");
  CHECK(shop.log == Lines{"a1", "a2", "b1", "b2"});
  shop.pass("1h");
  CHECK(shop.log == Lines{"a1", "a2", "b1", "b2", "c1", "c2", "end"});
}

TEST_CASE("for_each over nothing goes on; over more than it may, or over no list, fails") {
  Shop shop;
  shop.add_yaml(
      "workflow: w\non: order.placed\nsteps:\n  - for_each: { in: event.raw.list, do: [ log: x ] }\n  - log: "
      "end\n");
  shop.event("order.placed", R"({"raw":{"list":[]}})");
  CHECK(shop.log == Lines{"end"});
  std::string many = "0";
  for (std::size_t i = 0; i < for_each_items_max; ++i) many += ",0";
  shop.event("order.placed", R"({"raw":{"list":[)" + many + "]}}");
  CHECK(shop.noted("failed", "at most 1000 elements"));
  shop.event("order.placed", R"({"raw":{"list":5}})");
  CHECK(shop.noted("failed", "for_each needs a list"));
}

TEST_CASE("parallel branches go on by themselves, and the run when all are done, with what each has made") {
  Shop shop;
  shop.add_yaml(R"(
workflow: w
on: order.placed
steps:
  - set: { a: "0", b: "0", c: "5" }
  - parallel:
      - - wait: 2h
        - set: { a: vars.c + 1 }
        - log: slow
      - - log: fast
        - email: { subject: s, text: t }
          as: mail
        - set: { b: "2" }
  - log: "{{ vars.a }} {{ vars.b }} {{ mail.to }}"
)");
  shop.event("order.placed", placed);
  CHECK(shop.log == Lines{"fast"});
  CHECK(shop.open_runs().size() == 3);
  shop.answer(Outcome::Status::done, R"({"to":"a"})");
  CHECK(shop.open_runs().size() == 2);
  shop.pass("2h");
  CHECK(shop.log == Lines{"fast", "slow", "6 2 a"});
  CHECK(shop.open_runs().empty());
  CHECK(shop.count(RunStatus::done) == 3);
}

TEST_CASE("parallel, any: the first branch that is done ends the others") {
  Shop shop;
  shop.add_yaml(R"(
workflow: w
on: order.placed
steps:
  - parallel:
      any:
        - [ { wait: 2h }, { log: slow } ]
        - [ { wait_for: { event: order.paid } }, { log: paid } ]
        - [ { fail: never mind } ]
    as: won
  - log: "branch {{ won.branch }}"
)");
  shop.event("order.placed", placed);
  CHECK(shop.open_runs().size() == 3);
  shop.pass("1h");
  shop.event("order.paid", placed);
  CHECK(shop.log == Lines{"paid", "branch 2"});
  CHECK(shop.open_runs().empty());
  shop.pass("3h");
  CHECK(shop.log.size() == 2);
}

TEST_CASE("what ends a run ends its parts: a stop, a cancellation, too long a time") {
  constexpr auto yaml = R"(
workflow: w
on: order.placed
stop_on: order.cancelled
steps:
  - parallel:
      - [ { wait: 5h } ]
      - [ { email: { subject: s, text: t } } ]
    timeout: 2h
    on_error: [ log: "{{ error.code }}" ]
)";
  Shop shop;
  shop.add_yaml(yaml).event("order.placed", placed);
  SECTION("a stop") {
    shop.pass("1m");
    shop.event("order.cancelled", placed);
    CHECK(shop.count(RunStatus::stopped) == 3);
  }
  SECTION("a cancellation of the whole, or of a part") {
    const auto which = GENERATE(0u, 1u);
    shop.give("customer:7", {shop.now, Cancelled{shop.open_runs()[which].id, "Eva"}});
    CHECK(shop.count(RunStatus::stopped) == 3);
  }
  SECTION("too long a time") {
    shop.pass("2h");
    CHECK(shop.log == Lines{"timeout"});
    CHECK(shop.count(RunStatus::done) == 1);
  }
  CHECK(shop.open_runs().empty());
  CHECK(shop.calls.empty());
}

TEST_CASE("a branch that fails fails the step, and its other branches end") {
  Shop shop;
  shop.add_yaml(R"(
workflow: w
on: order.placed
steps:
  - parallel:
      - [ { wait: 5h } ]
      - [ { fail: broken } ]
)");
  shop.event("order.placed", placed);
  CHECK(shop.noted("failed", "branch 2 has failed: broken"));
  CHECK(shop.open_runs().empty());
}

TEST_CASE("parts count for no mode and no limit") {
  Shop shop;
  shop.add_yaml(R"(
workflow: w
on: order.placed
limit: 2 per 1d
steps:
  - parallel: [ [ { wait: 1h } ], [ { wait: 1h } ] ]
)");
  shop.event("order.placed", placed);
  shop.event("order.placed", placed);
  CHECK_FALSE(shop.noted("limit_reached"));
  shop.pass("1h");
  shop.event("order.placed", placed);
  CHECK(shop.noted("limit_reached", "2 done, 0 open"));
}

TEST_CASE("a workflow calls another, gives it vars, waits for it and reads what it has made") {
  Shop shop;
  shop.add_yaml(R"(
workflow: rate
on: call
vars: { discount: "0", base: "5" }
steps:
  - wait: 1h
  - set: { rate: vars.base + vars.discount }
  - log: "for {{ order.id }}"
)");
  shop.add_yaml(R"(
workflow: w
on: order.placed
steps:
  - call: { workflow: rate, with: { discount: "3" } }
    as: rated
  - log: "{{ rated.status }} {{ rated.vars.rate }}"
  - call: rate
    id: again
  - log: "{{ steps.again.vars.rate }}"
)");
  shop.event("order.placed", placed);
  shop.pass("1h");
  CHECK(shop.log == Lines{"for 1", "done 8"});
  shop.pass("1h");
  CHECK(shop.log == Lines{"for 1", "done 8", "for 1", "5"});
  CHECK(shop.open_runs().empty());
}

TEST_CASE("a called workflow's own `if` decides whether it does anything; its failure fails the step") {
  Shop shop;
  shop.add_yaml("workflow: dear\non: call\nif: order.total > 100.0\nsteps: [ log: dear ]\n");
  shop.add_yaml("workflow: bad\non: call\nsteps: [ fail: no luck ]\n");
  shop.add_yaml(R"(
workflow: w
on: order.placed
steps:
  - { call: dear, as: answer }
  - log: "{{ answer.status }}"
  - { call: bad, on_error: [ log: "{{ error.message }}" ] }
  - { call: gone, on_error: continue }
)");
  shop.event("order.placed", R"({"order":{"total":10.5}})");
  INFO(shop.all_notes());
  CHECK(shop.log == Lines{"not_started", "bad has failed: no luck"});
  CHECK(shop.noted("condition_false", "order.total > 100.0"));
  CHECK(shop.noted("error", "there is no workflow gone any more"));
}

TEST_CASE("workflows that call each other in a circle come to an end") {
  Shop shop;
  shop.add_yaml("workflow: a\non: [order.placed]\nsteps: [ call: b ]\n")
      .add_yaml("workflow: b\non: call\nsteps: [ call: a ]\n");
  shop.event("order.placed", placed);
  CHECK(shop.open_runs().empty());
  CHECK(shop.noted("failed", "nested more than 8 deep"));
}

TEST_CASE("on_error of a step: its steps are done, and the run goes on") {
  Shop shop;
  shop.add_yaml(R"(
workflow: w
on: order.placed
steps:
  - email: { subject: s, text: t }
    id: mail
    retry: { attempts: 1 }
    on_error:
      - log: "{{ error.step }}: {{ error.message }}"
      - wait: 1h
  - log: "on, {{ steps.mail.error.code }}"
)");
  shop.event("order.placed", placed);
  shop.answer(Outcome::Status::failed);
  CHECK(shop.log == Lines{"mail: the far side was silent"});
  shop.pass("1h");
  CHECK(shop.log.back() == "on, no_answer");
  CHECK(shop.count(RunStatus::done) == 1);
  shop.event("order.placed", placed);
  shop.answer(Outcome::Status::done, R"({"to":"a"})");
  CHECK(shop.log.size() == 3);
}

TEST_CASE("on_error of a workflow: its steps are done once, and the run ends stopped, with the reason") {
  constexpr auto yaml = R"(
workflow: w
on: order.placed
limit: 1 per 1d
steps:
  - email: { subject: s, text: t }
    retry: { attempts: 1 }
  - if: order.total > 5.0
    then: [ fail: too dear ]
on_error:
  - log: "{{ error.message }}"
  - handoff: { queue: care, reason: "{{ error.step }}" }
)";
  Shop shop;
  shop.add_yaml(yaml).event("order.placed", placed);
  SECTION("a call") {
    shop.answer(Outcome::Status::failed);
    CHECK(shop.log == Lines{"the far side was silent"});
    CHECK(shop.noted("stopped", "step 1, email, line 6: the far side was silent; on_error is done"));
  }
  SECTION("a fail") {
    shop.answer(Outcome::Status::done, "{}");
    CHECK(shop.log == Lines{"too dear"});
  }
  CHECK(shop.open_runs().empty());
  CHECK(shop.count(RunStatus::stopped) == 1);
  CHECK(shop.tickets.size() == 1);
  shop.event("order.placed", placed);
  CHECK_FALSE(shop.noted("limit_reached"));
}

TEST_CASE("a failure within on_error of the workflow fails the run with both reasons") {
  Shop shop;
  shop.add_yaml("workflow: w\non: order.placed\nsteps: [ fail: one ]\non_error: [ fail: two ]\n");
  shop.event("order.placed", placed);
  CHECK(shop.noted("failed", "one"));
  CHECK(shop.noted("failed", "two"));
  CHECK(shop.count(RunStatus::failed) == 1);
}
