// Calls in doubt, and what a person does about runs that have failed.

#include "base/time.h"
#include "support/catch.h"
#include "support/shop.h"

using namespace shopbell;
using namespace shopbell::story;

namespace {

using Lines = std::vector<std::string>;
using Status = Outcome::Status;

constexpr auto agreed = R"({"cart":{"id":1},"customer":{"id":7,"email":"a@example.com","consent":{"email":true}}})";

std::string letter(const std::string& keys, const std::string& beside = "") {
  return "workflow: w\non: cart.updated\n" + keys + "steps:\n  - email: { subject: s, text: t }\n" + beside + "  - log: behind\n";
}

void resolve(Shop& shop, Resolved::Remedy remedy) {
  shop.give("customer:7", {shop.now, Resolved{shop.ended.back().id, remedy, "ops"}});
}

}  // namespace

TEST_CASE("a call in doubt is made once more with its key, and when that is in doubt too the run fails") {
  Shop shop;
  shop.add_yaml(letter(""));
  shop.event("cart.updated", agreed);
  const std::string key = shop.calls.front().call.key;
  shop.answer(Status::unknown);
  REQUIRE(shop.calls.size() == 1);
  CHECK(shop.calls.front().call.key == key);
  CHECK(shop.calls.front().call.attempt == 2);
  CHECK(shop.calls.front().error == "the far side was silent");
  SECTION("it is done then") {
    shop.answer();
    CHECK(shop.log == Lines{"behind"});
  }
  SECTION("it is in doubt again") {
    shop.answer(Status::unknown);
    CHECK(shop.calls.empty());
    CHECK(shop.count(RunStatus::failed) == 1);
    CHECK(shop.calls_ended.back().status == Status::unknown);
    CHECK(shop.noted("call_failed", "in doubt, it may have been done"));
  }
}

TEST_CASE("a call in doubt is held for a person, or dropped, as the step says") {
  Shop shop;
  SECTION("hold, whatever on_error says") {
    shop.add_yaml(letter("", "    in_doubt: hold\n    on_error: continue\n"));
    shop.event("cart.updated", agreed);
    shop.answer(Status::unknown);
    CHECK(shop.count(RunStatus::failed) == 1);
    CHECK(shop.log.empty());
  }
  SECTION("drop") {
    shop.add_yaml(letter("", "    in_doubt: drop\n"));
    shop.event("cart.updated", agreed);
    shop.answer(Status::unknown);
    CHECK(shop.log == Lines{"behind"});
    CHECK(shop.noted("call_dropped"));
  }
  CHECK(shop.calls.empty());
  CHECK(shop.calls_ended.back().status == Status::unknown);
}

TEST_CASE("retry of a call that may have been done has its key; of one that was refused, another") {
  const auto status = GENERATE(Status::unknown, Status::retry, Status::failed);
  Shop shop;
  shop.add_yaml(letter("", "    retry: { attempts: 2 }\n"));
  shop.event("cart.updated", agreed);
  const std::string key = shop.calls.front().call.key;
  shop.answer(status);
  if (status != Status::failed) shop.answer(status);
  REQUIRE(shop.count(RunStatus::failed) == 1);
  resolve(shop, Resolved::Remedy::retry);
  REQUIRE(shop.calls.size() == 1);
  CHECK((shop.calls.front().call.key == key) == (status != Status::failed));
  CHECK(shop.calls.front().call.attempt == (status == Status::failed ? 1 : 3));
  shop.answer(Status::retry);  // it has as many attempts again
  shop.answer();
  CHECK(shop.log == Lines{"behind"});
  CHECK(shop.count(RunStatus::done) == 1);
}

TEST_CASE("skip goes on behind the step, and cancel leaves the run ended; each only once") {
  Shop shop;
  shop.add_yaml(letter(""));
  shop.event("cart.updated", agreed);
  shop.answer(Status::failed);
  REQUIRE(shop.ended.back().flow.failed_at == "1");
  const auto remedy = GENERATE(Resolved::Remedy::skip, Resolved::Remedy::cancel);
  resolve(shop, remedy);
  CHECK(shop.log == (remedy == Resolved::Remedy::skip ? Lines{"behind"} : Lines{}));
  CHECK(shop.ended.back().status == (remedy == Resolved::Remedy::skip ? RunStatus::done : RunStatus::stopped));
  resolve(shop, Resolved::Remedy::retry);
  CHECK(shop.noted("not_resolved", "has not failed"));
  CHECK(shop.calls.empty());
}

TEST_CASE("a run that is tried again obeys the mode, the limit, what stops it, and the second look") {
  Shop shop;
  const auto try_again = [&](const std::string& keys, const auto& meanwhile) {
    shop.add_yaml(letter(keys));
    shop.event("cart.updated", agreed);
    shop.answer(Status::failed);
    const std::string id = shop.ended.back().id;
    meanwhile();
    const std::size_t calls = shop.calls.size();
    shop.give("customer:7", {shop.now, Resolved{id, Resolved::Remedy::retry, "ops"}});
    CHECK(shop.calls.size() == calls);
  };
  SECTION("mode") {
    try_again("mode: single\n", [&] { shop.event("cart.updated", agreed); });
    CHECK(shop.noted("not_resolved", "only one at a time"));
  }
  SECTION("limit") {
    try_again("limit: 1 per 7d\n", [&] {
      shop.event("cart.updated", agreed);
      shop.answer();
    });
    CHECK(shop.noted("not_resolved", "limit 1 per 7d"));
  }
  SECTION("stop_on") {
    try_again("stop_on: order.placed\n", [&] {
      shop.now += Millis{1000};
      shop.event("order.placed", "{}");
    });
    CHECK(shop.noted("stopped", "order.placed"));
  }
  SECTION("the condition") {
    try_again("if: customer.consent.email\n", [&] {
      shop.event("customer.updated", R"({"customer":{"id":7,"email":"a@example.com","consent":{"email":false}}})");
    });
    CHECK(shop.noted("stopped", "if holds no longer"));
  }
}

TEST_CASE("a run that failed before its first step begins anew when it is tried again") {
  Shop shop;
  shop.add_yaml("workflow: w\non: cart.updated\nvars: { n: 'int(cart.token)' }\nsteps:\n  - log: '{{ vars.n }}'\n");
  shop.event("cart.updated", R"({"cart":{"id":1,"token":"x"}})");
  REQUIRE(shop.count(RunStatus::failed) == 1);
  resolve(shop, Resolved::Remedy::skip);
  CHECK(shop.noted("not_resolved", "before its first step"));
}

TEST_CASE("a contact counts only when its call was not refused") {
  struct Case {
    Status status;
    std::size_t sent;
  };
  const auto c = GENERATE(values<Case>({{Status::failed, 1}, {Status::done, 0}, {Status::unknown, 0}}));
  const std::string per = GENERATE(as<std::string>{}, "", "per: shop\n");
  Shop shop;
  shop.configure("contact: { limit: 1 per 7d, transactional exempt }\n");
  shop.add_yaml(letter("kind: marketing\n" + per, "    in_doubt: drop\n"));
  shop.event("cart.updated", agreed);
  REQUIRE(shop.calls.size() == 1);
  shop.answer(c.status);
  shop.event("cart.updated", agreed);
  CHECK(shop.calls.size() == c.sent);
  CHECK(shop.noted("held_back") == (c.sent == 0));
}

TEST_CASE("an input that the engine cannot take makes the run fail that it was for") {
  Shop shop;
  shop.add_yaml("workflow: w\non: cart.updated\nsteps:\n  - wait: 1h\n  - log: behind\n");
  shop.event("cart.updated", agreed);
  shop.now += Millis{3'600'000};
  shop.give("customer:7", {shop.now, Broken{}});
  CHECK(shop.open_runs().empty());
  CHECK(shop.noted("failed", "a fault of the engine"));
  resolve(shop, Resolved::Remedy::skip);
  CHECK(shop.log == Lines{"behind"});
}

TEST_CASE("a message that a machine wrote is answered by none") {
  const auto automatic = GENERATE(false, true);
  Shop shop;
  shop.add_yaml("workflow: w\non: message.received\nsteps:\n  - reply: hello\n  - note: seen\n");
  shop.event("message.received", std::string(R"({"message":{"id":"m","channel":"email","text":"I am away","automatic":)") +
                                     (automatic ? "true" : "false") + R"(},"customer":{"id":7}})");
  CHECK(shop.calls.empty() == automatic);
  CHECK(shop.noted("skipped", "RFC 3834") == automatic);
  CHECK(shop.noted("note", "seen") == automatic);
}
