// The inbox over /api/v1, with the real program: two people, one conversation, and a customer who writes in between.

#include "support/served.h"
#include "support/sink.h"

#include <shopbell/text.h>

#include <fstream>

using namespace shopbell;

namespace {

std::string id_of_last(const Browser::Answer& conversation) {
  std::string id;
  for (const Value& m : conversation.json["messages"].items())
    if (m["kind"].text_or({}) == "message") id = m["id"].text_or({});
  return id;
}

std::string said(const Browser::Answer& conversation) {
  std::string all;
  for (const Value& m : conversation.json["messages"].items())
    all.append(m["kind"].text_or({}) == "note" ? "note " : "").append(m["by"]["name"].text_or("?")).append(": ").append(m["text"].text_or({})).append("\n");
  return all;
}

const std::string path = "/conversations/log%3At7";

std::string reply(const Browser::Answer& seen, const std::string& text) {
  return fmt::format(R"({{"text":"{}","epoch":{},"last_seen":"{}"}})", text, seen.json["epoch"].integer_or(0), id_of_last(seen));
}

}  // namespace

TEST_CASE("an agent takes a conversation, answers once, and the bot is silent") {
  Served shop(served_config, {{"workflows/bot.yaml", "workflow: bot\non: message.received\nsteps:\n  - reply: \"beep {{ message.text }}\"\n"}});
  Browser ana = shop.person("ana", "agent");
  shop.message("1", "hello");
  CHECK(eventually([&] { return ana.get(path).has("beep hello"); }));
  const auto list = ana.get("/conversations?view=all");
  INFO(list.body);
  REQUIRE(list.json["items"].size() == 1);
  const Value item = list.json["items"].items()[0];
  CHECK(item["id"].text_or({}) == "log:t7");
  CHECK(item["owner"]["kind"].text_or({}) == "bot");
  CHECK(item["customer"]["email"].text_or({}) == "c7@mail.example");
  CHECK(item["last"]["text"].text_or({}) == "beep hello");
  CHECK(ana.get("/conversations?view=mine").json["items"].size() == 0);

  const auto taken = ana.post(path + "/takeover", R"({"epoch":1})");
  INFO(taken.body);
  CHECK(taken.status == 200);
  CHECK(taken.text("owner.name") == "ana");
  CHECK(ana.get("/conversations?view=mine").json["items"].size() == 1);
  shop.message("2", "are you there?");
  const auto seen = ana.get(path);
  const auto sent = ana.ask("POST", path + "/replies", reply(seen, "Yes, I am Ana."), "Idempotency-Key: r1\r\n");
  INFO(sent.body);
  CHECK(sent.status == 201);
  CHECK(ana.ask("POST", path + "/replies", reply(seen, "Yes, I am Ana."), "Idempotency-Key: r1\r\n").status == 201);
  CHECK(eventually([&] { return ana.get(path).json["waiting_since"].is_null(); }));
  const auto now = ana.get(path);
  CHECK(said(now) == "Customer 7: hello\nbot: beep hello\nCustomer 7: are you there?\nana: Yes, I am Ana.\n");
  CHECK(ana.get("/conversations?view=resolved").json["items"].size() == 0);
  CHECK(ana.post(path + "/resolve", fmt::format(R"({{"epoch":{}}})", now.json["epoch"].integer_or(0))).status == 200);
  CHECK(ana.get("/conversations?view=resolved").json["items"].size() == 1);
  const auto again = ana.post(path + "/reopen", fmt::format(R"({{"epoch":{}}})", ana.get(path).json["epoch"].integer_or(0)));
  CHECK(again.text("state") == "open");
  CHECK(again.text("owner.name") == "ana");

  shop.start();
  Browser later = shop.again(ana);
  CHECK(said(later.get(path)) == said(now));
  CHECK(later.ask("POST", path + "/replies", reply(seen, "Yes, I am Ana."), "Idempotency-Key: r1\r\n").status == 201);  // known by its event
  CHECK(said(later.get(path)) == said(now));
}

TEST_CASE("a reply is refused, with what is new, when somebody wrote or answered meanwhile") {
  Served shop;
  Browser ana = shop.person("ana", "agent"), ben = shop.person("ben", "agent");
  shop.message("1", "hello");
  const auto seen = ana.get(path);
  shop.message("2", "never mind");
  const auto refused = ana.post(path + "/replies", reply(seen, "Hello!"));
  INFO(refused.body);
  CHECK(refused.status == 409);
  CHECK(refused.text("code") == "new_messages");
  REQUIRE(refused.json["messages"].size() == 1);
  CHECK(refused.json["messages"].items()[0]["text"].text_or({}) == "never mind");
  CHECK(refused.text("conversation.last.text") == "never mind");

  const auto both = ana.get(path);
  CHECK(ben.post(path + "/replies", reply(both, "I am Ben.")).status == 201);
  CHECK(eventually([&] { return ben.get(path).has("\"status\":\"sent\""); }));
  const auto late = ana.post(path + "/replies", reply(both, "I am Ana."));
  INFO(late.body);
  CHECK(late.status == 409);
  CHECK(late.text("conversation.owner.name") == "ben");
  CHECK(ana.post(path + "/replies", reply(ana.get(path), "I am Ana.")).text("code") == "conflict");  // ben has it
  CHECK_FALSE(said(ana.get(path)).find("I am Ana.") != std::string::npos);

  const std::int64_t epoch = ana.get(path).json["epoch"].integer_or(0);
  const auto stale = ana.post(path + "/takeover", fmt::format(R"({{"epoch":{}}})", epoch - 1));
  CHECK(stale.status == 409);
  CHECK(stale.json["conversation"]["epoch"].integer_or(0) == epoch);
  CHECK(ana.post(path + "/takeover", fmt::format(R"({{"epoch":{}}})", epoch)).status == 200);
  CHECK(ana.post(path + "/takeover", "{}").json["errors"].size() == 1);
  CHECK(ana.post("/conversations/log%3Anobody/takeover", R"({"epoch":1})").status == 404);
}

TEST_CASE("a note reaches the team, and no channel") {
  Sink sink;
  Served shop(fmt::format("shop: a\ncurrency: EUR\napi_tokens: [test-token]\nhttp: {{ allow: [\"{0}\"] }}\nchannels: {{ chat: {{ url: \"{0}/say\" }} }}\n", sink.origin()),
              {{"workflows/spy.yaml", "workflow: spy\non: message.received\nsteps:\n  - wait: 1s\n  - reply: \"known: {{ conversation }} {{ customer }} {{ event }}\"\n"}});
  Browser ana = shop.person("ana", "agent");
  shop.message("1", "hello", "7", "chat");
  const std::string chat = "/conversations/chat%3At7";
  const auto note = ana.post(chat + "/notes", R"({"text":"secret: she is a mystery shopper"})");
  INFO(note.body);
  CHECK(note.status == 201);
  CHECK(said(ana.get(chat)).find("note ana: secret") != std::string::npos);
  CHECK(eventually([&] { return !sink.bodies().empty(); }));  // what the workflow says of all that it knows
  const auto seen = ana.get(chat);
  CHECK(seen.json["owner"]["kind"].text_or({}) == "bot");
  CHECK(ana.post(chat + "/replies", reply(seen, "Hello!")).status == 201);
  CHECK(eventually([&] { return sink.bodies().size() == 2; }));
  for (const std::string& body : sink.bodies()) {
    INFO(body);
    CHECK(body.find("mystery") == std::string::npos);
  }
  CHECK_FALSE(get(shop.server->port(), "/api/messages")->body.find("mystery") != std::string::npos);
  CHECK_FALSE(get(shop.server->port(), "/api/calls")->body.find("mystery") != std::string::npos);
  CHECK(ana.post(chat + "/notes", R"({"text":" "})").status == 400);
}

TEST_CASE("a draft is its writer's alone, and there is one for each conversation") {
  Served shop;
  Browser ana = shop.person("ana", "agent"), ben = shop.person("ben", "agent");
  shop.message("1", "hello");
  shop.message("2", "hello", "8");
  CHECK(ana.ask("PUT", path + "/draft", R"({"text":"dear customer"})").status == 204);
  CHECK(ana.get(path + "/draft").text("text") == "dear customer");
  CHECK(ana.get("/conversations/log%3At8/draft").json["text"].is_null());
  CHECK(ben.get(path + "/draft").json["text"].is_null());
  CHECK(ben.ask("DELETE", path + "/draft").status == 204);
  CHECK(ana.get(path + "/draft").text("text") == "dear customer");
  CHECK(ana.ask("DELETE", path + "/draft").status == 204);
  CHECK(ana.get(path + "/draft").json["text"].is_null());
}

TEST_CASE("the inbox is paged by key, searched, and has views") {
  Served shop;
  Browser ana = shop.person("ana", "agent");
  for (int i = 1; i <= 7; ++i) shop.message(std::to_string(i), i == 4 ? "where is my zebra" : "hello", std::to_string(i));
  std::string after, order;
  for (int page = 0; page < 4; ++page) {
    const auto answer = ana.get("/conversations?view=bot&limit=3" + (after.empty() ? "" : "&after=" + percent_encode(after)));
    for (const Value& item : answer.json["items"].items()) order += item["id"].text_or({}).substr(5);
    after = answer.text("next");
    if (after.empty()) break;
  }
  CHECK(order == "7654321");
  const auto found = ana.get("/conversations?q=ZEBRA");
  REQUIRE(found.json["items"].size() == 1);
  CHECK(found.json["items"].items()[0]["id"].text_or({}) == "log:t4");
  CHECK(ana.get("/conversations?q=100%25").json["items"].size() == 0);
  CHECK(ana.get("/conversations?view=of-all-things").status == 400);
  CHECK(ana.get("/conversations?views=mine").status == 400);
  CHECK(ana.get("/conversations?after=x").status == 400);
  CHECK(ana.post("/conversations/log%3At4/hand-over", R"({"epoch":1,"queue":"nowhere"})").status == 400);
  CHECK(ana.post("/conversations/log%3At4/hand-over", R"({"epoch":1,"queue":"care"})").status == 200);
  CHECK(ana.get("/conversations?view=queue:care").json["items"].size() == 1);
  CHECK(ana.get("/conversations?view=unassigned").json["items"].size() == 1);
  CHECK(ana.get("/conversations/counts").json["open"]["queue:care"].integer_or(0) == 1);
  CHECK(ana.post("/conversations/log%3At4/tags", R"({"epoch":2,"tags":["lost","zebra"],"priority":"high"})").json["tags"].size() == 2);
  CHECK(ana.post("/conversations/log%3At4/snooze", R"({"epoch":2,"until":"2999-01-01T00:00:00Z"})").text("state") == "snoozed");
  CHECK(ana.get("/conversations?view=snoozed").json["items"].size() == 1);
  CHECK(ana.post("/conversations/log%3At4/presence", R"({"looking":true,"typing":true})").status == 204);
  CHECK(ana.get("/conversations/log%3At4").json["unread"].boolean_or(true) == false);
}

TEST_CASE("saved replies are the team's") {
  Served shop;
  Browser ana = shop.person("ana", "agent"), ben = shop.person("ben", "agent");
  const auto made = ana.post("/saved-replies", R"({"name":"thanks","text":"Thank you, {{ customer.first_name }}!"})");
  CHECK(made.status == 201);
  CHECK(ben.post("/saved-replies", R"({"name":"thanks","text":"x"})").status == 409);
  shop.message("1", "hello");
  CHECK(ana.get("/saved-replies?conversation=log%3At7").json["items"].items()[0]["filled"].text_or({}) == "Thank you, Customer!");
  CHECK(ben.ask("PUT", "/saved-replies/" + made.text("id"), R"({"name":"thanks","text":"Thanks!"})").status == 200);
  CHECK(ana.get("/saved-replies").json["items"].items()[0]["text"].text_or({}) == "Thanks!");
  CHECK(ben.ask("DELETE", "/saved-replies/" + made.text("id")).status == 204);
  CHECK(ana.get("/saved-replies").json["items"].size() == 0);
}

TEST_CASE("consent is changed, what is kept is given out, and who is to be forgotten is forgotten, at the desks, too; the audit trail says by whom, not of whom") {
  Served shop;
  Browser ana = shop.person("ana", "agent"), otto = shop.person("otto", "ops");
  shop.message("1", "hello");
  shop.message("2", "hello", "8");
  CHECK(ana.ask("PUT", path + "/draft", R"({"text":"dear zanzibar"})").status == 204);
  CHECK(ana.post(path + "/notes", R"({"text":"she lives in zanzibar"})").status == 201);
  CHECK(ana.ask("PUT", "/conversations/log%3At8/draft", R"({"text":"dear other"})").status == 204);
  const std::string customer = "/customers/customer%3A7";
  const auto consent = ana.post(customer + "/consent", R"({"channel":"email","given":false})");
  INFO(consent.body);
  CHECK(consent.status == 200);
  CHECK(eventually([&] { return ana.get(customer).json["profile"]["consent"]["email"].boolean_or(true) == false; }));
  CHECK(ana.post(customer + "/export").status == 403);
  const auto asked = otto.ask("POST", customer + "/export", "", "Idempotency-Key: e1\r\n");
  INFO(asked.body);
  REQUIRE(asked.status == 202);
  const std::string request = "/requests/" + asked.text("request");
  CHECK(eventually([&] { return !otto.get(request).json["done"].is_null(); }));
  const auto kept = otto.get(request + "/file");
  CHECK(kept.status == 200);
  CHECK(kept.head.find("attachment") != std::string::npos);
  CHECK(kept.has("c7@mail.example"));
  CHECK_FALSE(kept.has("c8@mail.example"));
  CHECK(otto.post(customer + "/erase", R"({"confirm":"c8@mail.example"})").status == 400);
  CHECK(ana.get(path).status == 200);
  const auto erased = otto.post(customer + "/erase", R"({"confirm":"c7@mail.example"})");
  INFO(erased.body);
  CHECK(erased.status == 202);
  CHECK(otto.get("/audit").has("customer.erase_asked"));
  const auto found = [&] {
    std::string all;
    for (const char* name : {"people.db", "people.db-wal"}) {
      std::ifstream file(std::filesystem::path(shop.data()) / name, std::ios::binary);
      all.append(std::istreambuf_iterator<char>(file), {});
    }
    return all.find("zanzibar") != std::string::npos || all.find("customer:7") != std::string::npos || all.find("c7@mail") != std::string::npos;
  };
  CHECK(eventually([&] { return !found(); }));
  CHECK(eventually([&] { return !ana.get(path).has("zanzibar"); }));
  CHECK(ana.get("/conversations/log%3At8/draft").text("text") == "dear other");
}

TEST_CASE("a reply that does not arrive is tried again over a restart, and a person's to decide about when it was refused") {
  Sink sink;
  Served shop(fmt::format("shop: a\ncurrency: EUR\napi_tokens: [test-token]\nhttp: {{ allow: [\"{0}\"] }}\nchannels: {{ chat: {{ url: \"{0}/say\" }} }}\n", sink.origin()));
  Browser ana = shop.person("ana", "owner");
  shop.message("1", "hello", "7", "chat");
  const std::string chat = "/conversations/chat%3At7";
  sink.answer_with(503);
  CHECK(ana.post(chat + "/replies", reply(ana.get(chat), "Hello!")).status == 201);
  CHECK(eventually([&] { return !sink.bodies().empty(); }));
  CHECK(ana.get(chat).has("\"status\":\"sending\""));
  shop.server->kill();
  shop.start();
  Browser again = shop.again(ana);
  sink.answer_with(200);
  CHECK(eventually([&] { return again.get(chat).has("\"status\":\"sent\""); }));
  CHECK(sink.keys_of().size() == 1);                 // one text
  CHECK(sink.keys_of().begin()->second.size() == 1);  // under one key
  CHECK(said(again.get(chat)) == "Customer 7: hello\nana: Hello!\n");

  sink.answer_with(400);
  CHECK(again.post(chat + "/replies", reply(again.get(chat), "Anything else?")).status == 201);
  CHECK(eventually([&] { return again.get("/attention").json["items"].size() == 1; }));
  CHECK(again.get(chat).has("\"status\":\"failed\""));
  const std::string run(again.get("/attention").json["items"].items()[0]["id"].text_or({}));
  CHECK(again.get("/runs/" + run).text("workflow") == "conversation.reply");
  const std::int64_t epoch = again.get(chat).json["epoch"].integer_or(0);
  CHECK(again.post(chat + "/hand-back", fmt::format(R"({{"epoch":{}}})", epoch)).status == 200);  // a person's word is not withdrawn by that
  sink.answer_with(200);
  CHECK(again.post("/runs/" + run + "/retry").status == 200);
  CHECK(eventually([&] { return again.get("/runs/" + run).text("status") == "done"; }));
  CHECK(said(again.get(chat)) == "Customer 7: hello\nana: Hello!\nana: Anything else?\n");
}

TEST_CASE("two conversations become one with their notes, a question is split off and answered by a macro; all of it is there after a restart") {
  Served shop;
  Browser ana = shop.person("ana", "agent");
  shop.message("1", "where is it?");
  shop.event("2", "message.received", "customer:7", R"({"customer":{"id":"7"},"conversation":{"id":"other"},"message":{"text":"and a bag?","channel":"log"}})");
  const std::string other = "/conversations/log%3Aother";
  CHECK(ana.post(other + "/notes", R"({"text":"she means the red one"})").status == 201);
  CHECK(ana.get("/conversations?subject=customer%3A7").json["items"].size() == 2);
  const std::string merge = R"({"epoch":1,"from":"log:other","from_epoch":1})";
  const auto merged = ana.ask("POST", path + "/merge", merge, "Idempotency-Key: m1\r\n");
  INFO(merged.body);
  CHECK(merged.status == 200);
  CHECK(said(merged) == "Customer 7: where is it?\nCustomer 7: and a bag?\nnote ana: she means the red one\n");
  CHECK(ana.get("/conversations?subject=customer%3A7").json["items"].size() == 1);
  CHECK(ana.post(other + "/takeover", R"({"epoch":2})").status == 409);

  const auto split = ana.post(path + "/split", fmt::format(R"({{"epoch":1,"message":"{}"}})", id_of_last(merged)));
  INFO(split.body);
  CHECK(split.status == 201);
  CHECK(said(split).starts_with("Customer 7: and a bag?\n"));
  const std::string fresh = "/conversations/log%3At7%23" + std::string(split.text("id").substr(7));
  const auto macro = ana.post("/macros", R"({"name":"Bag","text":"Dear {{customer.name}}, it is on its way. {{ agent.first_name }}","tags":["bag"],"then":"resolve"})");
  INFO(macro.body);
  REQUIRE(macro.status == 201);
  const std::string use = fmt::format(R"({{"macro":"{}","epoch":{},"last_seen":"{}"}})", macro.text("id"), split.json["epoch"].integer_or(0), id_of_last(split));
  const auto used = ana.ask("POST", fresh + "/macro", use, "Idempotency-Key: u1\r\n");
  INFO(used.body);
  CHECK(used.status == 200);
  CHECK(used.text("state") == "resolved");
  CHECK(used.json["tags"].size() == 1);
  CHECK(eventually([&] { return said(ana.get(fresh)).ends_with("ana: Dear Customer 7, it is on its way. ana\n"); }));
  const std::string whole = said(ana.get(path));

  shop.start();
  Browser later = shop.again(ana);
  CHECK(later.ask("POST", path + "/merge", merge, "Idempotency-Key: m1\r\n").status == 200);  // known by its event
  CHECK(later.ask("POST", fresh + "/macro", use, "Idempotency-Key: u1\r\n").status == 200);
  CHECK(said(later.get(path)) == whole);
  CHECK(said(later.get(fresh)).ends_with("ana: Dear Customer 7, it is on its way. ana\n"));
  CHECK(later.post("/macros", R"({"name":"Bag","text":"again"})").status == 409);
  CHECK(later.post("/macros", R"({"name":"Nothing"})").status == 400);
  const auto unknown = later.post("/macros", R"({"name":"Order","text":"{{order.name}} is late"})");
  CHECK(later.post(path + "/macro", fmt::format(R"({{"macro":"{}","epoch":1}})", unknown.text("id"))).status == 422);
}
