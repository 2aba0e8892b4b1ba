#include "scripted.h"

using namespace shopbell;

namespace {

Outcome send(const std::string& args, Scripted& services) { return run_action("http", args, services); }

std::string url_and(const std::string& more) { return R"({"url":"https://api.example.com/x",)" + more + "}"; }

}  // namespace

TEST_CASE("an http call posts JSON with the call's own key") {
  Scripted services;
  services.response = HttpResponse{
      .status = 201, .headers = {{"Content-Type", "application/json"}, {"X-Id", "9"}}, .body = R"({"id":9})"};
  const Outcome outcome =
      send(url_and(R"("body":{"total":12.5,"tags":["a"]},"headers":{"X-Shop":"demo","X-N":3},"timeout":2500)"),
           services);
  CHECK(outcome.status == Status::done);
  REQUIRE(services.requests.size() == 1);
  const HttpRequest& request = services.requests[0];
  CHECK(request.method == "POST");
  CHECK(request.body == R"({"total":12.5,"tags":["a"]})");
  CHECK(request.timeout == Millis{2500});
  CHECK(request.headers ==
        HttpHeaders{
            {"X-Shop", "demo"}, {"X-N", "3"}, {"Content-Type", "application/json"}, {"Idempotency-Key", "k1"}});
  CHECK(to_json(outcome.output.root()) ==
        R"({"status":201,"headers":{"content-type":"application/json","x-id":"9"},"body":{"id":9},"cut":false})");
}

TEST_CASE("bodies are sent as what they are") {
  const auto [args, type, body] = GENERATE(table<std::string, std::string, std::string>({
      {R"("body":"{\"a\": 1}","headers":{"content-type":"application/vnd.x+json"})", "application/vnd.x+json",
       R"({"a": 1})"},
      {R"("body":"hello")", "text/plain; charset=utf-8", "hello"},
      {R"("body":[1,null])", "application/json", "[1,null]"},
      {R"("form":{"name":"Ann & Bob","n":2,"tag":["ä","b"],"none":null})", "application/x-www-form-urlencoded",
       "name=Ann%20%26%20Bob&n=2&tag=%C3%A4&tag=b"},
      {R"("method":"GET")", "", ""},
  }));
  INFO(args);
  Scripted services;
  send(url_and(args), services);
  REQUIRE(services.requests.size() == 1);
  CHECK(services.requests[0].body == body);
  std::string sent_type;
  for (const auto& [name, value] : services.requests[0].headers)
    if (name == "Content-Type" || name == "content-type") sent_type += value;
  CHECK(sent_type == type);
}

TEST_CASE("the status decides how the call ends, and the policy says which are well") {
  const auto [status, ok, ends] = GENERATE(table<int, std::string, Status>({
      {200, "null", Status::done},
      {204, "[]", Status::done},
      {404, "null", Status::failed},
      {404, R"(["2xx","404"])", Status::done},
      {200, R"(["404"])", Status::failed},
      {301, "null", Status::failed},
      {408, "null", Status::retry},
      {429, "null", Status::retry},
      {500, "null", Status::retry},
      {503, R"(["2xx","503"])", Status::done},
      {599, R"(["5xx"])", Status::done},
  }));
  INFO(status << " with " << ok);
  Scripted services;
  services.response = HttpResponse{.status = status, .headers = {}, .body = {}};
  const Outcome outcome = send(url_and(R"("ok":)" + ok), services);
  CHECK(outcome.status == ends);
  if (ends != Status::done) CHECK(outcome.error.message == "the answer was " + std::to_string(status));
}

TEST_CASE("connection problems are tried again, a refused address is not") {
  const auto [code, ends] = GENERATE(table<std::string, Status>({{"connect", Status::retry},
                                                                 {"timeout", Status::retry},
                                                                 {"tls", Status::retry},
                                                                 {"broken", Status::retry},
                                                                 {"resolve", Status::retry},
                                                                 {"stopped", Status::retry},
                                                                 {"refused_address", Status::failed},
                                                                 {"bad_url", Status::failed}}));
  INFO(code);
  Scripted services;
  services.response = fail(code, "why");
  const Outcome outcome = send(url_and(R"("body":1)"), services);
  CHECK(outcome.status == ends);
  CHECK(outcome.error.code == code);
}

TEST_CASE("Retry-After is honoured as seconds and as a date") {
  const auto [headers, after] = GENERATE(table<HttpHeaders, std::optional<Millis>>({
      {{{"retry-after", "120"}}, Millis{120'000}},
      {{{"Retry-After", "0"}}, Millis{0}},
      {{{"Retry-After", "Fri, 15 Jan 2027 08:01:30 GMT"}}, Millis{90'000}},
      {{{"Retry-After", "Friday, 15-Jan-27 08:01:30 GMT"}}, Millis{90'000}},
      {{{"Retry-After", "Fri Jan 15 08:01:30 2027"}}, Millis{90'000}},
      {{{"Retry-After", "Fri, 15 Jan 2027 08:01:30 GMT"}, {"Date", "Fri, 15 Jan 2027 08:01:00 GMT"}}, Millis{30'000}},
      {{{"Retry-After", "Fri, 01 Jan 2027 00:00:00 GMT"}}, Millis{0}},
      {{{"Retry-After", "soon"}}, std::nullopt},
      {{{"Retry-After", "-5"}}, std::nullopt},
      {{{"Retry-After", "99999999999999999999"}}, std::nullopt},
      {HttpHeaders{}, std::nullopt},
  }));
  Scripted services;
  services.response = HttpResponse{.status = 503, .headers = headers, .body = {}};
  const Outcome outcome = send(url_and(R"("body":1)"), services);
  INFO((headers.empty() ? std::string() : headers[0].second));
  CHECK(outcome.status == Status::retry);
  CHECK(outcome.retry_after == after);
}

TEST_CASE("a request that would smuggle a header, or makes no sense, is never sent") {
  const auto [args, code] = GENERATE(table<std::string, std::string>({
      {R"({"url":"https://api.example.com/","headers":{"X-A":"1\r\nX-B: 2"}})", "bad_header"},
      {R"({"url":"https://api.example.com/","headers":{"X-A: 1\r\nX-B":"2"}})", "bad_header"},
      {R"({"url":"https://api.example.com/","headers":{"":"2"}})", "bad_header"},
      {R"({"url":"https://api.example.com/","headers":{"hOST":"evil.example"}})", "bad_header"},
      {R"({"url":"https://api.example.com/","headers":{"Transfer-Encoding":"chunked"}})", "bad_header"},
      {R"({"url":"https://api.example.com/","headers":{"X":["a"]}})", "bad_header"},
      {R"({"url":"https://api.example.com/","headers":"X: 1"})", "bad_arguments"},
      {R"({"url":"https://api.example.com/ HTTP/1.1\r\nX: 1"})", "bad_url"},
      {R"({"url":""})", "bad_url"},
      {R"({"url":"https://api.example.com/","body":1,"form":{"a":1}})", "bad_arguments"},
      {R"({"url":"https://api.example.com/","form":{"a":{"b":1}}})", "bad_arguments"},
      {R"({"url":"https://api.example.com/","form":[1]})", "bad_arguments"},
      {R"({"url":"https://api.example.com/","ok":["200-299"]})", "bad_arguments"},
  }));
  INFO(args);
  Scripted services;
  const Outcome outcome = send(args, services);
  CHECK(outcome.status == Status::failed);
  CHECK(outcome.error.code == code);
  CHECK(services.requests.empty());
}

TEST_CASE("answers that are no JSON are kept as text, and long ones are not kept") {
  const auto [type, body, output] = GENERATE(table<std::string, std::string, std::string>({
      {"text/plain", "{}", R"("{}")"},
      {"application/json", "{", R"("{")"},
      {"application/problem+json", "[1]", "[1]"},
      {"image/png", "\xff\xfe", R"("//4=")"},
      {"text/plain", std::string(256 * 1024 + 1, 'x'), "null"},
  }));
  INFO(type);
  Scripted services;
  services.response = HttpResponse{.status = 200, .headers = {{"Content-Type", type}}, .body = body};
  const Outcome outcome = send(url_and(R"("body":1)"), services);
  CHECK(to_json(outcome.output.root()["body"]) == output);
  CHECK(outcome.output.root()["cut"].boolean() == (output == "null"));
}

TEST_CASE("a merchant's own Idempotency-Key holds") {
  Scripted services;
  send(url_and(R"("headers":{"idempotency-key":"order-7"})"), services);
  REQUIRE(services.requests.size() == 1);
  CHECK(services.requests[0].headers == HttpHeaders{{"idempotency-key", "order-7"}});
}
