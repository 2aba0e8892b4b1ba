// A person's word on a message, over the API, with the real program.

#include "support/catch.h"
#include "support/program.h"

#include <fmt/format.h>

#include <fstream>

using namespace shopbell;

namespace {

int post(std::uint16_t port, const std::string& body, const std::string& token = "test-token") {
  RawClient client(port);
  client.send(fmt::format("POST /api/corrections HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                          token, body.size(), body));
  const auto response = client.response();
  REQUIRE(response);
  return response->status;
}

}  // namespace

TEST_CASE("a correction over the API is there when it was answered, whatever becomes of the process") {
  const TempFolder folder;
  folder.write("shopbell.yaml", "shop: a\napi_tokens: [test-token]\n");
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  CHECK(post(server.port(), R"({"text":"where is it?","intent":"order_status","by":"ana"})") == 200);
  CHECK(post(server.port(), R"({"text":"where is it?","by":"ana"})") == 400);
  CHECK(post(server.port(), R"({"text":"where is it?","mood":"gloomy","by":"ana"})") == 400);
  CHECK(post(server.port(), R"({"text":"where is it?","mood":"unhappy","answer":"edited","source":"faq/a.md#b","by":"ana"})") == 200);
  CHECK(post(server.port(), "[]") == 400);
  CHECK(post(server.port(), R"({"text":"x","intent":"returns"})", "wrong") == 401);
  server.kill();
  std::ifstream file(folder.path() / "intents" / "corrections.jsonl");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  INFO(text);
  CHECK(text.starts_with(R"({"text":"where is it?","intent":"order_status","by":"ana","at":")"));
  CHECK(text.find(R"({"text":"where is it?","mood":"unhappy","answer":"edited","source":"faq/a.md#b","by":"ana","at":")") != std::string::npos);
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
}
