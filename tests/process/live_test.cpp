// What happens, told live over a WebSocket: in order, to whom may hear it, and caught up with after a break.

#include "support/served.h"
#include "support/web_socket_client.h"

#include <set>

using namespace shopbell;

namespace {

WebSocketClient::How how(const Browser& of, std::uint64_t after = 0) {
  WebSocketClient::How made;
  made.path = "/api/v1/live" + (after == 0 ? std::string() : "?after=" + std::to_string(after));
  made.headers = {{"Cookie", of.cookie}, {"Origin", "http://localhost:" + of.origin.substr(of.origin.rfind(':') + 1)}};
  return made;
}

struct Heard {
  std::uint64_t seq = 0;
  std::string kind, text;
};

Heard next(WebSocketClient& client) {
  const auto text = client.read();
  REQUIRE(text);
  Arena arena;
  const auto told = parse_json(*text, arena);
  REQUIRE(told);
  return {static_cast<std::uint64_t>((*told)["seq"].integer_or(0)), std::string((*told)["kind"].text_or({})), *text};
}

/// All up to the first of that kind.
std::vector<Heard> until(WebSocketClient& client, const std::string& kind) {
  std::vector<Heard> all;
  do all.push_back(next(client));
  while (all.back().kind != kind);
  return all;
}

}  // namespace

TEST_CASE("what happens is told in order, and after a break from the last number on") {
  Served shop;
  Browser ana = shop.person("ana", "agent");
  std::uint64_t last = 0;
  {
    WebSocketClient client(shop.server->port(), how(ana));
    REQUIRE(client.status() == 101);
    CHECK(next(client).kind == "hello");
    shop.message("1", "hello");
    const auto told = until(client, "event");
    std::set<std::string> kinds;
    for (const Heard& one : told) {
      CHECK(one.seq > last);
      last = one.seq;
      kinds.insert(one.kind);
    }
    CHECK(kinds == std::set<std::string>{"conversation", "message", "event"});
  }
  shop.message("2", "are you there?");
  {
    WebSocketClient client(shop.server->port(), how(ana, last));
    const auto missed = until(client, "event");
    CHECK(missed.front().seq == last + 1);
    CHECK(missed.back().text.find("\"id\":\"2\"") != std::string::npos);
    last = missed.back().seq;
    Browser ben = shop.person("ben", "agent");
    CHECK(ben.post("/conversations/log%3At7/presence", R"({"looking":true,"typing":true})").status == 204);
    const Heard looked = until(client, "presence").back();
    INFO(looked.text);
    CHECK(looked.text.find("\"name\":\"ben\"") != std::string::npos);
  }
  shop.start();
  Browser later = shop.again(ana);
  WebSocketClient client(shop.server->port(), how(later, last));
  const Heard reset = next(client);
  CHECK(reset.kind == "reset");
  CHECK(reset.seq > last);
}

TEST_CASE("nobody listens who is not signed in, or comes from a page of another origin") {
  Served shop;
  Browser ana = shop.person("ana", "agent"), nobody(shop.server->port());
  CHECK(WebSocketClient(shop.server->port(), how(nobody)).status() == 401);
  auto elsewhere = how(ana);
  elsewhere.headers[1].second = "http://evil.example";
  CHECK(WebSocketClient(shop.server->port(), elsewhere).status() == 403);
  elsewhere.headers.pop_back();
  CHECK(WebSocketClient(shop.server->port(), elsewhere).status() == 403);
}

TEST_CASE("a token hears what its scopes are about") {
  Served shop;
  Browser owner = shop.person("olga", "owner");
  const auto token = owner.post("/tokens", R"({"name":"runs","scopes":["runs.read"]})");
  WebSocketClient::How program;
  program.path = "/api/v1/live";
  program.headers = {{"Authorization", "Bearer " + token.text("token")}};
  WebSocketClient client(shop.server->port(), program);
  CHECK(next(client).kind == "hello");
  shop.message("1", "hello");
  const auto told = until(client, "event");
  CHECK(told.size() == 1);
}
