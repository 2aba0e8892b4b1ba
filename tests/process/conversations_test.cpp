// A conversation that a person takes from the bot, over the API and by command, with the real program.

#include "support/catch.h"
#include "support/program.h"

#include <fmt/format.h>

using namespace shopbell;

namespace {

constexpr const char* shop = "shop: a\ncurrency: EUR\napi_tokens: [test-token]\nchannels: { log: {} }\nqueues: { care: {} }\n";
constexpr const char* bot = "workflow: bot\non: message.received\nsteps:\n  - reply: \"beep {{ message.text }}\"\n";

RawClient::Response post(std::uint16_t port, const std::string& path, const std::string& body, const std::string& token = "test-token") {
  RawClient client(port);
  client.send(fmt::format("POST {} HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", path, token,
                          body.size(), body));
  const auto response = client.response();
  REQUIRE(response);
  return *response;
}

void write_to_shop(std::uint16_t port, const std::string& id) {
  const std::string event = R"({"specversion":"1.0","id":")" + id + R"(","source":"test","type":"message.received","subject":"customer:7","data":)" +
                            R"({"conversation":{"id":"t7"},"message":{"text":"hello )" + id + R"(","channel":"log"}}})";
  REQUIRE(post(port, "/events", event).status == 202);
}

std::string shown(std::uint16_t port, const std::string& path) {
  const auto response = get(port, path);
  REQUIRE(response);
  CHECK(response->status == 200);
  return response->body;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a person takes a conversation over by the epoch that was seen, the bot is silent until it is handed back, and a kill changes nothing") {
  const TempFolder folder;
  folder.write("shopbell.yaml", shop);
  folder.write("workflows/bot.yaml", bot);
  const std::string bin = SHOPBELL_BINARY, place = folder.path().string(), path = "/api/conversations/log%3At7";
  {
    RunningServer server(bin, folder.path());
    REQUIRE(server.listens());
    write_to_shop(server.port(), "1");
    const std::string list = shown(server.port(), "/api/conversations");
    INFO(list);
    CHECK(has(list, R"("id":"log:t7")"));
    CHECK(has(list, R"("owner":"bot")"));
    CHECK(has(list, R"("epoch":1)"));

    const auto taken = post(server.port(), path + "/takeover", R"({"epoch":1,"by":"ana"})");
    INFO(taken.body);
    CHECK(taken.status == 200);
    CHECK(has(taken.body, R"("owner":"agent")"));
    const auto late = post(server.port(), path + "/takeover", R"({"epoch":1,"by":"ben"})");
    INFO(late.body);
    CHECK(late.status == 409);
    CHECK(has(late.body, R"("epoch":2)"));
    CHECK(post(server.port(), path + "/takeover", R"({"by":"ben"})").status == 400);
    CHECK(post(server.port(), path + "/explode", R"({"epoch":2})").status == 400);
    CHECK(post(server.port(), "/api/conversations/log%3Anobody/takeover", R"({"epoch":1})").status == 404);
    CHECK(post(server.port(), path + "/takeover", R"({"epoch":2})", "wrong").status == 401);
    write_to_shop(server.port(), "2");
    CHECK(has(shown(server.port(), "/api/runs?workflow=bot"), "superseded"));
    server.kill();
  }
  RunningServer server(bin, folder.path());
  REQUIRE(server.listens());
  CHECK(has(shown(server.port(), path), R"("agent":"ana")"));
  write_to_shop(server.port(), "3");
  CHECK_FALSE(has(shown(server.port(), "/api/messages"), "beep hello 3"));

  const std::string to = fmt::format("http://127.0.0.1:{}", server.port());
  const Ran refused = run_program(bin, {"hand-back", "log:t7", "--epoch", "1", "--to", to, "--token", "test-token"});
  INFO(refused.out);
  CHECK(refused.code == 1);
  CHECK(has(refused.out, "409"));
  const Ran back = run_program(bin, {"hand-back", "log:t7", "--epoch", "2", "--to", to, "--token", "test-token"});
  INFO(back.out);
  CHECK(back.code == 0);
  CHECK(has(back.out, "log:t7: bot, epoch 3"));
  write_to_shop(server.port(), "4");
  CHECK(eventually([&] { return has(shown(server.port(), path), "beep hello 4"); }));  // a reply is a call: it comes behind the answer to the event
  const Ran listed = run_program(bin, {"conversations", "--data", place + "/data"});
  CHECK(listed.code == 0);
  CHECK(has(listed.out, "log:t7"));
}
