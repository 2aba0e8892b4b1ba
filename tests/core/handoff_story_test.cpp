// What a handoff promises the customer and tells the person, and what a lookup does not tell.

#include "base/json.h"
#include "support/catch.h"
#include "support/shop.h"

using namespace shopbell;
using namespace shopbell::story;

namespace {

std::string said(const std::string& text, int customer = 7) {
  static int n = 0;
  return R"({"customer":{"id":)" + std::to_string(customer) + R"(},"message":{"id":"h)" + std::to_string(++n) + R"(","channel":"chat","conversation":"t)" + std::to_string(customer) + R"(","from":"c)" + std::to_string(customer) + R"(","text":")" + text + "\"}}";
}

constexpr auto hands_over = R"yaml(
workflow: help
on: message.received
if: message.text == "help"
steps:
  - handoff: { queue: care, reason: "wants {{ message.text }}", note: look twice }
    as: handed
  - log: "{{ handed.open }} {{ handed.minutes }} {{ handed.opens_at }}"
)yaml";

constexpr auto with_desk = "timezone: UTC\nhours: { night: { mon-sun: \"20:00-23:00\" }, business: { mon-sun: \"00:00-24:00\" } }\nagents: { eva: {} }\nqueues: { care: {";

}  // namespace

TEST_CASE("a handoff promises what the desk reckons: the median of the queue's last hour, or its next opening") {
  Shop shop;
  shop.configure(std::string(with_desk) + "} }\n").add_yaml(hands_over);
  shop.event("message.received", said("help"));
  CHECK(shop.log == std::vector<std::string>{"true"});  // nothing is known yet
  shop.pass("12m");
  shop.event("ticket.answered", R"({"customer":{"id":7},"ticket":{"id":")" + shop.tickets.back().id + "\"}}");
  shop.event("message.received", said("help", 8), "customer:8");
  CHECK(shop.log.back() == "true 12");
  shop.pass("61m");
  shop.event("message.received", said("help", 9), "customer:9");
  CHECK(shop.log.back() == "true");  // that was more than an hour ago
}

TEST_CASE("after hours a handoff says when the queue opens, by the queue's own hours, and by business where it has none") {
  Shop shop;
  shop.configure(std::string(with_desk) + " hours: night } }\n").add_yaml(hands_over);
  shop.event("message.received", said("help"));
  INFO(shop.log.back());
  CHECK(shop.log.back().starts_with("false  2027-01-15 20:00"));
  Shop plain;  // without queues in shopbell.yaml
  plain.configure("timezone: UTC\nhours: { business: { mon-sun: \"09:00-10:00\" } }\n").add_yaml(hands_over);
  plain.event("message.received", said("help"));
  INFO(plain.log.back());
  CHECK(plain.log.back().starts_with("false  2027-01-15 09:00"));
  plain.pass("25h30m");
  plain.event("message.received", said("help", 8), "customer:8");
  CHECK(plain.log.back() == "true");
}

TEST_CASE("a ticket has frozen what was known at that moment, and what happens later changes nothing of it") {
  Shop shop;
  shop.add_yaml(R"yaml(
workflow: triage
on: message.received
if: message.text == "start"
steps:
  - classify: {}
    as: heard
  - answer: { question: "how?", helped: "" }
    as: found
  - ask: { text: "Which number?", wait: 1h }
    as: number
  - handoff: { queue: care, reason: stuck, note: look twice }
)yaml");
  shop.add_yaml("workflow: slow\non: order.placed\nsteps:\n  - wait: 3d\n  - log: done\n");
  shop.event("order.placed", R"({"customer":{"id":7,"name":"Ana"},"order":{"id":1,"name":"#1001","total":40,"currency":"EUR"}})");
  shop.event("message.received", said("start"));
  shop.answer(Outcome::Status::done, R"({"intent":"returns","intents":["returns"],"confidence":0.9,"mood":"unhappy","language":"en","model":"m-1","to_person":false,"reason":""})");
  shop.answer(Outcome::Status::done, R"({"answered":false,"text":"","source":"","candidates":[{"question":"How?","text":"So.","source":"faq/a.md#how"}]})");
  shop.answer();
  shop.event("message.received", said("4711"));
  REQUIRE(shop.tickets.size() == 1);
  const Document frozen(shop.tickets[0].frozen);
  shop.event("order.placed", R"({"customer":{"id":7,"name":"Berta"},"order":{"id":2,"name":"#1002","total":50,"currency":"EUR"}})");
  shop.event("message.received", said("later"));
  const Value f = frozen.root();
  CHECK(to_json(f) == to_json(shop.tickets[0].frozen));
  CHECK(f["reason"].text_or("") == "stuck");
  CHECK(f["note"].text_or("") == "look twice");
  CHECK(f.at_path("heard.intent").text_or("") == "returns");
  CHECK(f.at_path("heard.mood").text_or("") == "unhappy");
  CHECK(f.at_path("heard.model").text_or("") == "m-1");
  REQUIRE(f["asked"].size() == 1);
  CHECK(f["asked"].items()[0]["question"].text_or("") == "Which number?");
  CHECK(f["asked"].items()[0]["answer"].text_or("") == "4711");
  CHECK(f.at_path("customer.name").text_or("") == "Ana");
  CHECK(f["orders"].size() == 1);
  REQUIRE(f["runs"].size() == 1);
  CHECK(f["runs"].items()[0]["workflow"].text_or("") == "slow");
  CHECK(f["conversation"].items().front()["text"].text_or("") == "start");
  CHECK(f.at_path("thread.channel").text_or("") == "chat");
  REQUIRE(f["suggestions"].size() == 1);
  CHECK(f["suggestions"].items()[0]["source"].text_or("") == "faq/a.md#how");
}

TEST_CASE("a lookup answers a wrong number and a wrong proof alike, and after five of them nothing more, not even what is right") {
  Shop shop;
  shop.add_yaml(R"yaml(
workflow: find
on: message.received
steps:
  - lookup: { number: "{{ message.text | split: '/' | first }}", proof: "{{ message.text | split: '/' | last }}" }
    as: looked
  - log: "{{ looked.found }} {{ looked.limited }} {{ looked.order.name }}{{ looked.order.email }}"
)yaml");
  shop.event("order.placed", R"({"customer":{"id":3},"order":{"id":1,"name":"#1001","email":"ann@example.com","phone":"+34 600 111 222","total":40,"currency":"EUR"}})", "customer:3");
  const auto look = [&](const std::string& what, int customer) {
    shop.log.clear();
    shop.event("message.received", said(what, customer), "customer:" + std::to_string(customer));
    return shop.log.empty() ? std::string("nothing") : shop.log.back();
  };
  CHECK(look("1001/ANN@example.com", 5) == "true false #1001");  // without the proof itself
  CHECK(look("1001/600111222", 5) == "true false #1001");
  const std::string refused = look("1001/eve@example.com", 9);
  CHECK(refused == "false false");
  CHECK(look("9999/ann@example.com", 9) == refused);
  CHECK(look("1001/600111", 9) == refused);  // too few digits prove nothing
  CHECK(look("1001/x", 9) == refused);
  CHECK(look("1001/y", 9) == refused);
  CHECK(look("1001/ann@example.com", 9) == "false true");
  CHECK(look("1001/ann@example.com", 5) == "true false #1001");  // somebody else's failures are not his
  shop.pass("61m");
  CHECK(look("1001/ann@example.com", 9) == "true false #1001");
}

TEST_CASE("an order that many ask for in vain is shown to nobody for an hour") {
  Shop shop;
  shop.add_yaml("workflow: find\non: message.received\nsteps:\n  - lookup: { number: \"1001\", proof: \"{{ message.text }}\" }\n    as: looked\n  - log: \"{{ looked.found }}\"\n");
  shop.event("order.placed", R"({"customer":{"id":3},"order":{"id":1,"name":"#1001","email":"ann@example.com","total":40,"currency":"EUR"}})", "customer:3");
  for (int customer = 10; customer < 20; ++customer) shop.event("message.received", said("guess", customer), "customer:" + std::to_string(customer));
  shop.log.clear();
  shop.event("message.received", said("ann@example.com", 20), "customer:20");
  CHECK(shop.log == std::vector<std::string>{"false"});
  shop.pass("61m");
  shop.event("message.received", said("ann@example.com", 20), "customer:20");
  CHECK(shop.log.back() == "true");
}
