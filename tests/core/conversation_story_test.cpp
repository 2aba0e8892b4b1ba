// Who has a conversation: a bot, a queue, a person; and that no machine talks over a person.

#include "base/json.h"
#include "core/conversation_moves.h"
#include "core/conversations.h"
#include "load/person_reply.h"
#include "support/catch.h"
#include "support/shop.h"

using namespace shopbell;
using namespace shopbell::story;

namespace {

constexpr std::string_view id = "chat:t1";

std::string said(const std::string& text, const std::string& more = "") {
  static int n = 0;
  return R"({"customer":{"id":7},"message":{"id":"in)" + std::to_string(++n) +
         R"(","channel":"chat","conversation":"t1","from":"ann","text":")" + text + "\"" + more + "}}";
}

std::string echo(const std::string& text) {
  return R"({"customer":{"id":7},"message":{"id":"echo","channel":"chat","conversation":"t1","from":"shop","from_name":"Eva","to":"ann","text":")" + text + "\"}}";
}

void command(Shop& shop, const std::string& verb, std::int64_t epoch, const std::string& more = "") {
  shop.event("conversation.command", R"({"conversation":{"id":"t1","channel":"chat"},"command":{"do":")" + verb +
                                         R"(","by":"eva","epoch":)" + std::to_string(epoch) + more + "}}");
}

Value conversation(Shop& shop) { return find_conversation(shop.subject(), id); }
std::string text(Shop& shop, const char* field) { return std::string(conversation(shop)[field].text_or("")); }
std::int64_t epoch(Shop& shop) { return conversation(shop)["epoch"].integer_or(0); }

constexpr auto greeter = R"yaml(
workflow: greeter
on: message.received
steps:
  - classify: {}
    as: heard
  - reply: "Hello"
  - log: "went on"
)yaml";

constexpr auto heard = R"({"intent":"other","to_person":false})";

}  // namespace

TEST_CASE("a first message opens a conversation that the bot owns, and an answer ends the waiting") {
  Shop shop;
  shop.add_yaml("workflow: w\non: message.received\nsteps:\n  - reply: hello\n");
  shop.event("message.received", said("hi"));
  CHECK(text(shop, "owner") == "bot");
  CHECK(text(shop, "state") == "open");
  CHECK(epoch(shop) == 1);
  CHECK(conversation(shop)["waiting_since"].is(Kind::timestamp));
  CHECK(conversation(shop)["window_until"].is_null());
  shop.event("message.sent", R"({"customer":{"id":7},"message":{"id":"x","channel":"chat","conversation":"t1","from":"bot","text":"hello"}})");
  CHECK(conversation(shop)["waiting_since"].is_null());
}

TEST_CASE("a channel with a window lets the shop write for 24 hours after the customer's last message") {
  Shop shop;
  shop.event("message.received", R"({"customer":{"id":7},"message":{"channel":"whatsapp","from":"34600111222","text":"hi"}})", "customer:7", Millis{60'000});
  const Value c = find_conversation(shop.subject(), "whatsapp:34600111222");
  CHECK(c["window_until"].is(Kind::timestamp));
  CHECK(c["window_until"].seconds() * 1000 == to_ms(shop.now) - 60'000 + 24 * 3'600'000);
}

TEST_CASE("a sent message is delivered and read, and never goes back; one that failed stays so") {
  Shop shop;
  shop.add_yaml("workflow: w\non: message.received\nsteps:\n  - reply: hello\n");
  shop.event("message.received", said("hi"));
  const auto state = [&] { return std::string(shop.subject().conversation.items().back()["status"].text_or("")); };
  shop.answer();
  CHECK(state() == "sent");
  const auto told = [&](const std::string& type) { shop.event(type, R"({"customer":{"id":7},"message":{"id":"<m1>"}})"); };
  told("message.read");
  CHECK(state() == "read");
  told("message.delivered");
  CHECK(state() == "read");
}

TEST_CASE("a person who takes over is not talked over: the step is superseded, and the run ends") {
  Shop shop;
  shop.add_yaml(greeter);
  shop.event("message.received", said("hi"));
  SECTION("before the reply is decided on") {
    command(shop, "takeover", 1);
    shop.answer(Outcome::Status::done, heard);
    CHECK(shop.calls.empty());
    CHECK(shop.noted("superseded", "eva has the conversation"));
    CHECK(shop.log.empty());
  }
  SECTION("while the reply waits to be made, or to be tried again") {
    shop.answer(Outcome::Status::done, heard);
    const bool again = GENERATE(false, true);
    if (again) shop.answer(Outcome::Status::retry);
    REQUIRE(shop.calls.size() == 1);
    command(shop, "takeover", 1);
    CHECK(shop.calls.empty());
    CHECK(shop.open_runs().empty());
  }
  SECTION("when it was handed back meanwhile, for what was decided before") {
    command(shop, "takeover", 1);
    command(shop, "hand_back", 2);
    CHECK(text(shop, "owner") == "bot");
    shop.answer(Outcome::Status::done, heard);
    CHECK(shop.calls.empty());
    CHECK(shop.noted("superseded", "has changed its owner"));
    shop.event("message.received", said("and now?"));
    shop.answer(Outcome::Status::done, heard);
    CHECK(shop.calls.size() == 1);
  }
}

TEST_CASE("a run that no message began goes on behind what it could not say") {
  Shop shop;
  shop.add_yaml("workflow: w\non: order.placed\nsteps:\n  - reply: { text: thanks, channel: chat, to: ann, conversation: t1 }\n    as: it\n  - log: \"{{ it.superseded }}\"\n");
  shop.event("message.received", said("hi"));
  command(shop, "takeover", 1);
  shop.event("order.placed", R"({"customer":{"id":7},"order":{"id":1}})");
  CHECK(shop.calls.empty());
  CHECK(shop.log == std::vector<std::string>{"true"});
}

TEST_CASE("a reply from elsewhere is a takeover; what the bot said itself, told back by the channel, is none") {
  Shop shop;
  shop.add_yaml("workflow: w\non: message.received\nsteps:\n  - reply: hello\n");
  shop.event("message.received", said("hi"));
  SECTION("the bot's own, before and after its call is answered") {
    if (GENERATE(false, true)) {
      shop.event("message.sent", echo("hello"));
    } else {
      Finished finished;
      const CallOrder order = shop.calls.front();
      shop.answer();
      shop.event("message.sent", R"({"customer":{"id":7},"message":{"id":"<m1>","channel":"chat","conversation":"t1","status":"sent"}})");
    }
    CHECK(text(shop, "owner") == "bot");
  }
  SECTION("a person's") {
    shop.event("message.sent", echo("Hi Ann, Eva here"));
    CHECK(text(shop, "owner") == "agent");
    CHECK(text(shop, "agent") == "Eva");
    CHECK(shop.calls.empty());
    CHECK(conversation(shop)["waiting_since"].is_null());
  }
}

TEST_CASE("each command expects an epoch, and does nothing on another one") {
  Shop shop;
  shop.event("message.received", said("hi"));
  command(shop, "takeover", 1);
  CHECK(epoch(shop) == 2);
  command(shop, "assign", 1, R"(,"agent":"bob")");
  CHECK(text(shop, "agent") == "eva");
  CHECK(shop.noted("conflict", "expects the epoch 1, and it is 2"));
  command(shop, "assign", 2, R"(,"agent":"bob")");
  CHECK(text(shop, "agent") == "bob");
  command(shop, "hand_over", 3, R"(,"queue":"sales")");
  CHECK(text(shop, "owner") == "queue");
  CHECK(text(shop, "queue") == "sales");
  command(shop, "resolve", 4);
  CHECK(text(shop, "state") == "resolved");
  CHECK(text(shop, "owner") == "nobody");
  shop.event("message.received", said("again"));
  CHECK(text(shop, "state") == "open");
  CHECK(text(shop, "owner") == "bot");
  CHECK(epoch(shop) == 6);
}

TEST_CASE("a snoozed conversation wakes at its time, or when the customer writes") {
  Shop shop;
  shop.add_yaml("workflow: w\non: conversation.woken\nsteps:\n  - log: \"awake {{ conversation.owner }}\"\n");
  shop.event("message.received", said("hi"));
  command(shop, "snooze", 1, R"(,"until":"2027-01-15T10:00:00Z")");
  CHECK(text(shop, "state") == "snoozed");
  if (GENERATE(false, true)) shop.event("message.received", said("hello?"));
  else shop.pass("2h");
  CHECK(text(shop, "state") == "open");
  CHECK(shop.log == std::vector<std::string>{"awake bot"});
  CHECK(shop.open_runs().empty());
}

TEST_CASE("the run that hands over may say so; the bot's word does not end the waiting") {
  Shop shop;
  shop.add_yaml("workflow: w\non: message.received\nsteps:\n  - handoff: care\n  - reply: A colleague takes over\n");
  shop.event("message.received", said("hi"));
  CHECK(text(shop, "owner") == "queue");
  REQUIRE(shop.calls.size() == 1);
  shop.event("message.sent", R"({"customer":{"id":7},"message":{"id":"x","channel":"chat","conversation":"t1","from":"bot","text":"A colleague takes over"}})");
  CHECK(conversation(shop)["waiting_since"].is(Kind::timestamp));
  shop.event("message.sent", echo("Eva here"));
  CHECK(conversation(shop)["waiting_since"].is_null());
}

TEST_CASE("conditions see the conversation, also those of events that are about none") {
  Shop shop;
  shop.add_yaml("workflow: w\non: [message.received, order.placed]\nif: conversation.owner != 'agent'\nsteps:\n  - log: \"{{ conversation.owner }} {{ conversation.state }}\"\n");
  shop.event("order.placed", R"({"customer":{"id":7},"order":{"id":1}})");
  shop.event("message.received", said("hi"));
  command(shop, "takeover", 1);
  shop.event("message.received", said("hi"));
  CHECK(shop.log == std::vector<std::string>{"nobody none", "bot open"});
}

TEST_CASE("marketing waits while a person talks with the customer, and goes on when that is over") {
  Shop shop;
  shop.add_yaml("workflow: news\non: cart.updated\nkind: marketing\nsteps:\n  - email: { subject: s, text: t }\n");
  shop.event("message.received", said("hi"));
  command(shop, "takeover", 1);
  shop.event("cart.updated", R"({"cart":{"id":1},"customer":{"id":7,"email":"a@example.com","consent":{"email":true}}})");
  CHECK(shop.calls.empty());
  CHECK(shop.noted("held_back", "a person talks with the customer"));
  shop.pass("3h");
  CHECK(shop.calls.empty());
  command(shop, GENERATE("hand_back", "resolve"), 2);
  CHECK(shop.calls.size() == 1);
}

TEST_CASE("a run on a subject of its own asks the customer's, and what it was granted is withdrawn") {
  Shop shop;
  shop.add_yaml("workflow: w\non: order.placed\nper: order\nsteps:\n  - reply: { text: thanks, channel: chat, to: ann, conversation: t1 }\n");
  shop.event("message.received", said("hi"));
  const std::string order = R"({"customer":{"id":7},"order":{"id":1}})";
  SECTION("nobody else has the conversation") {
    shop.event("order.placed", order);
    REQUIRE(shop.calls.size() == 1);
    SECTION("and nobody takes it") {
      shop.answer();
      CHECK(shop.subject().conversation.size() == 2);
      CHECK(shop.subject().conversations["granted"].size() == 0);
    }
    SECTION("until a person does") {
      command(shop, "takeover", 1);
      CHECK(shop.calls.empty());
      CHECK(shop.open_runs().empty());
    }
  }
  SECTION("a person has it") {
    command(shop, "takeover", 1);
    shop.event("order.placed", order);
    CHECK(shop.calls.empty());
    CHECK(shop.noted("superseded"));
  }
}

namespace {

std::string said_on(const std::string& thread, const std::string& message, const std::string& text) {
  return R"({"customer":{"id":7},"message":{"id":")" + message + R"(","channel":"chat","conversation":")" + thread + R"(","from":"ann","text":")" + text + R"("}})";
}

/// What stands in a conversation, oldest first.
std::string in(Shop& shop, std::string_view conversation) {
  std::string all;
  const Value said = shop.subject().conversation;
  for (const Value& m : said.items())
    if (m["conversation"].text_or("") == conversation) all.append(all.empty() ? "" : ", ").append(m["text"].text_or(""));
  return all;
}

std::string field(Shop& shop, std::string_view of, const char* name) { return std::string(find_conversation(shop.subject(), of)[name].text_or("")); }

std::string last_id(Shop& shop) { return std::string(shop.subject().conversation.items().back()["id"].text_or("")); }

}  // namespace

TEST_CASE("a conversation that is taken into another leaves its words there, and begins anew when the customer writes on its thread again") {
  Shop shop;
  shop.event("message.received", said_on("t1", "a", "one"));
  shop.event("message.received", said_on("t2", "b", "two"));
  shop.event("message.received", said_on("t1", "c", "three"));
  const std::string label = R"(,"tags":["late"],"priority":"high")";
  shop.event("conversation.command", R"({"conversation":{"id":"t2","channel":"chat"},"command":{"do":"label","by":"eva","epoch":1)" + label + "}}");
  command(shop, "takeover", 1);
  command(shop, "merge", 2, R"(,"from":"chat:t2","from_epoch":9)");
  CHECK(shop.noted("conflict", "expects the epoch 9 of chat:t2, and it is 1"));
  command(shop, "merge", 2, R"(,"from":"chat:t1","from_epoch":2)");
  command(shop, "merge", 2, R"(,"from":"chat:t9","from_epoch":1)");
  CHECK(in(shop, "chat:t1") == "one, three");
  command(shop, "merge", 2, R"(,"from":"chat:t2","from_epoch":1)");
  CHECK(in(shop, "chat:t1") == "one, two, three");
  CHECK(in(shop, "chat:t2").empty());
  CHECK(text(shop, "priority") == "high");
  CHECK(conversation(shop)["tags"].size() == 1);
  CHECK(text(shop, "agent") == "eva");
  CHECK(field(shop, "chat:t2", "state") == "merged");
  shop.event("conversation.command", R"({"conversation":{"id":"t2","channel":"chat"},"command":{"do":"takeover","by":"eva","epoch":3}})");
  CHECK(shop.noted("conflict", "chat:t2 was taken into chat:t1"));
  shop.event("message.received", said_on("t2", "d", "four"));
  CHECK(in(shop, "chat:t2") == "four");
  CHECK(field(shop, "chat:t2", "state") == "open");
  CHECK(field(shop, "chat:t2", "owner") == "bot");
}

TEST_CASE("what was split off is answered on its thread, and its answer stands with it; the customer's next word is with the first") {
  Shop shop;
  shop.add(person_reply_workflow());
  shop.event("message.received", said_on("t1", "a", "where is it?"));
  const std::string first = last_id(shop);
  shop.event("message.received", said_on("t1", "b", "and can I change the colour?"));
  const std::string second = last_id(shop);
  command(shop, "split", 1, R"(,"message":")" + first + "\"");
  CHECK(shop.noted("error", "nothing would be left"));
  command(shop, "split", 1, R"(,"message":"none")");
  CHECK(shop.noted("error", "there is no such message"));
  command(shop, "split", 1, R"(,"message":")" + second + "\"");
  const std::string split = split_id(id, second);
  CHECK(in(shop, id) == "where is it?");
  CHECK(in(shop, split) == "and can I change the colour?");
  CHECK(field(shop, split, "thread") == "t1");
  CHECK(find_conversation(shop.subject(), split)["waiting_since"].is(Kind::timestamp));

  shop.event("conversation.command", R"({"conversation":{"id":")" + split.substr(5) + R"(","channel":"chat"},"command":{"do":"reply","by":"eva","epoch":1,"text":"Yes.","last_seen":")" + second + "\"}}");
  REQUIRE(shop.calls.size() == 1);
  CHECK(to_json(shop.open_runs().back().args).find("\"conversation\":\"t1\"") != std::string::npos);
  shop.answer();
  CHECK(in(shop, split) == "and can I change the colour?, hello");  // as the fixture says of whatever was sent
  CHECK(field(shop, split, "agent") == "eva");
  CHECK(field(shop, id, "owner") == "bot");
  CHECK(find_conversation(shop.subject(), split)["waiting_since"].is_null());
  shop.event("message.received", said_on("t1", "c", "thanks"));
  CHECK(in(shop, id) == "where is it?, thanks");
}

TEST_CASE("several commands are one: all of them are done, or none") {
  Shop shop;
  shop.add(person_reply_workflow());
  shop.event("message.received", said("hi"));
  const std::string seen = last_id(shop);
  const auto several = [&](const std::string& last_seen, const std::string& more) {
    command(shop, "several", 1, R"(,"commands":[{"do":"reply","text":"It is on its way.","last_seen":")" + last_seen + R"("},{"do":"label","more_tags":["parcel"]},)" + more + "]");
  };
  several("none", R"({"do":"resolve"})");
  CHECK(shop.noted("error", "not seen"));
  several(seen, R"({"do":"snooze","until":"2001-01-01T00:00:00Z"})");
  CHECK(shop.noted("error", "until is an instant in the future"));
  several(seen, R"({"do":"reply","text":"again"})");
  CHECK(shop.noted("error", "a reply is the first"));
  CHECK(shop.calls.empty());
  CHECK(epoch(shop) == 1);
  CHECK(conversation(shop)["tags"].is_null());
  several(seen, R"({"do":"resolve"})");
  CHECK(shop.calls.size() == 1);
  CHECK(text(shop, "state") == "resolved");
  CHECK(to_json(conversation(shop)["tags"]) == R"(["parcel"])");
  shop.answer();
  CHECK(text(shop, "state") == "resolved");
  CHECK(to_json(shop.subject().conversation.items().back()).find("agent") != std::string::npos);
}
