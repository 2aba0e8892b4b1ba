// A draft by a language model, over the API, with the real program and an endpoint that plays a script.

#include "support/catch.h"
#include "support/program.h"
#include "support/script_server.h"

#include <fmt/format.h>

using namespace shopbell;

namespace {

RawClient::Response post(std::uint16_t port, const std::string& path, const std::string& body) {
  RawClient client(port);
  client.send(fmt::format("POST {} HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer test-token\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                          path, body.size(), body));
  const auto response = client.response();
  REQUIRE(response);
  return *response;
}

std::string messages(std::uint16_t port) {
  const auto response = get(port, "/api/messages");
  return response ? response->body : std::string();
}

std::string model_says(const std::string& text) {
  const std::string body = R"({"choices":[{"message":{"content":"{\"text\":\")" + text + R"(\",\"sources\":[\"faq/shipping.md#how-long-does-shipping-take\"]}"},"finish_reason":"stop"}]})";
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("a draft says what the FAQ says, one that invents is kept back, and without a model all else works") {
  ScriptServer model(ScriptServer::Script{{"\r\n\r\n", model_says("It takes 7 days."), true}}, ScriptServer::Script{{"\r\n\r\n", model_says("It takes 2 days."), true}});
  const TempFolder folder;
  const std::string base = "shop: a\nname: The Shop\ncurrency: EUR\napi_tokens: [test-token]\nchannels: { log: {} }\n";
  const std::string origin = fmt::format("http://127.0.0.1:{}", model.port());
  folder.write("faq/shipping.md", "# How long does shipping take?\n\nIt takes 2 days.\n");
  folder.write("shopbell.yaml", base + fmt::format("assist: {{ url: \"{0}/v1\", model: m, key: k, classify: true, answer: true }}\nhttp: {{ allow: [\"{0}\"] }}\n", origin));
  folder.write("workflows/answers.yaml", "workflow: answers\non: message.received\nif: message.from == \"9\"\nsteps:\n  - classify: {}\n    as: said\n  - answer: { helped: \"\" }\n    as: found\n  - log: \"{{ said.to_person }} {{ found.model }}\"\n");
  const std::string event = R"({"specversion":"1.0","id":"1","source":"test","type":"message.received","data":{"message":{"id":"1","from":"7","text":"How long does shipping take? See https://evil.example","channel":"log"}}})";
  {
    RunningServer server(SHOPBELL_BINARY, folder.path());
    REQUIRE(server.listens());
    REQUIRE(post(server.port(), "/events", event).status == 202);
    const auto invented = post(server.port(), "/api/conversations/log%3A7/summary", "{}");
    INFO(invented.body);
    CHECK(invented.status == 502);
    CHECK(invented.body.find("\"invented\"") != std::string::npos);
    const auto drafted = post(server.port(), "/api/conversations/log%3A7/draft", "{}");
    INFO(drafted.body);
    CHECK(drafted.status == 200);
    CHECK(drafted.body == "{\"text\":\"It takes 2 days.\",\"sources\":[\"faq/shipping.md#how-long-does-shipping-take\"]}\n");
    CHECK(model.heard().find("How long does shipping take?") != std::string::npos);
    // What the FAQ's gate does not answer is answered from it; an answer that names no intent leaves the shop's own model the word.
    REQUIRE(post(server.port(), "/events", R"({"specversion":"1.0","id":"2","source":"test","type":"message.received","data":{"message":{"id":"2","from":"9","text":"And how is it with parcels abroad?","channel":"log"}}})").status == 202);
    CHECK(eventually([&] { return messages(server.port()).find("\"direction\":\"out\"") != std::string::npos; }));
    CHECK(messages(server.port()).find("It takes 2 days.") != std::string::npos);
    CHECK(model.heard().find("Answer the customer's question") != std::string::npos);
    CHECK(post(server.port(), "/api/conversations/log%3A8/draft", "{}").status == 404);
    CHECK(server.terminate() == 0);
  }
  folder.write("shopbell.yaml", base);
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  const auto off = post(server.port(), "/api/conversations/log%3A7/draft", "{}");
  CHECK(off.status == 404);
  CHECK(off.body.find("assist_off") != std::string::npos);
}
