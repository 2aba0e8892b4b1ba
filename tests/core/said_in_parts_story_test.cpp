// A text that is longer than the channel's messages: each message is a call of its own.

#include "base/json.h"
#include "core/conversations.h"
#include "load/person_reply.h"
#include "support/catch.h"
#include "support/shop.h"

#include <set>

using namespace shopbell;
using namespace shopbell::story;

namespace {

constexpr auto asks = "workflow: w\non: message.received\nmode: single\nsteps:\n  - reply: one two three\n    as: said\n    retry: { attempts: 2, backoff: 1s }\n  - log: \"{{ said.message_id }}\"\n";

std::string said(const std::string& channel = "telegram") {
  return R"({"customer":{"id":7},"message":{"id":"in1","channel":")" + channel + R"(","from":"99","text":"hi"}})";
}

/// The oldest call said `part`, and `rest` is left.
void say(Shop& shop, const std::string& part, const std::string& rest = "") {
  shop.sent = SentMessage{.channel = "telegram", .to = "99", .text = part, .message_id = "v-" + part, .conversation = "99"};
  shop.answer(Outcome::Status::done, R"({"channel":"telegram","message_id":"v-)" + part + "\"" + (rest.empty() ? "" : R"(,"rest":")" + rest + "\"") + "}");
}

std::vector<std::string> texts(Shop& shop) {
  std::vector<std::string> all;
  const Subject subject = shop.subject();
  for (const Value& m : subject.conversation.items())
    if (m["from"].text_or("") != "customer") all.emplace_back(m["text"].text_or(""));
  return all;
}

}  // namespace

TEST_CASE("each message of a long text is a call with a key of its own, in order, and a retry says its own alone") {
  Shop shop;
  shop.add_yaml(asks);
  shop.event("message.received", said());
  std::set<std::string> keys{shop.calls.at(0).call.key};
  say(shop, "one", "two three");
  REQUIRE(shop.calls.size() == 1);
  keys.insert(shop.calls[0].call.key);
  CHECK(shop.calls[0].call.args["rest"].text_or("") == "two three");
  CHECK(shop.calls[0].call.args["text"].text_or("") == "one two three");
  shop.answer(Outcome::Status::retry);
  REQUIRE(shop.calls.size() == 1);
  CHECK(keys.contains(shop.calls[0].call.key));
  CHECK(shop.calls[0].call.attempt == 2);
  say(shop, "two", "three");
  keys.insert(shop.calls.at(0).call.key);
  CHECK(shop.calls[0].call.attempt == 1);
  say(shop, "three");
  CHECK(keys.size() == 3);
  CHECK(texts(shop) == std::vector<std::string>{"one", "two", "three"});
  CHECK(shop.log == std::vector<std::string>{"v-one"});
  CHECK(shop.calls.empty());
  CHECK(shop.count(RunStatus::done) == 1);
}

TEST_CASE("a person who has it tried again has the rest said, not the beginning once more") {
  Shop shop;
  shop.add_yaml(asks);
  shop.event("message.received", said());
  say(shop, "one", "two three");
  shop.answer(Outcome::Status::failed);
  REQUIRE(shop.count(RunStatus::failed) == 1);
  const bool skips = GENERATE(false, true);
  shop.give("customer:7", {shop.now, Resolved{shop.ended.back().id, skips ? Resolved::Remedy::skip : Resolved::Remedy::retry, "eva"}});
  if (skips) {
    CHECK(shop.calls.empty());
    return;
  }
  REQUIRE(shop.calls.size() == 1);
  CHECK(shop.calls[0].call.args["rest"].text_or("") == "two three");
  say(shop, "two three");
  CHECK(texts(shop) == std::vector<std::string>{"one", "two three"});
}

TEST_CASE("a person who takes over between two messages ends what the machine has to say") {
  Shop shop;
  const bool elsewhere = GENERATE(false, true);  // the run is on a subject of its own
  shop.add_yaml(std::string(asks) + "  - reply: more\n" + (elsewhere ? "per: order\n" : ""));
  shop.event("message.received", elsewhere ? R"({"customer":{"id":7},"order":{"id":1},"message":{"id":"in1","channel":"telegram","from":"99","text":"hi"}})" : said());
  say(shop, "one", "two three");
  REQUIRE(shop.calls.size() == 1);
  shop.event("conversation.command", R"({"conversation":{"id":"99","channel":"telegram"},"command":{"do":"takeover","by":"eva","epoch":1}})");
  CHECK(shop.noted("superseded"));
  CHECK(shop.open_runs().empty());
  CHECK(shop.calls_ended.back().status == Outcome::Status::unknown);
}

TEST_CASE("an ask waits for its answer behind the last message, and asks the whole question again") {
  Shop shop;
  shop.add_yaml("workflow: w\non: message.received\nmode: single\nsteps:\n  - ask: { text: one two, buttons: [Yes, No], retries: 1 }\n    as: it\n  - log: \"{{ it.button }}\"\n");
  shop.event("message.received", said());
  say(shop, "one", "two");
  say(shop, "two");
  shop.pass("1m");
  shop.event("message.received", R"({"customer":{"id":7},"message":{"id":"in2","channel":"telegram","from":"99","text":"what?"}})");
  REQUIRE(shop.calls.size() == 1);
  CHECK(shop.calls[0].call.args["rest"].is_null());
  say(shop, "one", "two");
  say(shop, "two");
  shop.pass("1m");
  shop.event("message.received", R"({"customer":{"id":7},"message":{"id":"in3","channel":"telegram","from":"99","text":"yes"}})");
  CHECK(shop.log == std::vector<std::string>{"Yes"});
}

TEST_CASE("an echo of the message that is just being said is the shop's own, though it is only the beginning of the text") {
  Shop shop;
  const std::string first(500, 'x');
  shop.add_yaml("workflow: w\non: message.received\nsteps:\n  - reply: \"" + first + " and more\"\n");
  shop.event("message.received", said("messenger"));
  const auto echo = [&](const std::string& id, const std::string& text) {
    shop.event("message.sent", R"({"customer":{"id":7},"message":{"id":")" + id + R"(","channel":"messenger","conversation":"99","from":"page","to":"99","direction":"out","text":")" + text + "\"}}");
  };
  echo("m1", first);
  CHECK(find_conversation(shop.subject(), "messenger:99")["owner"].text_or("") == "bot");
  echo("m2", "x");  // a person's, though our text begins so
  CHECK(find_conversation(shop.subject(), "messenger:99")["owner"].text_or("") == "agent");
}

TEST_CASE("a person's long reply is said in several messages, too") {
  Shop shop;
  shop.add(person_reply_workflow());
  shop.event("message.received", said());
  shop.event("conversation.command", R"({"conversation":{"id":"99","channel":"telegram"},"command":{"do":"reply","by":"eva","text":"one two","epoch":1,"last_seen":")" +
                                         std::string(shop.subject().conversation.items().back()["id"].text_or("")) + "\"}}");
  say(shop, "one", "two");
  REQUIRE(shop.calls.size() == 1);
  CHECK(shop.calls[0].call.args["person"].text_or("") == "eva");
  say(shop, "two");
  CHECK(shop.subject().conversation.items().back()["from"].text_or("") == "agent");
  CHECK(texts(shop) == std::vector<std::string>{"one", "two"});
}
