// The web chat with the real program: visitors over WebSockets, a bot, a person, and connections that break.

#include "base/jwt.h"
#include "serve/clock.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/random.h"
#include "support/web_socket_client.h"

#include <shopbell/json.h>

#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <set>

using namespace shopbell;

namespace {

constexpr const char* secret = "a secret of at least 16 bytes";
constexpr const char* shop =
    "shop: a\nname: The Shop\ncurrency: EUR\napi_tokens: [test-token]\nqueues: { care: {} }\nlimits: { chat_messages_per_minute_max: 1000000 }\n"
    "channels: { web: { secret: \"a secret of at least 16 bytes\", origins: \"https://shop.example\" } }\n";
constexpr const char* bot = "workflow: bot\non: message.received\nsteps:\n  - reply: \"you said {{ message.text }}\"\n";

struct Folder : TempFolder {
  explicit Folder(const char* workflow = bot) {
    write("shopbell.yaml", shop);
    write("workflows/bot.yaml", workflow);
  }
};

std::string jwt(const std::string& claims_without_exp) {
  const auto claims = parse_json_document("{" + claims_without_exp + ",\"exp\":" + std::to_string(to_ms(wall_clock()) / 1000 + 600) + "}");
  REQUIRE(claims);
  return sign_jwt(claims->root(), secret);
}

/// A browser: what it is told it keeps, over as many connections as it takes.
class Browser {
 public:
  explicit Browser(std::uint16_t port) : port_(port) {}

  void connect(const std::string& pending = "") {
    client_ = std::make_unique<WebSocketClient>(port_, WebSocketClient::How{.path = "/chat/ws", .headers = {}});
    REQUIRE(client_->status() == 101);
    std::string hello = R"({"type":"hello")";
    if (!visitor.empty()) hello += R"(,"visitor":")" + visitor + "\"";
    if (!identity.empty()) hello += R"(,"identity":")" + identity + "\"";
    if (seq > 0) hello += ",\"after\":" + std::to_string(seq);
    if (!pending.empty()) hello += R"(,"pending":[")" + pending + "\"]";
    client_->send(hello + "}");
  }
  void say(const std::string& id, const std::string& text) { client_->send(fmt::format(R"({{"type":"message","id":"{}","text":"{}"}})", id, text)); }
  void send(const std::string& frame) { client_->send(frame); }
  void drop() { client_->drop(); }
  std::uint16_t code() { return client_->code(); }

  /// The next frame; its type. "end": the connection is over.
  std::string hear() {
    const auto text = client_->read();
    if (!text) return "end";
    auto read = parse_json_document(*text);
    REQUIRE(read);
    last = std::move(*read);
    const std::string type(at("type"));
    if (type == "welcome" && !at("visitor").empty()) visitor = at("visitor");
    if (type == "message") take();
    return type;
  }
  std::string hear_until(const std::string& type) {
    for (std::string heard; (heard = hear()) != type;)
      if (heard == "end") return heard;
    return type;
  }
  std::string_view at(std::string_view name) const { return last.root()[name].text_or(""); }

  std::string visitor, identity;
  std::int64_t seq = 0;
  Document last;
  std::map<std::string, int> texts;  // "bot: hello", and how often it came
  std::set<std::string> ids;         // of its own messages that came back

 private:
  void take() {
    const std::int64_t next = last.root()["seq"].integer_or(0);
    CHECK(next > seq);
    seq = next;
    ++texts[std::string(at("from")) + ": " + std::string(at("text"))];
    if (!at("id").empty()) ids.emplace(at("id"));
  }
  const std::uint16_t port_;
  std::unique_ptr<WebSocketClient> client_;
};

std::string post(std::uint16_t port, const std::string& path, const std::string& body) {
  RawClient client(port);
  client.send(fmt::format("POST {} HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer test-token\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                          path, body.size(), body));
  const auto response = client.response();
  return response ? std::to_string(response->status) + " " + response->body : std::string();
}

std::string thread_of(const Browser& browser) {
  const auto middle = browser.visitor.substr(browser.visitor.find('.') + 1);
  const auto claims = parse_json_document(from_base64url(middle.substr(0, middle.find('.'))).value_or(""));
  return claims ? std::string(claims->root()["sub"].text_or("")) : std::string();
}

}  // namespace

TEST_CASE("a visitor writes, hears that it is kept, and is answered; who comes back reads it again") {
  const Folder folder;
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  Browser browser(server.port());
  browser.connect();
  CHECK(browser.hear() == "welcome");
  CHECK(browser.at("title") == "The Shop");
  CHECK(browser.at("owner") == "bot");
  CHECK(browser.hear() == "caught_up");
  browser.say("m1", "hello");
  std::set<std::string> heard;
  while (!heard.contains("kept") || !browser.texts.contains("bot: you said hello")) REQUIRE(heard.insert(browser.hear()).first->compare("end") != 0);
  CHECK(browser.texts == std::map<std::string, int>{{"customer: hello", 1}, {"bot: you said hello", 1}});
  CHECK(browser.ids == std::set<std::string>{"m1"});
  browser.say("m1", "hello");  // the same once more: it is kept already
  CHECK(browser.hear_until("kept") == "kept");

  Browser again(server.port());
  again.visitor = browser.visitor;
  again.connect();
  CHECK(again.hear_until("caught_up") == "caught_up");
  CHECK(again.texts == browser.texts);
  Browser other(server.port());
  other.connect();
  CHECK(other.hear_until("caught_up") == "caught_up");
  CHECK(other.texts.empty());
  CHECK(other.visitor != browser.visitor);
}

TEST_CASE("however often the connection breaks, and the program with it, nothing is lost and nothing comes twice") {
  const char* const asked = std::getenv("SHOPBELL_CHAT_RECONNECTS");
  const int reconnects = asked != nullptr ? std::atoi(asked) : 1'000, kills = 2;
  const Folder folder;
  auto server = std::make_unique<RunningServer>(SHOPBELL_BINARY, folder.path());
  REQUIRE(server->listens());
  auto browser = std::make_unique<Browser>(server->port());
  testing::Random random(2026);
  int said = 0;
  for (int i = 0; i < reconnects; ++i) {
    const std::string id = "m" + std::to_string(said);
    browser->connect(id);
    // A browser says again what it does not know to be kept, under the same id.
    if (browser->hear_until("welcome") != "welcome" || browser->hear_until("caught_up") != "caught_up") continue;
    if (browser->ids.contains(id)) ++said;
    const std::string next = "m" + std::to_string(said);
    browser->say(next, "no " + std::to_string(said));
    const int wait = static_cast<int>(random.below(4));
    for (int frames = 0; frames < wait; ++frames) {
      const std::string heard = browser->hear();
      if (heard == "kept" || (heard == "message" && browser->ids.contains(next))) {
        ++said;
        break;
      }
      if (heard == "end") break;
    }
    browser->drop();
    if (i > 0 && i % (reconnects / (kills + 1)) == 0) {
      server->kill();
      server = std::make_unique<RunningServer>(SHOPBELL_BINARY, folder.path());
      REQUIRE(server->listens());
      auto moved = std::make_unique<Browser>(server->port());
      moved->visitor = browser->visitor;
      moved->seq = browser->seq;
      moved->texts = browser->texts;
      moved->ids = browser->ids;
      browser = std::move(moved);
    }
  }
  browser->connect("m" + std::to_string(said));
  REQUIRE(browser->hear_until("caught_up") == "caught_up");
  browser->say("last", "goodbye");
  while (!browser->texts.contains("bot: you said goodbye") && browser->hear() != "end") {}
  // An answer is a call: those of before may come behind.
  const auto count = [&](const std::string& from) {
    return std::count_if(browser->texts.begin(), browser->texts.end(), [&](const auto& text) { return text.first.starts_with(from); });
  };
  while (count("bot: ") < count("customer: ") && browser->hear() != "end") {}
  for (const auto& [text, times] : browser->texts) {
    INFO(text);
    CHECK(times == 1);
  }
  for (int i = 0; i < said; ++i) CHECK(browser->texts.contains("customer: no " + std::to_string(i)));
  CHECK(count("bot: ") == count("customer: "));
  CHECK(said > reconnects / 3);
}

TEST_CASE("a person takes over: the visitor is told, hears the person, and the bot is silent") {
  const Folder folder;
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  Browser browser(server.port());
  browser.connect();
  browser.hear_until("caught_up");
  browser.say("m1", "hello");
  while (!browser.texts.contains("bot: you said hello")) REQUIRE(browser.hear() != "end");
  const std::string thread = thread_of(browser), to = fmt::format("http://127.0.0.1:{}", server.port());
  const Ran taken = run_program(SHOPBELL_BINARY, {"takeover", "web:" + thread, "--epoch", "1", "--by", "ana", "--to", to, "--token", "test-token"});
  INFO(taken.out);
  REQUIRE(taken.code == 0);
  while (browser.hear() != "owner" || browser.at("owner") != "agent") {}
  CHECK(browser.at("name") == "ana");
  const std::string reply = R"({"specversion":"1.0","id":"r1","source":"test","type":"message.sent","data":{"message":{"id":"r1","channel":"web","from":"ana","to":")" +
                            thread + R"(","text":"Ana here"}}})";
  CHECK(post(server.port(), "/events", reply).starts_with("202"));
  while (browser.hear() != "message") {}
  CHECK(browser.at("from") == "agent");
  CHECK(browser.at("name") == "ana");
  CHECK(browser.at("text") == "Ana here");

  WebSocketClient desk(server.port(), {.path = "/api/v1/live", .headers = {{"Authorization", "Bearer test-token"}}});
  const auto hear_presence = [&] {
    for (;;) {
      const auto told = desk.read();
      REQUIRE(told);
      if (told->find("\"presence\"") != std::string::npos) return *told;
    }
  };
  browser.send(R"({"type":"typing"})");
  const std::string types = hear_presence();
  CHECK(types.find("\"conversation\":\"web:" + thread + "\"") != std::string::npos);
  CHECK(types.find("\"typing\":true") != std::string::npos);
  browser.send(R"({"type":"typing"})");  // too soon to be told once more
  browser.say("m2", "thanks");
  CHECK(hear_presence().find("\"typing\":false") != std::string::npos);
  while (!browser.ids.contains("m2")) REQUIRE(browser.hear() != "end");
  CHECK(browser.texts.size() == 4);

  Browser again(server.port());
  again.visitor = browser.visitor;
  again.connect();
  CHECK(again.hear_until("welcome") == "welcome");
  CHECK(again.at("owner") == "agent");
  CHECK(again.hear_until("caught_up") == "caught_up");
  CHECK(again.texts == browser.texts);
}

TEST_CASE("a question's buttons come with it, also to who was away") {
  const Folder folder("workflow: bot\non: message.received\nif: message.text == \"hello\"\nsteps:\n  - ask: { text: \"What is it about?\", buttons: [An order, A person], wait: 1h }\n    as: said\n  - reply: \"{{ said.value }}, then\"\n");
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  Browser browser(server.port());
  browser.connect();
  browser.hear_until("caught_up");
  browser.say("m1", "hello");
  while (!browser.texts.contains("bot: What is it about?")) REQUIRE(browser.hear() != "end");
  CHECK(to_json(browser.last.root()["buttons"]) == R"(["An order","A person"])");
  Browser again(server.port());
  again.visitor = browser.visitor;
  again.connect();
  again.hear_until("caught_up");
  browser.say("m2", "An order");
  while (!again.texts.contains("bot: An order, then")) REQUIRE(again.hear() != "end");
}

TEST_CASE("whom the shop's token names reads all that was said with it, and nobody else does") {
  const Folder folder;
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  Browser anonymous(server.port());
  anonymous.connect();
  anonymous.hear_until("caught_up");
  anonymous.say("m1", "before");
  while (!anonymous.texts.contains("bot: you said before")) REQUIRE(anonymous.hear() != "end");

  // Signs in on the same browser, and is the same conversation.
  Browser named(server.port());
  named.visitor = anonymous.visitor;
  named.identity = jwt(R"("sub":"7","email":"ada@x.com","name":"Ada")");
  named.connect();
  CHECK(named.hear_until("caught_up") == "caught_up");
  CHECK(named.texts.contains("customer: before"));
  named.say("m2", "signed in");
  while (!named.texts.contains("bot: you said signed in")) REQUIRE(named.hear() != "end");
  const auto customer = get(server.port(), "/api/customers/7");
  REQUIRE(customer);
  CHECK(customer->body.find("ada@x.com") != std::string::npos);
  CHECK(customer->body.find("web:" + thread_of(anonymous)) != std::string::npos);

  SECTION("on another device") {
    Browser device(server.port());
    device.identity = jwt(R"("sub":7)");
    device.connect();
    device.hear_until("caught_up");
    CHECK(device.texts == named.texts);
    device.say("m1", "from the telephone");
    while (!named.texts.contains("customer: from the telephone")) REQUIRE(named.hear() != "end");
  }
  SECTION("who comes to the browser next, without a token or with another") {
    Browser next(server.port());
    next.visitor = named.visitor;
    if (GENERATE(false, true)) next.identity = jwt(R"("sub":"8")");
    next.connect();
    CHECK(next.hear_until("caught_up") == "caught_up");
    CHECK(next.texts.empty());
  }
}

TEST_CASE("who is forgotten reads nothing of what was said, on any device") {
  const Folder folder;
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  Browser browser(server.port());
  browser.connect();
  browser.hear_until("caught_up");
  browser.say("m1", "before");
  while (!browser.texts.contains("bot: you said before")) REQUIRE(browser.hear() != "end");
  browser.identity = jwt(R"("sub":"7")");
  browser.connect();
  browser.hear_until("caught_up");
  browser.say("m2", "something private");
  while (!browser.texts.contains("bot: you said something private")) REQUIRE(browser.hear() != "end");
  CHECK(post(server.port(), "/events", R"({"specversion":"1.0","id":"x","source":"desk","type":"privacy.redact","data":{"privacy":{"scope":"customer"},"customer":{"id":7}}})").starts_with("202"));
  CHECK(eventually([&] {
    const auto done = get(server.port(), "/api/requests");
    UNSCOPED_INFO(done->body);
    return done && done->body.find("\"done\":\"20") != std::string::npos;
  }));
  CHECK(get(server.port(), "/api/messages")->body.find("private") == std::string::npos);
  Browser again(server.port());
  again.visitor = browser.visitor;
  if (GENERATE(true, false)) again.identity = browser.identity;
  again.connect();
  CHECK(again.hear_until("caught_up") == "caught_up");
  CHECK(again.texts.empty());
}

TEST_CASE("what breaks the rules of the chat is told so") {
  const Folder folder;
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  Browser browser(server.port());
  SECTION("a token that the shop did not sign") {
    browser.identity = jwt(R"("sub":"7")") + "x";
    browser.connect();
    CHECK(browser.hear() == "error");
    CHECK(browser.at("code") == "bad_identity");
    CHECK(browser.hear() == "end");
    CHECK(browser.code() == 1008);
  }
  SECTION("a visitor's token is none of the shop's") {
    browser.connect();
    browser.hear_until("caught_up");
    browser.identity = browser.visitor;
    browser.connect();
    CHECK(browser.hear() == "error");
  }
  SECTION("one who makes a visitor's token with the shop's secret") {
    browser.visitor = jwt(R"("aud":"shopbell-visitor","sub":"v-somebody")");
    browser.connect();
    browser.hear_until("caught_up");
    CHECK(thread_of(browser) != "v-somebody");
  }
  SECTION("what is no frame, or comes out of turn") {
    const auto frame = GENERATE(as<std::string>(), "x", "[]", "{}", R"({"type":"hello"})", R"({"type":"message"})", R"({"type":"message","id":"a b","text":"x"})", R"({"type":"dance"})");
    browser.connect();
    browser.hear_until("caught_up");
    browser.send(frame);
    CHECK(browser.hear() == "error");
    CHECK(browser.hear() == "end");
  }
  SECTION("nothing, and too much") {
    browser.connect();
    browser.hear_until("caught_up");
    browser.say("m1", "  ");
    CHECK(browser.hear() == "refused");
    CHECK(browser.at("code") == "no_text");
    browser.say("m2", std::string(17'000, 'x'));
    CHECK(browser.hear() == "refused");
    CHECK(browser.at("code") == "too_long");
  }
  SECTION("a page of another origin") {
    const auto status = [&](const std::string& origin) {
      return WebSocketClient(server.port(), {.path = "/chat/ws", .headers = {{"Origin", origin}}}).status();
    };
    CHECK(status("https://evil.example") == 403);
    CHECK(status("null") == 403);
    CHECK(status("https://shop.example") == 101);
    CHECK(status(fmt::format("http://localhost:{}", server.port())) == 101);
  }
}

TEST_CASE("who writes too fast waits, and is heard then") {
  const Folder folder;
  folder.write("shopbell.yaml", "shop: a\ncurrency: EUR\nchannels: { web: { secret: \"a secret of at least 16 bytes\" } }\nlimits: { chat_messages_per_minute_max: 60 }\n");
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  Browser browser(server.port());
  browser.connect();
  browser.hear_until("caught_up");
  for (int i = 0; i < 12; ++i) browser.say("m" + std::to_string(i), "x");
  CHECK(browser.hear_until("refused") == "refused");
  CHECK(browser.at("code") == "too_many");
  CHECK(browser.last.root()["retry_ms"].integer_or(0) > 0);
}

TEST_CASE("the frame is shown by the shop's pages only, and runs nothing but its own") {
  const Folder folder;
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  const auto page = get(server.port(), "/chat/");
  REQUIRE(page);
  CHECK(page->status == 200);
  CHECK(page->says("frame-ancestors 'self' https://shop.example\r\n"));
  CHECK(page->says("default-src 'none'; script-src 'self'; "));
  CHECK(get(server.port(), "/chat/widget.js")->says("Cross-Origin-Resource-Policy: cross-origin"));
  CHECK(get(server.port(), "/chat/none")->status == 404);
  CHECK(get(server.port(), "/chat/page")->status == 404);
}
