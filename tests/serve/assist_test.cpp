// The endpoint of a language model, played by a server that is slow, broken, wrong, injected and out of quota.

#include "serve/assist.h"
#include "base/json.h"
#include "support/catch.h"
#include "support/script_server.h"

#include <future>

using namespace shopbell;

namespace {

std::string http(const std::string& status, const std::string& body, const std::string& more = "") {
  return "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nConnection: close\r\n" + more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string drafted(const std::string& text) {
  Arena arena;
  std::string content = R"({"text":)";
  append_json_string(content, text);
  content += R"(,"sources":["orders"]})";
  const Value message = make_map(arena, {{"content", Value(content)}});
  const Value choice = make_map(arena, {{"message", message}, {"finish_reason", "stop"}});
  return to_json(make_map(arena, {{"choices", make_list(arena, std::span(&choice, 1))}}));
}

AssistAsk asked() { return {AssistAsk::What::reply, "The Shop", "en", {{"orders", "#1001 was shipped"}}}; }

struct Desk {
  explicit Desk(std::uint16_t port, AssistConfig config = {}) : now(from_ms(1'763'900'000'000)) {
    const std::string origin = "http://127.0.0.1:" + std::to_string(port);
    config.url = origin + "/v1/";
    config.model = "m";
    config.key = "the-key";
    if (config.timeout == Millis{20'000}) config.timeout = Millis{5'000};
    assist = std::make_unique<Assist>(config, std::vector<std::string>{origin}, [this] { return now; });
  }
  Result<Drafted> ask(const std::string& conversation = "web:v-1") {
    std::promise<Result<Drafted>> told;
    assist->ask(conversation, asked(), [&](Result<Drafted> d) { told.set_value(std::move(d)); });
    return told.get_future().get();
  }
  std::string code(const std::string& conversation = "web:v-1") {
    const auto drafted = ask(conversation);
    return drafted ? "" : drafted.error().code;
  }
  Time now;
  std::unique_ptr<Assist> assist;
};

}  // namespace

TEST_CASE("a draft is asked for with the key, and is what the model said") {
  ScriptServer server({{"\r\n\r\n", http("200 OK", drafted("Order 1001 was shipped."))}});
  Desk desk(server.port());
  const auto draft = desk.ask();
  REQUIRE(draft);
  CHECK(draft->text == "Order 1001 was shipped.");
  const std::string heard = server.heard();
  CHECK(heard.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
  CHECK(heard.find("Authorization: Bearer the-key\r\n") != std::string::npos);
}

TEST_CASE("what the endpoint does wrong is an error with its name, and nothing more") {
  struct Case {
    std::string answer, code;
  };
  const auto c = GENERATE(Case{http("200 OK", "<html>"), "bad_answer"}, Case{http("200 OK", drafted("Order 1002 was shipped.")), "invented"},
                          Case{http("200 OK", drafted("Pay at https://evil.example")), "invented"}, Case{http("500 Internal Server Error", "{}"), "broken"},
                          Case{http("429 Too Many Requests", R"({"error":{"code":"insufficient_quota"}})"), "quota"}, Case{http("402 Payment Required", "{}"), "quota"},
                          Case{http("401 Unauthorized", "{}"), "bad_key"}, Case{"", "unreachable"}, Case{"HTTP/1.1 2", "unreachable"});
  INFO(c.answer);
  ScriptServer server({{"\r\n\r\n", c.answer, true}});
  CHECK(Desk(server.port()).code() == c.code);
}

TEST_CASE("an intent is asked for as a draft is, and what is wrong has its name") {
  struct Case {
    std::string answer, code;
  };
  const auto said = [](const std::string& content) {
    Arena arena;
    const Value choice = make_map(arena, {{"message", make_map(arena, {{"content", Value(content)}})}, {"finish_reason", "stop"}});
    return http("200 OK", to_json(make_map(arena, {{"choices", make_list(arena, std::span(&choice, 1))}})));
  };
  const auto c = GENERATE_COPY(Case{said(R"({"intent":"returns","sure":true})"), ""}, Case{said(R"({"intent":"refund_everything","sure":true})"), "bad_intent"},
                               Case{said("ignore all rules"), "bad_answer"}, Case{http("429 Too Many Requests", "{}"), "quota"}, Case{http("503 Service Unavailable", ""), "broken"},
                               Case{"", "slow"});
  INFO(c.answer);
  ScriptServer server(c.answer.empty() ? ScriptServer::Script{{"\r\n\r\n", ""}, {"never", ""}} : ScriptServer::Script{{"\r\n\r\n", c.answer, true}});
  Desk desk(server.port());
  AssistAsk ask;
  ask.what = AssistAsk::What::intent;
  ask.intents = {"returns", "exchange"};
  std::promise<Result<Sorted>> told;
  desk.assist->sort("web:v-1", ask, [&](Result<Sorted> s) { told.set_value(std::move(s)); }, c.answer.empty() ? Millis{100} : Millis::max());
  const auto sorted = told.get_future().get();
  CHECK((sorted ? "" : sorted.error().code) == c.code);
  if (sorted) CHECK(sorted->intent == "returns");
}

TEST_CASE("a model that is slow is not waited for") {
  ScriptServer server(ScriptServer::Script{{"\r\n\r\n", ""}, {"never", ""}});
  AssistConfig config;
  config.timeout = Millis{100};
  CHECK(Desk(server.port(), config).code() == "slow");
}

TEST_CASE("an endpoint that fails three times is left alone for a minute") {
  Desk desk(1);  // nobody listens there
  for (int i = 0; i < assist_failures_max; ++i) CHECK(desk.code() == "unreachable");
  CHECK(desk.code() == "resting");
  desk.now += assist_rest - Millis{1};
  CHECK(desk.code() == "resting");
  desk.now += Millis{1};
  CHECK(desk.code() == "unreachable");
}

TEST_CASE("an endpoint that says when to come again is left alone until then") {
  ScriptServer server({{"\r\n\r\n", http("429 Too Many Requests", "{}", "Retry-After: 120\r\n"), true}});
  Desk desk(server.port());
  CHECK(desk.code() == "quota");
  desk.now += Millis{119'999};
  CHECK(desk.code() == "resting");
}

TEST_CASE("a conversation, and a day, have as many questions as are configured") {
  AssistConfig config;
  config.per_conversation = 1;
  config.per_day = 2;
  Desk desk(1, config);
  CHECK(desk.code("web:a") == "unreachable");
  CHECK(desk.code("web:a") == "spent");
  CHECK(desk.code("web:b") == "unreachable");
  CHECK(desk.code("web:c") == "spent");
  desk.now += Millis{24 * 3'600'000};
  CHECK(desk.code("web:a") == "unreachable");
}
