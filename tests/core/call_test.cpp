#include "core/retry.h"
#include "support/catch.h"
#include "support/shop.h"

#include <set>

using namespace shopbell;
using namespace shopbell::story;

namespace {

constexpr auto order = R"({"order":{"id":1,"total":10,"currency":"EUR"},"customer":{"id":7}})";

Workflow sender(std::uint32_t attempts = 3) {
  Workflow w = workflow("sender", {"order.placed"},
                        act(send, fields("to", computed("customer.id"), "at", computed("string(now)"))),
                        act(note, fields("text", written("sent"))));
  w.program[0].retry.attempts = attempts;
  return w;
}

}  // namespace

TEST_CASE("a retry waits a random part of a window that doubles up to its ceiling") {
  const Retry retry{8, Millis{1000}, Millis{10'000}};
  const std::int64_t windows[] = {1000, 2000, 4000, 8000, 10'000, 10'000};
  for (std::uint32_t attempt = 1; attempt <= 6; ++attempt) {
    INFO(attempt);
    std::set<std::int64_t> seen;
    std::int64_t sum = 0;
    for (int i = 0; i < 400; ++i) {
      const auto wait = retry_wait(retry, "call" + std::to_string(i), attempt, {}).count();
      REQUIRE(wait >= 0);
      REQUIRE(wait <= windows[attempt - 1]);
      seen.insert(wait);
      sum += wait;
    }
    CHECK(seen.size() > 200);  // full jitter: spread over the window, not round its end
    CHECK(sum / 400 > windows[attempt - 1] / 3);
    CHECK(sum / 400 < windows[attempt - 1] * 2 / 3);
  }
}

TEST_CASE("a retry is not earlier than the far side asks, and not later than a day") {
  const Retry retry{8, Millis{1000}, Millis{10'000}};
  CHECK(retry_wait(retry, "k", 1, Millis{60'000}) == Millis{60'000});
  CHECK(retry_wait(retry, "k", 1, Millis{5 * 86'400'000LL}) == retry_wait_max);
  CHECK(retry_wait(retry, "k", 1, Millis{-5}) == retry_wait(retry, "k", 1, {}));
  CHECK(retry_wait({8, Millis{INT64_MAX / 4}, Millis{INT64_MAX / 2}}, "k", 4'000'000'000U, {}) <= retry_wait_max);
  CHECK(retry_wait({8, Millis{0}, Millis{0}}, "k", 4'000'000'000U, {}) == Millis{0});
}

TEST_CASE("a call is tried again with the same key and the same arguments, then fails visibly") {
  Shop shop;
  shop.add(sender());
  shop.event("order.placed", order);
  const std::string key = shop.calls[0].call.key;
  for (int attempt = 1; attempt <= 3; ++attempt) {
    REQUIRE(shop.calls.size() == 1);
    CHECK(shop.calls[0].call.key == key);
    CHECK(shop.calls[0].call.attempt == attempt);
    CHECK(shop.args.back() == shop.args.front());
    shop.answer(Outcome::Status::retry);
  }
  CHECK(shop.calls.empty());
  CHECK(shop.count(RunStatus::failed) == 1);
  CHECK(shop.noted("call_retry", "attempt 3 of 3"));
  CHECK(shop.noted("failed", "the far side was silent, at attempt 3 of 3"));
  REQUIRE(shop.calls_ended.size() == 1);
  CHECK(shop.calls_ended[0].status == Outcome::Status::failed);
  CHECK(shop.calls_ended[0].attempts == 3);
}

TEST_CASE("Retry-After is honoured") {
  Shop shop;
  shop.add(sender());
  shop.event("order.placed", order);
  shop.answer(Outcome::Status::retry, "null", Millis{3'600'000});
  CHECK(shop.calls[0].due == shop.now + Millis{3'600'000});
  CHECK(shop.calls[0].call.at == shop.calls[0].due);
}

TEST_CASE("a call that failed for good is not tried again") {
  Shop shop;
  shop.add(sender());
  shop.event("order.placed", order);
  shop.answer(Outcome::Status::failed);
  CHECK(shop.calls.empty());
  CHECK(shop.count(RunStatus::failed) == 1);
  CHECK(shop.calls_ended[0].status == Outcome::Status::failed);
  CHECK(shop.noted("call_failed", "the far side was silent"));
}

TEST_CASE("a step that may fail lets the run go on") {
  Shop shop;
  Workflow w = sender(1);
  w.program[0].go_on_after_failure = true;
  shop.add(std::move(w));
  shop.event("order.placed", order);
  shop.answer(Outcome::Status::retry);
  CHECK(shop.count(RunStatus::done) == 1);
  CHECK(shop.log == std::vector<std::string>{"sent"});
}

TEST_CASE("a run carries its event as long as something behind its call may read it, and no longer") {
  const auto carries = [](Workflow w) {
    Shop shop;
    shop.add(std::move(w));
    shop.event("order.placed", order);
    REQUIRE(shop.calls.size() == 1);
    const bool carried = shop.open_runs()[0].event.data.is(Kind::map);
    shop.answer(Outcome::Status::retry);
    shop.answer();
    CHECK(shop.count(RunStatus::done) == 1);
    CHECK(shop.args.back() == shop.args.front());
    return carried;
  };
  const auto only_call = [] {
    Workflow w = sender();
    w.program.pop_back();
    return w;
  };
  CHECK(carries(sender()));
  CHECK_FALSE(carries(only_call()));
  Workflow with_on_error = sender();  // its second step is on_error's
  with_on_error.on_error = 1;
  CHECK(carries(std::move(with_on_error)));
  Workflow with_own_handler = only_call();
  with_own_handler.program[0].failure = 1;
  CHECK(carries(std::move(with_own_handler)));
}

TEST_CASE("an answer that comes twice, or for another attempt, is ignored") {
  Shop shop;
  shop.add(sender());
  shop.event("order.placed", order);
  const CallOrder first = shop.calls[0];
  shop.answer(Outcome::Status::retry);
  shop.answer_to(first);  // attempt 1 again, while attempt 2 is under way
  CHECK(shop.open_runs().size() == 1);
  CHECK(shop.noted("call_done", "was ignored"));
  CHECK(shop.calls_ended.empty());
  const CallOrder second = shop.calls[0];
  shop.answer();
  CHECK(shop.count(RunStatus::done) == 1);
  const std::size_t messages = shop.messages.size();
  shop.answer_to(second);
  CHECK(shop.count(RunStatus::done) == 1);
  CHECK(shop.messages.size() == messages);
  CHECK(shop.subject().conversation.size() == 1);
}

TEST_CASE("a run that is stopped while it calls leaves its call in doubt, and keeps what was said all the same") {
  Shop shop;
  Workflow w = sender();
  w.stop_on.push_back({"order.cancelled", {}});
  shop.add(std::move(w));
  shop.event("order.placed", order);
  const CallOrder under_way = shop.calls[0];
  shop.event("order.cancelled", order);
  REQUIRE(shop.calls_ended.size() == 1);
  CHECK(shop.calls_ended[0].status == Outcome::Status::unknown);
  CHECK(shop.calls.empty());
  shop.answer_to(under_way);
  CHECK(shop.count(RunStatus::done) == 0);
  REQUIRE(shop.messages.size() == 1);
  CHECK(shop.messages[0].direction == "out");
  CHECK(shop.calls_ended.back().status == Outcome::Status::done);
}

TEST_CASE("what is sent and received stands in the conversation, the last of it") {
  Shop shop;
  shop.add(workflow("answer", {"message.received"}, act(send, fields())));
  for (std::size_t i = 0; i < conversation_messages_max; ++i) {
    shop.event("message.received", R"({"message":{"text":"hi )" + std::to_string(i) + R"(","channel":"log"}})");
    shop.answer();
    shop.pass("1m");
  }
  const Value conversation = shop.subject().conversation;
  REQUIRE(conversation.size() == conversation_messages_max);
  CHECK(conversation.items().front()["text"].text() == "hi 25");
  CHECK(conversation.items().back()["from"].text() == "bot");
  CHECK(conversation.items().back()["channel"].text() == "email");
  CHECK(shop.messages.size() == 2 * conversation_messages_max);
}

TEST_CASE("a run goes on with the version that it began on") {
  Shop shop;
  shop.add(workflow("w", {"order.placed"}, wait("1h"), act(note, fields("text", written("old")))));
  shop.event("order.placed", order);
  Workflow edited = workflow("w", {"order.placed"}, act(note, fields("text", written("new"))));
  edited.version = "w-2";
  shop.add(std::move(edited));
  shop.event("order.placed", order);
  shop.pass("1h");
  CHECK(shop.log == std::vector<std::string>{"new", "old"});
}

TEST_CASE("a run whose version is lost fails with that reason, whatever it waits for") {
  Shop shop;
  shop.add(workflow("waits", {"order.placed"}, wait("1h")));
  shop.add(sender());
  shop.event("order.placed", order);
  REQUIRE(shop.open_runs().size() == 2);
  shop.forget_all_workflows();
  shop.answer();
  shop.pass("1h");
  CHECK(shop.open_runs().empty());
  CHECK(shop.count(RunStatus::failed) == 2);
  CHECK(shop.noted("failed", "the version waits-1 of waits that it began on is not there any more"));
  CHECK(shop.calls_ended.size() == 1);
}

TEST_CASE("a program that would go round for ever is stopped at its limit") {
  Shop shop;
  shop.add(workflow("round", {"order.placed"}, jump(0)));
  shop.event("order.placed", order);
  CHECK(shop.noted("failed", "more than 10000 instructions without a wait"));
}

TEST_CASE("a subject has at most open_runs_max open runs") {
  Shop shop;
  shop.add(workflow("many", {"order.placed"}, wait("1d")));
  for (std::size_t i = 0; i < open_runs_max + 2; ++i) {
    shop.event("order.placed", order);
    shop.pass("1m");
  }
  CHECK(shop.open_runs().size() == open_runs_max);
  CHECK(shop.noted("limit_reached", "200 open runs"));
}
