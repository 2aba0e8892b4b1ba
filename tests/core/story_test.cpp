#include "support/catch.h"
#include "support/shop.h"

#include "base/json.h"

using namespace shopbell;
using namespace shopbell::story;

namespace {

constexpr auto order_of_140 =
    R"({"order":{"id":1001,"name":"#1001","total":140.5,"currency":"EUR"},"customer":{"id":7,"email":"a@example.com","first_name":"Ana"}})";
constexpr auto cart =
    R"({"cart":{"id":"c1","items":[{"sku":"X","price":10}]},"customer":{"id":7,"email":"a@example.com"}})";
constexpr auto empty_cart = R"({"cart":{"id":"c1","items":[]},"customer":{"id":7}})";
constexpr auto order = R"({"order":{"id":1,"total":10,"currency":"EUR"},"customer":{"id":7}})";

Workflow big_order() {
  Workflow w = workflow(
      "big-order", {"order.placed"}, act(tag, fields("add", constant(R"(["vip"])"))), wait("1h"),
      act(send,
          fields("text", written("Hello {{ customer.first_name }}, {{ order.name }}: {{ customer.tags | join: ',' }}")),
          "sent"),
      act(note, fields("text", written("answered {{ sent.code }}"))));
  w.condition = expr("order.total > 100.0");
  return w;
}

Workflow abandoned_cart() {
  Workflow w =
      workflow("abandoned-cart", {"cart.updated"}, wait("1h"), act(send, fields("text", written("Your cart waits"))));
  w.condition = expr("size(cart.items) > 0");
  w.per_text = "customer";
  w.mode = Mode::restart;
  w.stop_on.push_back({"order.placed", {}});
  w.limit = {1, Millis{7 * 86'400'000}};
  return w;
}

}  // namespace

TEST_CASE("an event starts a run, which tags, waits, sends, and is done") {
  Shop shop;
  shop.add(big_order());
  shop.event("order.placed", order_of_140);
  REQUIRE(shop.open_runs().size() == 1);
  CHECK(shop.open_runs()[0].status == RunStatus::waiting);
  CHECK(shop.noted("tagged", "added vip"));
  CHECK(shop.noted("waiting", "until 2027-01-15T09:00:00Z"));

  shop.pass("59m");
  CHECK(shop.calls.empty());
  shop.pass("1m");
  REQUIRE(shop.calls.size() == 1);
  CHECK(shop.args.back() == R"({"text":"Hello Ana, #1001: vip"})");
  CHECK(shop.calls[0].action == "send");

  shop.answer(Outcome::Status::done, R"({"code":250})");
  CHECK(shop.open_runs().empty());
  CHECK(shop.count(RunStatus::done) == 1);
  CHECK(shop.log == std::vector<std::string>{"answered 250"});
  REQUIRE(shop.calls_ended.size() == 1);
  CHECK(shop.calls_ended[0].status == Outcome::Status::done);
}

TEST_CASE("a condition that is false starts nothing and says which operand decided") {
  Shop shop;
  shop.add(big_order());
  shop.event("order.placed", order);
  CHECK(shop.open_runs().empty());
  CHECK(shop.ended.empty());
  CHECK(shop.noted("condition_false", "order.total > 100.0 → 10"));
}

TEST_CASE("a condition that cannot be decided is not false: nothing starts, and the reason is noted as an error") {
  Shop shop;
  shop.add(big_order());
  shop.event("order.placed", R"({"order":{"id":1}})");
  CHECK(shop.ended.empty());
  CHECK(shop.open_runs().empty());
  CHECK(shop.noted("error", "order.total > 100.0"));
  CHECK_FALSE(shop.noted("condition_false"));
}

TEST_CASE("an event that no workflow waits for is noted") {
  Shop shop;
  shop.add(big_order());
  shop.event("product.updated", "{}", "product:9");
  CHECK(shop.noted("not_started", "product.updated"));
  CHECK(shop.state("product:9").empty());
}

TEST_CASE("a disabled workflow starts nothing, and its open runs are still stopped") {
  Shop shop;
  shop.add(abandoned_cart());
  shop.event("cart.updated", cart);
  REQUIRE(shop.open_runs().size() == 1);
  Workflow off = abandoned_cart();
  off.enabled = false;
  off.version = "abandoned-cart-2";
  shop.add(std::move(off));
  shop.event("cart.updated", cart);
  CHECK(shop.open_runs().size() == 1);
  shop.event("order.placed", order);
  CHECK(shop.open_runs().empty());
}

TEST_CASE("an abandoned cart: who orders within the hour hears nothing") {
  Shop shop;
  shop.add(abandoned_cart());
  shop.event("cart.updated", cart);
  shop.pass("30m");
  shop.event("order.placed", order);
  shop.pass("2d");
  CHECK(shop.calls.empty());
  CHECK(shop.count(RunStatus::stopped) == 1);
  CHECK(shop.noted("stopped", "order.placed"));
}

TEST_CASE("an abandoned cart: a newer cart starts the clock again") {
  Shop shop;
  shop.add(abandoned_cart());
  shop.event("cart.updated", cart);
  shop.pass("50m");
  shop.event("cart.updated", cart);
  shop.pass("50m");
  CHECK(shop.calls.empty());
  CHECK(shop.noted("restarted"));
  shop.pass("10m");
  CHECK(shop.calls.size() == 1);
}

TEST_CASE("an abandoned cart: an empty cart neither starts a run nor ends one") {
  Shop shop;
  shop.add(abandoned_cart());
  shop.event("cart.updated", cart);
  shop.event("cart.updated", empty_cart);
  CHECK(shop.open_runs().size() == 1);
  CHECK(shop.noted("condition_false", "size(cart.items) > 0"));
}

TEST_CASE("an abandoned cart: at most one finished run a week, and stopped runs do not count") {
  Shop shop;
  shop.add(abandoned_cart());
  shop.event("cart.updated", cart);
  shop.event("order.placed", order);  // stopped: does not count
  shop.event("cart.updated", cart);
  shop.pass("1h");
  shop.answer();
  CHECK(shop.count(RunStatus::done) == 1);

  shop.pass("6d");
  shop.event("cart.updated", cart);
  CHECK(shop.noted("limit_reached", "limit 1 per 7d: 1 done, 0 open"));
  CHECK(shop.open_runs().empty());

  shop.pass("1d");
  shop.event("cart.updated", cart);
  CHECK(shop.open_runs().size() == 1);
}

TEST_CASE("a limit counts open runs, too, and so an end by failure makes room") {
  Shop shop;
  Workflow w = workflow("greet", {"order.placed"}, wait("1h"), story::fail("no reason"));
  w.limit = {2, Millis{86'400'000}};
  shop.add(std::move(w));
  for (int i = 0; i < 3; ++i) shop.event("order.placed", order);
  CHECK(shop.open_runs().size() == 2);
  CHECK(shop.noted("limit_reached", "0 done, 2 open"));
  shop.pass("1h");
  CHECK(shop.count(RunStatus::failed) == 2);
  shop.event("order.placed", order);
  CHECK(shop.open_runs().size() == 1);
}

TEST_CASE("stop_on goes by the event's own time: late news of an order counts, an order from before does not") {
  Shop shop;
  shop.add(abandoned_cart());
  shop.event("cart.updated", cart);
  shop.pass("30m");
  shop.event("order.placed", order, "customer:7", Millis{31 * 60'000});
  CHECK(shop.open_runs().size() == 1);
  CHECK(shop.noted("not_started", "before what started it"));
  shop.event("order.placed", order, "customer:7", Millis{29 * 60'000});
  CHECK(shop.open_runs().empty());
}

TEST_CASE("stop_on with `where` stops only on what it says, and an undecided one does not stop") {
  Shop shop;
  Workflow w = abandoned_cart();
  w.stop_on[0].where = expr("order.total > 50.0");
  shop.add(std::move(w));
  shop.event("cart.updated", cart);
  shop.event("order.placed", order);
  CHECK(shop.noted("condition_false", "stop_on: order.total > 50.0"));
  shop.event("order.placed", R"({"order":{"id":2}})");
  CHECK(shop.noted("error", "stop_on cannot be decided"));
  CHECK(shop.open_runs().size() == 1);
  shop.event("order.placed", order_of_140);
  CHECK(shop.open_runs().empty());
}

TEST_CASE("of two triggers of one event type one match is enough, and one undecided does not hinder it") {
  Shop shop;
  Workflow w = workflow("two", {}, act(note, fields("text", written("started"))));
  w.on.push_back({"order.placed", expr("order.nothing > 1")});
  w.on.push_back({"order.placed", expr("order.total > 100.0")});
  shop.add(std::move(w));
  shop.event("order.placed", order_of_140);
  CHECK(shop.log.size() == 1);
  CHECK_FALSE(shop.noted("error"));
  shop.event("order.placed", order);
  CHECK(shop.log.size() == 1);
  CHECK(shop.noted("error", "where cannot be decided"));
  CHECK(shop.noted("condition_false", "where: order.total > 100.0"));
}

TEST_CASE("modes: what becomes of a second trigger while a run is open") {
  struct Case {
    Mode mode;
    std::size_t open, stopped;
    const char* code;
  };
  const auto c = GENERATE(values<Case>({{Mode::parallel, 2, 0, "started"},
                                        {Mode::single, 1, 0, "mode_single"},
                                        {Mode::restart, 1, 1, "restarted"},
                                        {Mode::queue, 2, 0, "queued"}}));
  Shop shop;
  Workflow w = workflow("modal", {"order.placed"}, wait("1h"), act(send, fields()));
  w.mode = c.mode;
  shop.add(std::move(w));
  shop.event("order.placed", order);
  const std::string first = shop.open_runs()[0].id;
  shop.event("order.placed", order);
  INFO(shop.all_notes());
  CHECK(shop.open_runs().size() == c.open);
  CHECK(shop.count(RunStatus::stopped) == c.stopped);
  CHECK(shop.noted(c.code));
  CHECK((shop.open_runs()[0].id == first) == (c.mode != Mode::restart));
}

TEST_CASE("queued runs go one after the other, in the order of their events") {
  Shop shop;
  Workflow w = workflow("queue", {"order.placed"}, act(send, fields("n", computed("order.id"))));
  w.mode = Mode::queue;
  shop.add(std::move(w));
  for (const char* id : {"1", "2", "3"}) shop.event("order.placed", R"({"order":{"id":)" + std::string(id) + "}}");
  CHECK(shop.open_runs().size() == 3);
  CHECK(shop.calls.size() == 1);
  shop.answer();
  shop.answer(Outcome::Status::failed);
  shop.answer();
  CHECK(shop.args == std::vector<std::string>{R"({"n":1})", R"({"n":2})", R"({"n":3})"});
  CHECK(shop.open_runs().empty());
}

TEST_CASE("a queued run goes on when the one before it is cancelled") {
  Shop shop;
  Workflow w = workflow("queue", {"order.placed"}, wait("1h"));
  w.mode = Mode::queue;
  shop.add(std::move(w));
  shop.event("order.placed", order);
  shop.event("order.placed", order);
  shop.give("customer:7", {shop.now, Cancelled{shop.open_runs()[0].id, "Eva"}});
  REQUIRE(shop.open_runs().size() == 1);
  CHECK(shop.open_runs()[0].status == RunStatus::waiting);
  CHECK(shop.noted("stopped", "cancelled by Eva"));
}

TEST_CASE("branches: one way is taken, with what decided it") {
  Shop shop;
  shop.add(workflow("choose", {"order.placed"}, branch("order.total > 100.0", 3),
                    act(note, fields("text", written("large"))), jump(4), act(note, fields("text", written("small")))));
  shop.event("order.placed", order);
  shop.event("order.placed", order_of_140);
  CHECK(shop.log == std::vector<std::string>{"small", "large"});
  CHECK(shop.noted("branch", "order.total > 100.0 → 140.5 > 100.0 → true"));
}

TEST_CASE("vars, outputs and `as` names are seen by later steps, also after a restart, with their types") {
  Shop shop;
  Workflow w = workflow("names", {"order.placed"}, act(note, fields("text", written("one")), "first"),
                        set_to(fields("deadline", computed("now + duration('2h')"), "u", computed("7u"))), wait("1h"),
                        branch("vars.deadline > now && vars.u == 7u && first.at == "
                               "timestamp('1970-01-01T00:00:00.005Z') && steps['1'].text == 'one'",
                               5),
                        act(note, fields("text", written("{{ vars.double }} {{ first.text }}"))));
  w.vars.emplace_back("half", expr("order.total / 2.0"));
  w.vars.emplace_back("double", expr("vars.half * 4.0"));
  shop.add(std::move(w));
  shop.event("order.placed", order_of_140);
  shop.pass("1h");
  INFO(shop.all_notes());
  REQUIRE(shop.log.size() == 2);
  CHECK(shop.log[1] == "281.0 one");
}

TEST_CASE("vars that cannot be computed fail the run with the reason") {
  Shop shop;
  Workflow w = workflow("vars", {"order.placed"}, wait("1h"));
  w.vars.emplace_back("x", expr("order.none"));
  shop.add(std::move(w));
  shop.event("order.placed", order);
  CHECK(shop.open_runs().empty());
  CHECK(shop.noted("failed", "vars.x"));
}

TEST_CASE("a wait for an instant that is past goes on at once, and one ahead is waited for") {
  Shop shop;
  shop.add(workflow("waits", {"order.placed"}, wait_until("now - duration('1s')"), wait_until("event.time"),
                    wait_until("timestamp('2027-01-15T10:00:00Z')")));
  shop.event("order.placed", order);
  CHECK(shop.noted("step", "no wait: 2027-01-15T07:59:59Z"));
  REQUIRE(shop.open_runs().size() == 1);
  CHECK(shop.open_runs()[0].at == 2);
  shop.pass("119m");
  CHECK(shop.count(RunStatus::done) == 0);
  shop.pass("1m");
  CHECK(shop.count(RunStatus::done) == 1);
}

TEST_CASE("a wait for what is no instant fails the run with the place") {
  Shop shop;
  Workflow w = workflow("waits", {"order.placed"}, wait_until("order.id"));
  w.program[0].line = 12;
  shop.add(std::move(w));
  shop.event("order.placed", order);
  CHECK(shop.noted("failed", "step 1, line 12: a wait needs a duration or an instant, and this is 1"));
}

TEST_CASE("stop ends a run quietly, fail ends it for attention, each with its reason") {
  Shop shop;
  shop.add(workflow("a", {"order.placed"}, stop("{{ order.id }} is small")));
  shop.add(workflow("b", {"order.placed"}, story::fail("{{ order.id }} is bad")));
  shop.event("order.placed", order);
  REQUIRE(shop.ended.size() == 2);
  CHECK(shop.ended[0].status == RunStatus::stopped);
  CHECK(shop.ended[0].reason == "1 is small");
  CHECK(shop.ended[1].status == RunStatus::failed);
  CHECK(shop.ended[1].reason == "1 is bad");
}

TEST_CASE("a step whose expression fails fails the run, with line, step and expression") {
  Shop shop;
  Workflow w = workflow("broken", {"order.placed"}, act(note, fields("text", computed("order.missing.deeper"))));
  w.program[0].line = 4;
  shop.add(std::move(w));
  shop.event("order.placed", order);
  CHECK(shop.noted("failed", "step 1, note, line 4: text: "));
  CHECK(shop.noted("failed", "order.missing.deeper"));
}

TEST_CASE("a decision that fails ends the run, unless the step says to go on") {
  for (const bool goes_on : {false, true}) {
    Shop shop;
    Workflow w = workflow("w", {"order.placed"}, act(refuse, fields(), "tried"),
                          act(note, fields("text", written("after: {{ tried.error.code }}"))));
    w.program[0].go_on_after_failure = goes_on;
    shop.add(std::move(w));
    shop.event("order.placed", order);
    CHECK(shop.count(goes_on ? RunStatus::done : RunStatus::failed) == 1);
    CHECK(shop.log == (goes_on ? std::vector<std::string>{"after: refused"} : std::vector<std::string>{}));
    CHECK(shop.noted(goes_on ? "error" : "failed", "this one never works"));
  }
}

TEST_CASE("what a customer writes is data: templates print it and do not run it") {
  Shop shop;
  shop.add(workflow("echo", {"message.received"}, act(note, fields("text", written("{{ message.text }}"))),
                    set_to(fields("said", computed("message.text"))),
                    act(note, fields("text", written("{{ vars.said }}")))));
  const std::string poison = R"({{ shop.name }}{% raw %}{"$":"map","v":[1,2]}${env:HOME}</script>)";
  Arena arena;
  shop.event(
      "message.received",
      to_json(make_map(arena, {{"message", make_map(arena, {{"text", poison}, {"channel", "log"}, {"from", "34600"}})},
                               {"$", "timestamp"},
                               {"v", "no"}})));
  CHECK(shop.log == std::vector<std::string>{poison, poison});
}

TEST_CASE("a timezone that does not exist costs the customer nothing: the shop's is taken") {
  Shop shop;
  shop.add(workflow("dated", {"order.placed"}, act(note, fields("text", written("{{ 'now' | date: '%H:%M' }}")))));
  shop.event("order.placed", R"({"order":{"id":1},"customer":{"id":7,"timezone":"Mars/Olympus"}})");
  INFO(shop.all_notes());
  CHECK(shop.log == std::vector<std::string>{"08:00"});
  shop.event("order.placed", R"({"order":{"id":2},"customer":{"id":7,"timezone":"Europe/Madrid"}})");
  CHECK(shop.log.back() == "09:00");
}

TEST_CASE("a handoff opens a ticket with the conversation and the customer as they are") {
  Shop shop;
  shop.add(workflow("triage", {"message.received"},
                    act(handoff, fields("queue", constant("\"care\""), "reason", written("angry")))));
  shop.event(
      "message.received",
      R"({"message":{"text":"Where is it?!","channel":"whatsapp","from":"34600"},"customer":{"id":7,"name":"Ana"}})");
  REQUIRE(shop.tickets.size() == 1);
  CHECK(shop.tickets[0].draft.queue == "care");
  CHECK(shop.tickets[0].frozen["conversation"].items()[0]["text"].text() == "Where is it?!");
  CHECK(shop.tickets[0].frozen["conversation"].items()[0]["from"].text() == "customer");
  CHECK(shop.tickets[0].frozen["customer"]["name"].text() == "Ana");
  CHECK(shop.noted("ticket", "care: angry"));
  REQUIRE(shop.messages.size() == 1);
  CHECK(shop.messages[0].direction == "in");
}
