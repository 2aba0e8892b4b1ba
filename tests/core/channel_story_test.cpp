// What a channel is told of the conversation that it is to speak into, and what it tells back.

#include "base/json.h"
#include "base/time.h"
#include "core/conversations.h"
#include "load/person_reply.h"
#include "support/catch.h"
#include "support/shop.h"

using namespace shopbell;
using namespace shopbell::story;

namespace {

constexpr auto greeter = "workflow: w\non: message.received\nsteps:\n  - reply: hello\n";

std::string said(const std::string& channel, const std::string& from, const std::string& more = "") {
  static int n = 0;
  return R"({"customer":{"id":7},"message":{"id":"in)" + std::to_string(++n) + R"(","channel":")" + channel + R"(","from":")" + from + R"(","text":"hi")" + more + "}}";
}

Value args_of(Shop& shop, std::size_t call = 0) {
  REQUIRE(shop.calls.size() > call);
  return shop.calls[call].call.args;
}

std::int64_t after(const Shop& shop, const char* duration) { return to_ms(shop.now + parse_duration(duration).value()); }

}  // namespace

TEST_CASE("what is said is told until when the channel takes it, of a machine and of a person") {
  struct Case {
    const char* channel;
    const char *anyone, *person;
  };
  const Case c = GENERATE(Case{"whatsapp", "24h", "24h"}, Case{"messenger", "24h", "7d"}, Case{"instagram", "24h", "7d"}, Case{"telegram", nullptr, nullptr});
  INFO(c.channel);
  Shop shop;
  shop.add_yaml(greeter);
  shop.event("message.received", said(c.channel, "34600111222"));
  const Value thread = args_of(shop)["thread"];
  CHECK(thread.is_null() == (c.anyone == nullptr));
  if (c.anyone == nullptr) return;
  CHECK(thread["window_until"].integer_or(0) == after(shop, c.anyone));
  CHECK(thread["person_until"].integer_or(0) == after(shop, c.person));
}

TEST_CASE("a call that is tried again is told of the window as it is by then") {
  Shop shop;
  shop.add_yaml("workflow: w\non: message.received\nmode: single\nsteps:\n  - reply: hello\n    retry: { attempts: 3, backoff: 1h }\n");
  shop.event("message.received", said("whatsapp", "34600111222"));
  shop.pass("30m");
  shop.event("message.received", said("whatsapp", "34600111222"));
  const std::int64_t extended = after(shop, "24h");
  shop.answer(Outcome::Status::retry);
  CHECK(args_of(shop)["thread"]["window_until"].integer_or(0) == extended);
}

TEST_CASE("a word that no message led to goes to the conversation with whom it is for, on its channel") {
  const auto [channel, to, conversation] = GENERATE(table<std::string, std::string, std::string>({
      {"whatsapp", "+34600111222", "34600111222"},
      {"whatsapp", "34600111222", "34600111222"},
      {"whatsapp", "+34999", ""},   // the customer's latest is another channel's
      {"telegram", "99", "99"},
  }));
  INFO(channel << " " << to);
  Shop shop;
  shop.add_yaml("workflow: w\non: order.placed\nsteps:\n  - reply: { text: on its way, channel: " + channel + ", to: \"" + to + "\" }\n");
  shop.event("message.received", said("whatsapp", "34600111222"));
  shop.pass("1m");
  shop.event("message.received", said("telegram", "99"));
  shop.event("order.placed", R"({"customer":{"id":7},"order":{"id":1}})");
  CHECK(args_of(shop)["conversation"].text_or("") == conversation);
  CHECK(args_of(shop)["thread"]["window_until"].is_null() == (channel != "whatsapp" || conversation.empty()));
}

TEST_CASE("a mail's answer is told of its subject line and of the mails before it") {
  Shop shop;
  shop.add_yaml(greeter);
  const auto mail = [&](const std::string& id) {
    shop.event("message.received", R"({"customer":{"id":7},"message":{"id":")" + id + R"(","channel":"email","conversation":"m1@x","from":"ann@x","subject":"My order","text":"hi"}})");
  };
  mail("m1@x");
  shop.answer();
  shop.calls.clear();
  mail("m2@x");
  const Value thread = args_of(shop)["thread"];
  CHECK(thread["subject"].text_or("") == "My order");
  CHECK(thread["answers"].text_or("") == "m2@x");
  CHECK(to_json(thread["references"]).starts_with(R"(["m1@x",)"));
  CHECK(to_json(thread["references"]).ends_with(R"("m2@x"])"));
}

TEST_CASE("answers go where the first mail of a thread wants them, as long as nothing but an address is known of its sender") {
  struct Case {
    std::string first, second, known;  // Reply-To of the mails; what else is known of the sender
    std::string told;
  };
  const Case c = GENERATE(Case{"ann@work.example", "", "", "ann@work.example"},
                          Case{"ann@work.example", "eve@x.example", "", "ann@work.example"},  // nobody turns a thread to himself
                          Case{"", "eve@x.example", "", ""},
                          Case{"Help@shop.example", "", "", ""},                                // where the mail went
                          Case{"eve@x.example", "", R"({"customer":{"email":"ann@x.example"},"order":{"id":1,"total":5,"currency":"EUR"}})", ""},
                          Case{"eve@x.example", "", R"({"customer":{"id":7,"email":"ann@x.example"}})", ""});
  INFO(c.first << " " << c.second << " " << c.known);
  Shop shop;
  shop.add_yaml(greeter);
  const auto mail = [&](const std::string& id, const std::string& answers_to) {
    shop.event("message.received", R"({"customer":{"email":"ann@x.example"},"message":{"id":")" + id + R"(","channel":"email","conversation":"m1@x","from":"ann@x.example","to":"help@shop.example","answers_to":")" + answers_to + R"(","text":"hi"}})", "customer:ann@x.example");
  };
  mail("m1@x", c.first);
  shop.answer();
  if (!c.known.empty()) shop.event(c.known.find("order") != std::string::npos ? "order.placed" : "customer.updated", c.known, c.known.find("\"id\":7") != std::string::npos ? "customer:7" : "customer:ann@x.example");
  mail("m2@x", c.second);
  const Value thread = args_of(shop)["thread"];
  CHECK(thread["answers_to"].text_or("") == c.told);
  if (!c.told.empty()) CHECK(thread["sender"].text_or("") == "ann@x.example");
}

TEST_CASE("a run on a subject of its own is told by the customer's") {
  Shop shop;
  shop.add_yaml("workflow: w\non: message.received\nper: order\nsteps:\n  - reply: hello\n");
  shop.event("message.received", R"({"customer":{"id":7},"order":{"id":1},"message":{"id":"a","channel":"whatsapp","from":"34600111222","text":"hi"}})");
  CHECK(args_of(shop)["thread"]["window_until"].integer_or(0) == after(shop, "24h"));
}

TEST_CASE("what the channel echoes of the shop's own words is no second message, by its id or by its text") {
  Shop shop;
  shop.add_yaml(greeter);
  shop.event("message.received", said("messenger", "u1"));
  const auto echo = [&](const std::string& id, const std::string& text) {
    shop.event("message.sent", R"({"customer":{"id":7},"message":{"id":")" + id + R"(","channel":"messenger","conversation":"u1","from":"page","to":"u1","direction":"out","text":")" + text + "\"}}");
  };
  const bool early = GENERATE(false, true);  // before our call has its answer
  if (early) echo("m_1", "hello ");
  shop.sent = SentMessage{.channel = "messenger", .to = "u1", .text = "hello", .message_id = "m_1", .conversation = "u1"};
  shop.answer();
  if (!early) echo("m_1", "hello, as it was rendered");
  CHECK(shop.subject().conversation.size() == 2);
  CHECK(find_conversation(shop.subject(), "messenger:u1")["owner"].text_or("") == "bot");
  echo("m_2", "Hi, Eva here");
  CHECK(shop.subject().conversation.size() == 3);
  CHECK(find_conversation(shop.subject(), "messenger:u1")["owner"].text_or("") == "agent");
}

TEST_CASE("what became of a mail is known by its Message-ID, with or without brackets") {
  Shop shop;
  shop.add_yaml(greeter);
  shop.event("message.received", said("email", "ann@x.example"));
  shop.sent = SentMessage{.channel = "email", .to = "ann@x.example", .text = "hello", .message_id = "<k1@shop.example>", .conversation = "ann@x.example"};
  shop.answer();
  shop.event("message.bounced", R"({"customer":{"id":7},"message":{"id":"k1@shop.example","channel":"email"}})");
  CHECK(shop.subject().conversation.items().back()["status"].text_or("") == "failed");
}

TEST_CASE("a button is what was tapped, its words, or its number, tapped or typed") {
  const std::string answer = GENERATE(as<std::string>{}, R"("button":"Returns","text":"")", R"("text":"returns.")", R"("text":"2")", R"("button":"2","text":"Ret…")");
  INFO(answer);
  Shop shop;
  shop.add_yaml("workflow: w\non: order.placed\nsteps:\n  - ask: { text: \"Which?\", channel: sms, to: \"+34600\", buttons: [Order status, Returns] }\n    as: it\n  - log: \"{{ it.button }}\"\n");
  shop.event("order.placed", R"({"customer":{"id":7},"order":{"id":1}})");
  shop.answer();
  shop.pass("1m");
  shop.event("message.received", R"({"customer":{"id":7},"message":{"id":"a","channel":"sms","from":"+34600",)" + answer + "}}");
  CHECK(shop.log == std::vector<std::string>{"Returns"});
}

TEST_CASE("what people do with a conversation is done with the ticket that it was handed over with") {
  Shop shop;
  shop.configure("queues: { care: {} }\nagents: { eva: {} }\n");
  shop.add_yaml("workflow: w\non: message.received\nlimit: 1 per 30d\nsteps:\n  - handoff: care\n");
  for (const char* what : {"answered", "closed", "reopened", "snoozed", "woke"})
    shop.add_yaml("workflow: t-" + std::string(what) + "\non: ticket." + what + "\nsteps:\n  - log: \"" + what + " {{ ticket.queue }} {{ ticket.agent }}\"\n");
  shop.event("message.received", said("chat", "ann", R"(,"conversation":"t1")"));
  const auto command = [&](const std::string& verb, const std::string& more = "") {
    const auto epoch = find_conversation(shop.subject(), "chat:t1")["epoch"].integer_or(0);
    shop.event("conversation.command", R"({"conversation":{"id":"t1","channel":"chat"},"command":{"do":")" + verb + R"(","by":"eva","epoch":)" + std::to_string(epoch) + more + "}}");
  };
  command("takeover");
  shop.event("message.sent", R"({"customer":{"id":7},"message":{"id":"e1","channel":"chat","conversation":"t1","from":"eva","to":"ann","text":"Hello, Eva here"}})");
  command("snooze", R"(,"until":"2027-01-16T08:00:00Z")");
  shop.pass("2d");
  command("resolve");
  command("reopen");
  INFO(shop.all_notes());
  CHECK(shop.log == std::vector<std::string>{"answered care eva", "snoozed care eva", "woke care eva", "closed care", "reopened care eva"});
}

TEST_CASE("a person's reply is told whose it is, and until when the channel takes it") {
  Shop shop;
  shop.add(person_reply_workflow());
  shop.event("message.received", said("messenger", "u1"));
  shop.event("conversation.command", R"({"conversation":{"id":"u1","channel":"messenger"},"command":{"do":"reply","by":"eva","text":"Hi","epoch":1,"last_seen":")" +
                                         std::string(shop.subject().conversation.items().back()["id"].text_or("")) + "\"}}");
  CHECK(args_of(shop)["person"].text_or("") == "eva");
  CHECK(args_of(shop)["thread"]["person_until"].integer_or(0) == after(shop, "7d"));
}
