#include "support/catch.h"
#include "support/shop.h"

#include "base/json.h"

using namespace shopbell;
using namespace shopbell::story;

namespace {

constexpr auto order =
    R"({"order":{"id":1,"total":10,"currency":"EUR"},"customer":{"id":7,"first_name":"Ana","tags":["platform"]}})";

std::vector<std::string> open_on(Shop& shop, const std::string& subject) {
  std::vector<std::string> ids;
  for (const Run& run : shop.subject(subject).runs) ids.push_back(run.workflow);
  return ids;
}

}  // namespace

TEST_CASE("`per` moves runs to the subject that they are counted by") {
  struct Case {
    const char* per_text;
    const char* per;
    const char* subject;
  };
  const auto c = GENERATE(values<Case>({{"order", "", "order:1"},
                                        {"shop", "", "shop"},
                                        {"customer", "", "customer:7"},
                                        {"", "'sku:' + string(order.id)", "sku:1"},
                                        {"", "", "customer:7"}}));
  INFO(c.subject);
  Shop shop;
  Workflow w = workflow("counted", {"order.placed"}, wait("1h"),
                        act(note, fields("text", written("{{ customer.first_name }} {{ customer.orders_count }}"))));
  w.per_text = c.per_text;
  if (*c.per != 0) {
    w.per = expr(c.per);
    w.per_text = c.per;
  }
  w.mode = Mode::single;
  w.stop_on.push_back({"order.cancelled", {}});
  shop.add(std::move(w));
  shop.event("order.placed", order);
  INFO(shop.all_notes());
  CHECK(open_on(shop, c.subject) == std::vector<std::string>{"counted"});
  CHECK(shop.open_runs().size() == 1);
  CHECK(shop.noted("forwarded", c.subject) == (std::string(c.subject) != "customer:7"));

  shop.event("order.placed", order);  // the same order: single
  CHECK(shop.noted("mode_single"));
  shop.event("order.cancelled", order);
  CHECK(shop.open_runs().empty());
  shop.event("order.placed", order);
  shop.pass("1h");
  CHECK(shop.log == std::vector<std::string>{"Ana 1"});
}

TEST_CASE("`per` that cannot be told starts nothing and says why") {
  Shop shop;
  Workflow w = workflow("counted", {"product.updated"}, wait("1h"));
  w.per_text = GENERATE(as<std::string>{}, "order", "customer", "expression");
  if (w.per_text == "expression") w.per = expr("order.id");
  shop.add(std::move(w));
  shop.event("product.updated", R"({"product":{"id":9}})", "product:9");
  CHECK(shop.open_runs().empty());
  CHECK(shop.noted("error", "`per"));
}

TEST_CASE("a run on a subject of its own tags its customer and keeps what it said with the customer") {
  Shop shop;
  Workflow w = workflow("per-order", {"order.placed"},
                        act(tag, fields("add", constant(R"(["buyer"])"), "remove", constant(R"(["platform"])"))),
                        act(send, fields()));
  w.per_text = "order";
  shop.add(std::move(w));
  shop.event("order.placed", order);
  shop.answer();
  CHECK(to_json(shop.subject().profile["tags"]) == R"(["buyer"])");
  CHECK(shop.subject().conversation.size() == 1);
  REQUIRE(shop.messages.size() == 1);
  CHECK(shop.messages[0].from == "bot");
  CHECK(shop.subject("order:1").conversation.is_null());
  CHECK(shop.subject("order:1").profile.is_null());
}

TEST_CASE("the shop and its products cannot be tagged: they are nobody") {
  Shop shop;
  shop.add(workflow("tags", {"product.updated"}, act(tag, fields("add", constant(R"(["hot"])")))));
  shop.event("product.updated", R"({"product":{"id":9}})", "product:9");
  CHECK(shop.noted("tagged", "nobody to tag"));
  CHECK(shop.subject("product:9").profile.is_null());
}

TEST_CASE("tags that workflows gave or took stay so, whatever the platform says next") {
  Shop shop;
  shop.add(workflow("tags", {"order.placed"},
                    act(tag, fields("add", constant(R"(["vip"])"), "remove", constant(R"(["platform"])"))),
                    act(note, fields("text", written("{{ customer.tags | join: ' ' }}")))));
  shop.event("order.placed", order);
  CHECK(shop.log == std::vector<std::string>{"vip"});
  shop.event("customer.updated", R"({"customer":{"id":7,"tags":["platform","new"]}})");
  CHECK(to_json(shop.subject().profile["tags"]) == R"(["new","vip"])");
}

TEST_CASE("an emitted event is about the same subject, and is taken like any other") {
  Shop shop;
  shop.add(workflow("a", {"order.placed"},
                    emit("order.large", fields("order", computed("order"), "by", written("{{ order.id }}")))));
  shop.add(workflow("b", {"order.large"},
                    act(note, fields("text", written("{{ by }} {{ customer.first_name }} {{ event.source }}")))));
  shop.event("order.placed", order);
  CHECK(shop.log == std::vector<std::string>{"1 Ana workflow/a"});
  CHECK(shop.noted("emitted", "order.large about customer:7"));
}

TEST_CASE("events that cause themselves end at their depth, with a failed run that says so") {
  Shop shop;
  shop.add(workflow("loop", {"order.placed"}, emit("order.placed", fields("order", computed("order")))));
  shop.event("order.placed", order);
  CHECK(shop.count(RunStatus::done) == cause_depth_max);
  CHECK(shop.count(RunStatus::failed) == 1);
  CHECK(shop.noted("too_deep", "8 deep"));
  CHECK(shop.subject().profile["orders_count"].integer() == 1);
}

TEST_CASE("the same events in the same order make the same bytes") {
  const auto story = [] {
    Shop shop;
    Workflow w =
        workflow("w", {"order.placed"}, act(send, fields("at", computed("string(now)"))),
                 emit("order.large", fields("a", written("{{ order.id }}"))), wait("3h"), act(handoff, fields()));
    shop.add(std::move(w));
    shop.add(workflow("v", {"order.large"}, act(tag, fields("add", constant(R"(["large"])")))));
    shop.event("order.placed", order);
    shop.event("message.received", R"({"message":{"text":"hello"}})");
    shop.answer(Outcome::Status::retry);
    shop.answer();
    shop.pass("3h");
    for (const TicketOpened& t : shop.tickets) shop.transcript += t.id;
    for (const MessageKept& m : shop.messages) shop.transcript += m.id;
    return shop.transcript;
  };
  const std::string once = story();
  CHECK(once.size() > 1000);
  CHECK(once == story());
}

TEST_CASE("the platform's own body is kept in a run only where a step may read it") {
  for (const bool reads : {false, true}) {
    Shop shop;
    shop.add(workflow("w", {"order.placed"}, wait("1h"),
                      act(note, fields("text", written(reads ? "{{ event.raw.secret }}" : "{{ event.id }}")))));
    shop.event("order.placed", R"({"order":{"id":1},"raw":{"secret":"long"}})");
    CHECK((encode_run(shop.open_runs()[0]).find("long") != std::string::npos) == reads);
    shop.pass("1h");
    CHECK(shop.log[0] == (reads ? "long" : "e1"));
  }
}
