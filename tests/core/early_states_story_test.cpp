// What a channel tells of a message before it is known here that the message was sent.

#include "core/early_states.h"
#include "support/catch.h"
#include "support/shop.h"

using namespace shopbell;
using namespace shopbell::story;

namespace {

constexpr auto greeter = "workflow: w\non: message.received\nsteps:\n  - reply: hello\n";

void hear(Shop& shop, const std::string& more = "") {
  shop.event("message.received", R"({"customer":{"id":7},"message":{"id":"in1","channel":"whatsapp","from":"34600","text":"hi"})" + more + "}");
}
void tell(Shop& shop, const std::string& what, const std::string& message) {
  shop.event("message." + what, R"({"customer":{"id":7},"message":{"channel":"whatsapp","conversation":"34600",)" + message + "}}");
}
void say(Shop& shop, const std::string& id = "wamid.1") {
  shop.sent = SentMessage{.channel = "whatsapp", .to = "34600", .text = "hello", .message_id = id, .conversation = "34600"};
  shop.answer();
}
std::string status(Shop& shop) { return std::string(shop.subject().conversation.items().back()["status"].text_or("")); }

}  // namespace

TEST_CASE("what a channel tells of a message before our own answer is committed is not lost") {
  struct Case {
    std::vector<std::string> told;
    std::string status;
  };
  const Case c = GENERATE(Case{{"delivered"}, "delivered"}, Case{{"delivered", "read"}, "read"}, Case{{"read", "delivered"}, "read"},
                          Case{{"bounced"}, "failed"}, Case{{}, "sent"});
  const bool elsewhere = GENERATE(false, true);  // the run is on a subject of its own, and tells the customer's by an event
  Shop shop;
  shop.add_yaml(std::string(greeter) + (elsewhere ? "per: order\n" : ""));
  hear(shop, elsewhere ? R"(,"order":{"id":1})" : "");
  for (const std::string& what : c.told) tell(shop, what, R"("id":"wamid.1")");
  tell(shop, "read", R"("id":"wamid.other")");
  say(shop);
  CHECK(status(shop) == c.status);
  tell(shop, "read", R"("id":"wamid.1")");
  CHECK(status(shop) == (c.status == "failed" ? "failed" : "read"));
}

TEST_CASE("so is what holds for all until then") {
  Shop shop;
  shop.add_yaml(greeter);
  hear(shop);
  Arena arena;
  const Value message = make_map(arena, {{"channel", "whatsapp"}, {"conversation", "34600"}, {"until", Value(shop.now)}});
  shop.give("customer:7", {shop.now, Received{{.id = "r", .source = "test", .type = "message.read", .subject = "customer:7", .at = shop.now, .data = make_map(arena, {{"message", message}})}, 0, {}, {}}});
  const bool later = GENERATE(false, true);
  if (later) shop.pass("1m");
  say(shop);
  CHECK(status(shop) == (later ? "sent" : "read"));
}

TEST_CASE("what was told of a message that is not the shop's is forgotten, and there is a bound") {
  Shop shop;
  shop.add_yaml(greeter);
  hear(shop);
  for (int i = 0; i < 30; ++i) tell(shop, "delivered", R"("id":"wamid.x)" + std::to_string(i) + "\"");
  CHECK(shop.subject().conversations["early"].size() == early_states_max);
  shop.pass("3h");
  tell(shop, "delivered", R"("id":"wamid.y")");
  CHECK(shop.subject().conversations["early"].size() == 1);
}

TEST_CASE("a customer who becomes another takes it along") {
  Shop shop;
  shop.add_yaml(greeter);
  shop.event("message.received", R"({"message":{"id":"in1","channel":"whatsapp","from":"34600","text":"hi"},"customer":{"phone":"+34600"}})", "phone:+34600");
  shop.event("message.delivered", R"({"message":{"id":"wamid.1","channel":"whatsapp","conversation":"34600"},"customer":{"phone":"+34600"}})", "phone:+34600");
  const Subject guest = shop.subject("phone:+34600");
  REQUIRE(guest.conversations["early"].size() == 1);
  shop.give("customer:7", {shop.now, Merged{guest}});
  say(shop);
  CHECK(status(shop) == "delivered");
}
