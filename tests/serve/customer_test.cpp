// Whoever an event is about is one customer, however many names he goes by.

#include "house.h"

#include "base/json.h"
#include "core/identity.h"
#include "support/catch.h"
#include "support/random.h"

#include <algorithm>

using namespace shopbell;

namespace {

constexpr Millis hour{3'600'000}, minute{60'000};

constexpr auto reminder = R"(workflow: reminder
on: cart.updated
stop_on: order.placed
per: customer
mode: restart
steps:
  - wait: 1h
  - note: reminded
)";

constexpr auto guest_cart = R"({"customer":{"email":"a@x.com"},"cart":{"token":"T","items":[{"sku":"X"}]}})";
constexpr auto nobodys_cart = R"({"cart":{"token":"T","items":[{"sku":"X"}]},"customer":{"cookie":"C"}})";

}  // namespace

TEST_CASE("a cart of nobody is the customer's once known, and the order under the account stops its reminder") {
  House house;
  house.add_yaml(reminder);
  house.event("cart.updated", nobodys_cart);
  CHECK(house.open_runs("cart:T") == 1);
  house.now += minute;
  house.event("order.placed", R"({"customer":{"id":7,"email":"a@x.com"},"order":{"id":1,"total":10,"cart_token":"T"}})");
  CHECK(house.noted("merged", "cart:T is the same customer") == 1);
  CHECK(house.noted("stopped", "order.placed") == 1);
  for (const char* name : {"7", "A@x.com", "cart:T", "cookie:C"}) {
    INFO(name);
    CHECK(house.subject(name).id == "customer:7");
    CHECK(house.open_runs(name) == 0);
  }
  house.pass(2 * hour);
  CHECK(house.noted("note", "reminded") == 0);
}

TEST_CASE("an order under another address stops the reminder of the cart that it came out of; two customers stay two") {
  House house;
  house.add_yaml(reminder);
  house.event("cart.updated", guest_cart);
  house.now += minute;
  house.event("order.placed", R"({"customer":{"email":"b@x.com"},"order":{"id":1,"total":10,"cart_token":"T"}})");
  CHECK(house.noted("overheard") == 1);
  CHECK(house.open_runs("a@x.com") == 0);
  CHECK(house.subject("a@x.com").id == "customer:a@x.com");
  CHECK(house.subject("a@x.com").profile["orders_count"].integer_or(-1) == 0);
  CHECK(house.subject("b@x.com").profile["orders_count"].integer_or(-1) == 1);
  house.pass(2 * hour);
  CHECK(house.noted("note", "reminded") == 0);
}

TEST_CASE("a guest's orders and the account's are one customer's, with what both were told") {
  House house;
  house.event("order.placed", R"({"customer":{"email":"a@x.com","first_name":"Ana"},"order":{"id":1,"total":10,"currency":"EUR","items":[{"product_id":5,"category":"Shoes"}]}})");
  house.event("message.received", R"({"message":{"id":"m1","from":"34600111222","channel":"whatsapp","text":"hi"}})");
  house.event("order.placed", R"({"customer":{"id":7,"email":"a@x.com","phone":"+34600111222"},"order":{"id":2,"total":20.5,"currency":"EUR"}})");
  const Subject one = house.subject("+34 600 111 222");
  CHECK(one.id == "customer:7");
  CHECK(one.profile["orders_count"].integer_or(0) == 2);
  CHECK(one.profile["lifetime_value"].real() == 30.5);
  CHECK(one.profile["average_order"].real() == 15.25);
  CHECK(one.profile["first_name"].text() == "Ana");
  CHECK(to_json(one.profile["products"]) == R"(["5"])");
  CHECK(to_json(one.profile["categories"]) == R"(["Shoes"])");
  CHECK(one.profile["messages_received"].integer_or(0) == 1);
  CHECK(one.conversation.items().size() == 1);
  CHECK(one.profile.at_path("last_order.id").integer_or(0) == 2);
  Filter filter;
  filter.subject = "customer:7";
  const auto messages = house.reader().messages(filter, {});
  REQUIRE(messages);
  CHECK(messages->size() == 1);
}

TEST_CASE("an order that is told under two names counts once") {
  House house;
  constexpr auto guest = R"({"customer":{"email":"a@x.com"},"order":{"id":1,"total":10,"currency":"EUR"}})";
  house.event("order.placed", guest);
  house.event("order.placed", R"({"customer":{"id":7},"order":{"id":1,"total":10,"currency":"EUR"}})", Millis{0}, "other");
  house.event("customer.updated", R"({"customer":{"id":7,"email":"a@x.com"}})");
  CHECK(house.subject("7").profile["orders_count"].integer_or(0) == 1);
  CHECK(to_json(house.subject("7").profile["spent"]) == R"({"EUR":1000})");
  CHECK(house.subject("7").profile["lifetime_value"].real() == 10.0);
}

TEST_CASE("a call that was begun under the old name comes back to its run") {
  House house;
  house.add_yaml("workflow: tell\non: order.placed\nsteps:\n  - http: { url: \"https://x.example\" }\n    as: told\n  - note: \"answered {{ told.code }}\"\n");
  house.event("order.placed", R"({"customer":{"email":"a@x.com"},"order":{"id":1}})");
  REQUIRE(house.calls.size() == 1);
  CHECK(house.calls[0].subject == "customer:a@x.com");
  house.event("customer.updated", R"({"customer":{"id":7,"email":"a@x.com"}})");
  CHECK(house.open_runs("7") == 1);
  Arena arena;
  Finished finished{house.calls[0].run, house.calls[0].key, 1, Outcome::Status::done, make_map(arena, {{"code", 200}}), {}, {}, {}};
  house.give("customer:a@x.com", {house.now, finished});
  CHECK(house.noted("note", "answered 200") == 1);
  CHECK(house.inputs.back().subject == "customer:7");
  CHECK(house.open_runs("7") == 0);
}

TEST_CASE("two in line under two names are not at work at once when they turn out to be one customer's") {
  House house;
  house.add_yaml("workflow: line\non: order.placed\nmode: queue\nsteps:\n  - http: { url: \"https://x.example/{{ order.id }}/1\" }\n  - wait: 1h\n  - http: { url: \"https://x.example/{{ order.id }}/2\" }\n");
  house.event("order.placed", R"({"customer":{"email":"a@x.com"},"order":{"id":1}})");
  house.event("order.placed", R"({"customer":{"id":7},"order":{"id":2}})");
  house.event("customer.updated", R"({"customer":{"id":7,"email":"a@x.com"}})");
  house.event("order.placed", R"({"customer":{"id":7},"order":{"id":3}})");
  std::size_t answered = 0;
  const auto answer = [&] {
    const CallRow& call = house.calls.at(answered++);
    house.give(call.subject, {house.now, Finished{call.run, call.key, 1, Outcome::Status::done, {}, {}, {}, {}}});
  };
  REQUIRE(house.calls.size() == 2);
  answer();
  answer();
  CHECK(house.noted("queued", "behind one that is open") == 2);  // the third, and one of the two
  for (const char* url : {"/2/2", "/1/2", "/3/1", "/3/2"}) {
    house.pass(2 * hour);
    REQUIRE(house.calls.size() == answered + 1);
    CHECK(house.calls.back().args.find(url) != std::string::npos);
    answer();
  }
  CHECK(house.open_runs("7") == 0);
}

TEST_CASE("a run that failed under the old name is decided about under either") {
  const std::string name = GENERATE("customer:a@x.com", "customer:7");
  const bool in_one_batch = GENERATE(true, false);
  House house;
  house.add_yaml("workflow: tell\non: order.placed\nsteps:\n  - fail: \"no\"\n  - note: behind\n");
  house.put("order.placed", R"({"customer":{"email":"a@x.com"},"order":{"id":1}})");
  if (!in_one_batch) house.commit();
  house.event("customer.updated", R"({"customer":{"id":7,"email":"a@x.com"}})");
  const auto failed = house.reader().attention({}, {});
  REQUIRE(failed);
  REQUIRE(failed->size() == 1);
  CHECK(failed->front().row.subject == "customer:7");
  house.give(name, {house.now, Resolved{failed->front().row.id, Resolved::Remedy::skip, "somebody"}});
  CHECK(house.noted("note", "behind") == 1);
  CHECK(house.reader().attention({}, {})->empty());
}

TEST_CASE("what one input causes is bounded, and what is left out is told") {
  House house;
  house.add_yaml("workflow: wide\non: order.placed\nsteps:\n  - for_each:\n      in: order.tags\n      as: line\n      do: [ { emit: { type: shop.line } }, { emit: { type: shop.line } } ]\n");
  const auto lines = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\"";
    return R"({"customer":{"id":7},"order":{"id":1,"tags":[)" + text + "]}}";
  };
  house.put("order.placed", lines(500)).put("order.placed", lines(500)).commit();  // both in one batch: it is not theirs together
  CHECK(house.inputs.size() == 2 + 2 * following_max);
  CHECK(house.noted("too_many") == 0);
  house.event("order.placed", lines(510));
  CHECK(house.inputs.size() == 3 + 3 * following_max);
  CHECK(house.noted("too_many", "20 events that follow from this are not taken") == 1);
}

TEST_CASE("what came about the one before they were one stops the runs of the other") {
  House house;
  house.add_yaml(reminder);
  house.event("order.placed", R"({"customer":{"id":7},"order":{"id":1}})", minute);
  house.event("cart.updated", guest_cart, 2 * minute);  // it comes late, and happened before the order
  CHECK(house.open_runs("a@x.com") == 1);
  house.event("customer.updated", R"({"customer":{"id":7,"email":"a@x.com"}})");
  CHECK(house.open_runs("7") == 0);
  CHECK(house.noted("stopped", "has come already") == 1);
}

TEST_CASE("what happened to the one in the instant of the other's trigger stops its run when it came later") {
  const bool order_first = GENERATE(true, false);
  House house;
  house.add_yaml("workflow: cart\non: cart.updated\nstop_on: order.placed\nsteps:\n  - wait: 1h\n");
  const Time then = house.now;
  const auto happens = [&](const char* type, const char* data) {
    house.event(type, data, house.now - then);
    house.now += Millis{1'000};
  };
  const char* order = R"({"customer":{"id":7},"order":{"id":1}})";
  const char* cart = R"({"customer":{"id":8},"cart":{"id":1}})";
  if (order_first) happens("order.placed", order);
  happens("cart.updated", cart);
  if (!order_first) happens("order.placed", order);
  CHECK(house.open_runs("8") == 1);
  house.event("customer.updated", R"({"customer":{"id":7,"email":"a@x.com"}})");
  house.event("customer.updated", R"({"customer":{"id":8,"email":"a@x.com"}})");
  CHECK(house.open_runs("8") == (order_first ? 1 : 0));
}

TEST_CASE("what the one waits for may have come about the other") {
  House house;
  house.add_yaml("workflow: thanks\non: customer.created\nsteps:\n  - wait_for: { event: order.placed, timeout: 1d }\n    as: first\n  - note: \"first order {{ first.event.order.id }}\"\n");
  house.event("customer.created", R"({"customer":{"id":7}})", 2 * minute);
  house.event("order.placed", R"({"customer":{"email":"a@x.com"},"order":{"id":31}})", minute);
  CHECK(house.noted("note") == 0);
  house.event("customer.updated", R"({"customer":{"id":7,"email":"a@x.com"}})");
  CHECK(house.noted("note", "first order 31") == 1);
}

TEST_CASE("of two reminders of one customer the newer goes on") {
  House house;
  house.add_yaml(reminder);
  house.event("cart.updated", R"({"customer":{"id":7},"cart":{"id":1}})");
  house.now += minute;
  house.event("cart.updated", R"({"customer":{"email":"a@x.com"},"cart":{"id":2}})");
  house.event("customer.updated", R"({"customer":{"id":7,"email":"a@x.com"}})");
  const Subject one = house.subject("7");
  REQUIRE(one.runs.size() == 1);
  CHECK(one.runs[0].event.data.at_path("cart.id").integer_or(0) == 2);
  CHECK(one.runs[0].event.subject == "customer:7");
  house.pass(2 * hour);
  CHECK(house.noted("note", "reminded") == 1);
}

TEST_CASE("contacts, limits and the queue of waits survive both the merge and a restart") {
  House house;
  house.add_yaml("workflow: hello\non: cart.updated\nlimit: 2 per 7d\nsteps:\n  - wait: 10m\n  - note: hello\n");
  house.event("cart.updated", R"({"customer":{"id":7},"cart":{"id":1}})");
  house.event("cart.updated", R"({"customer":{"email":"a@x.com"},"cart":{"id":2}})");
  house.pass(minute);
  house.event("customer.updated", R"({"customer":{"id":7,"email":"a@x.com"}})");
  house.reopen();
  CHECK(house.open_runs("7") == 2);
  house.pass(hour);
  CHECK(house.noted("note", "hello") == 2);
  house.event("cart.updated", R"({"customer":{"email":"a@x.com"},"cart":{"id":3}})");
  CHECK(house.noted("limit_reached", "2 done") == 1);
}

TEST_CASE("a merge, and what made it known, are inputs of one commit in their order") {
  House house;
  house.event("order.placed", R"({"customer":{"email":"a@x.com"},"order":{"id":1}})");
  house.event("order.placed", R"({"customer":{"id":7,"email":"a@x.com"},"order":{"id":2}})");
  REQUIRE(house.inputs.size() == 3);
  CHECK(house.inputs[1].kind == "merged");
  CHECK(house.inputs[1].detail == R"({"from":"customer:a@x.com"})");
  CHECK(house.inputs[1].subject == "customer:7");
  CHECK(house.inputs[2].kind == "event");
  CHECK(house.subject("7").merged == std::vector<std::string>{"customer:a@x.com"});
}

TEST_CASE("a merge within a batch takes what the batch had just begun") {
  House house;
  house.add_yaml(reminder);
  house.put("cart.updated", guest_cart);
  house.put("customer.updated", R"({"customer":{"id":7,"email":"a@x.com"}})");
  house.put("cart.updated", R"({"customer":{"id":7},"cart":{"id":2}})");
  house.commit();
  CHECK(house.open_runs("7") == 1);
  house.reopen();
  CHECK(house.open_runs("7") == 1);
  house.event("order.placed", R"({"customer":{"email":"a@x.com"},"order":{"id":1}})");
  CHECK(house.open_runs("7") == 0);
}

TEST_CASE("a run that ends under the old name in the batch that merges it is over") {
  House house;
  house.add_yaml(reminder);
  house.event("cart.updated", guest_cart);
  house.put("order.placed", R"({"customer":{"email":"a@x.com"},"order":{"id":1}})");
  house.put("customer.updated", R"({"customer":{"id":7,"email":"a@x.com"}})");
  house.commit();
  CHECK(house.open_runs("7") == 0);
  const auto counts = house.reader().counts();
  REQUIRE(counts);
  CHECK(counts->open_runs == 0);
}

TEST_CASE("a subject with one name costs no other row") {
  House house;
  house.event("order.placed", R"({"customer":{"id":7},"order":{"id":1}})");
  house.event("order.placed", R"({"customer":{"id":7},"order":{"id":2,"cart_token":"T"}})");
  const auto rows = house.store().subjects({}, 10);
  REQUIRE(rows);
  CHECK(rows->size() == 1);
}

TEST_CASE("in whatever order and whatever batches events come, the customer's sums are the same") {
  const std::vector<std::tuple<const char*, const char*, const char*>> events{
      {"cart.updated", R"({"cart":{"token":"T","items":[]}})", "shop"},
      {"cart.updated", R"({"customer":{"email":"a@x.com"},"cart":{"token":"T","items":[]}})", "shop"},
      {"order.placed", R"({"customer":{"email":"a@x.com"},"order":{"id":1,"total":10,"currency":"EUR","cart_token":"T"}})", "shop"},
      {"order.placed", R"({"customer":{"id":7,"email":"a@x.com"},"order":{"id":1,"total":10,"currency":"EUR"}})", "other"},
      {"order.placed", R"({"customer":{"id":7},"order":{"id":2,"total":20.25,"currency":"EUR"}})", "shop"},
      {"order.placed", R"({"customer":{"id":"cus_9","phone":"+34600111222"},"order":{"id":3,"total":5.5,"currency":"USD"}})", "pay"},
      {"customer.updated", R"({"customer":{"id":"cus_9","email":"a@x.com","consent":{"email":true}}})", "pay"},
      {"customer.updated", R"({"customer":{"id":7,"consent":{"email":false,"sms":true}}})", "shop"},
      {"message.received", R"({"message":{"id":"m1","from":"34600111222","channel":"whatsapp","text":"hi"}})", "wa"},
      {"message.received", R"({"message":{"id":"m2","from":"34600111222","channel":"whatsapp","text":"there"}})", "wa"},
      {"survey.answered", R"({"customer":{"id":7},"survey":{"kind":"csat","score":4}})", "shop"},
      {"survey.answered", R"({"customer":{"email":"a@x.com"},"survey":{"kind":"csat","score":5}})", "shop"}};
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    shopbell::testing::Random random(seed);
    std::vector<std::size_t> order(events.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    House house;
    for (const std::size_t i : order) {
      const auto& [type, data, source] = events[i];
      house.put(type, data, minute * static_cast<int>(events.size() - i), source);
      if (random.chance(30)) house.commit();
    }
    house.commit();
    const Subject one = house.subject("7");
    for (const char* name : {"a@x.com", "cus_9", "+34600111222", "cart:T"}) {
      INFO(name);
      CHECK(house.subject(name).id == one.id);
    }
    CHECK(one.id.starts_with("customer:"));
    CHECK(one.profile["orders_count"].integer_or(0) == 3);
    CHECK(one.profile.at_path("spent.EUR").integer_or(0) == 3025);
    CHECK(one.profile.at_path("spent.USD").integer_or(0) == 550);
    CHECK(one.profile["lifetime_value"].number_or(0) == 30.25);
    CHECK(one.profile["messages_received"].integer_or(0) == 2);
    CHECK(one.profile.at_path("satisfaction.answers").integer_or(0) == 2);
    CHECK(one.profile.at_path("satisfaction.average").number_or(0) == 4.5);
    CHECK(one.profile.at_path("consent.email").boolean_or(true) == false);
    CHECK(one.profile.at_path("consent.sms").boolean_or(false));
    CHECK(one.profile.at_path("last_order.id").integer_or(0) == 3);
    CHECK(to_ms(house.now) - one.profile["first_seen"].seconds() * 1000 == 12 * 60'000);
    CHECK(one.conversation.items().size() == 2);
  }
}
