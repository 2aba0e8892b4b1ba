// What a platform, a system of the shop's or an attacker may send to the real program: each gets the
// right status and one line of JSON, and what is refused leaves no trace but a metric.

#include "base/hmac.h"
#include "base/json.h"
#include "base/time.h"
#include "support/catch.h"
#include "support/program.h"

#include <algorithm>

using namespace shopbell;

namespace {

constexpr std::string_view event = R"({"specversion":"1.0","id":"1","source":"test","type":"order.placed","data":{"order":{"id":"1","total":80}}})";
constexpr std::string_view order = R"({"id":1001,"email":"a@example.com","currency":"EUR","total_price":"80.00","line_items":[],"customer":{"id":7,"email":"a@example.com"}})";

std::string signature(std::string_view secret, std::string_view body) {
  const Mac mac = hmac_sha256(secret, body);
  return to_base64({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

std::string request(std::string_view line, std::string_view headers, std::string_view body) {
  return std::string(line) + " HTTP/1.1\r\nHost: test\r\n" + std::string(headers) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string hook(std::string_view body, std::string_view signed_as, std::string_view more = "X-Shopify-Topic: orders/create\r\nX-Shopify-Event-Id: e1\r\n") {
  return request("POST /hooks/shop", "X-Shopify-Hmac-Sha256: " + std::string(signed_as) + "\r\n" + std::string(more), body);
}

std::string events(std::string_view body, std::string_view type = "application/cloudevents+json", std::string_view token = "test-token") {
  return request("POST /events", "Authorization: Bearer " + std::string(token) + "\r\nContent-Type: " + std::string(type) + "\r\n", body);
}

std::string with(std::string_view from, std::string_view to) {
  std::string text(event);
  return text.replace(text.find(from), from.size(), to);
}

void write_shop(const TempFolder& folder) {
  folder.write("shopbell.yaml",
               "shop: test\nname: Test\nurl: https://test.example\ncurrency: EUR\napi_tokens: [test-token]\n"
               "sources:\n  shop: { platform: shopify, secret: right }\nlimits: { body_bytes_max: 64KiB }\n");
  folder.write("workflows/tell.yaml", "workflow: tell\non: order.placed\nsteps:\n  - note: seen\n");
}

struct Case {
  const char* what;
  int status;
  std::string bytes;
};

std::vector<Case> refused() {
  const std::string good = signature("right", order);
  return {
      {"a webhook without a signature", 401, request("POST /hooks/shop", "X-Shopify-Topic: orders/create\r\n", order)},
      {"a webhook signed with another secret", 401, hook(order, signature("wrong", order))},
      {"a webhook signed with the empty secret", 401, hook(order, signature("", order))},
      {"a webhook whose body was changed after signing", 401, hook(std::string(order) + " ", good)},
      {"a signature cut short", 401, hook(order, good.substr(0, 20))},
      {"a signature that is no base64", 401, hook(order, "!!!!")},
      {"a signed webhook without a topic", 400, hook(order, good, "X-Shopify-Event-Id: e1\r\n")},
      {"a signed webhook that is no JSON", 400, hook("{\"id\":", signature("right", "{\"id\":"))},
      {"a signed webhook that is not UTF-8", 400, hook("{\"id\":\"\xff\"}", signature("right", "{\"id\":\"\xff\"}"))},
      {"an endpoint that nobody configured", 404, request("POST /hooks/other", "", order)},
      {"a webhook by GET", 405, "GET /hooks/shop HTTP/1.1\r\nHost: test\r\n\r\n"},
      {"an event without a token", 401, request("POST /events", "Content-Type: application/json\r\n", event)},
      {"an event with a wrong token", 401, events(event, "application/json", "guess")},
      {"an event with an empty token", 401, events(event, "application/json", "")},
      {"an event of no known content type", 415, events(event, "text/plain")},
      {"an event by GET", 405, "GET /events HTTP/1.1\r\nHost: test\r\n\r\n"},
      {"an event that is no JSON", 400, events("nonsense")},
      {"an event that ends early", 400, events(event.substr(0, event.size() - 2))},
      {"an event that is not UTF-8", 400, events(with("order.placed", "order.\xc3\x28"))},
      {"an event without id", 422, events(with(R"("id":"1","source")", R"("source")"))},
      {"an event with an empty id", 422, events(with(R"("id":"1","source")", R"("id":"","source")"))},
      {"an event of another specversion", 422, events(with("\"1.0\"", "\"0.3\""))},
      {"an event whose time is none", 422, events(with(R"("id":"1","source")", R"("time":"yesterday","id":"1","source")"))},
      {"an event whose data is no object", 422, events(with(R"({"order":{"id":"1","total":80}})", "[1]"))},
      {"a batch with one bad event takes none of it", 422, events("[" + std::string(event) + ",{\"specversion\":\"1.0\"}]", "application/cloudevents-batch+json")},
      {"lines of which one is bad take none of them", 400, events(std::string(event) + "\nnonsense\n", "application/x-ndjson")},
      {"JSON deeper than any event", 400, events(std::string(5000, '[') + std::string(5000, ']'), "application/json")},
      {"a body above the limit", 413, events(std::string(70 * 1024, ' '))},
      {"a path that is not there", 404, "GET /admin HTTP/1.1\r\nHost: test\r\n\r\n"},
      {"a path that climbs", 404, "GET /hooks/../../etc/passwd HTTP/1.1\r\nHost: test\r\n\r\n"},
      {"the API without a token", 401, "GET /api/events HTTP/1.1\r\nHost: test\r\n\r\n"},
      {"the API by POST", 405, request("POST /api/events", "Authorization: Bearer test-token\r\n", "{}")},
      {"both lengths", 400, "POST /events HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"two hosts", 400, "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
      {"no host", 400, "GET /healthz HTTP/1.1\r\n\r\n"},
      {"a request of another protocol", 400, "SSH-2.0-OpenSSH_9.2\r\n\r\n"},
  };
}

}  // namespace

TEST_CASE("what is refused gets its status and one line of JSON, and leaves no trace") {
  TempFolder folder;
  write_shop(folder);
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  for (const Case& c : refused()) {
    INFO(c.what);
    RawClient client(server.port());
    client.send(c.bytes);
    const auto response = client.response();
    REQUIRE(response);
    CHECK(response->status == c.status);
    CHECK(response->body.starts_with("{\"error\":{\"code\":\""));
    CHECK(std::count(response->body.begin(), response->body.end(), '\n') <= 1);
    CHECK(parse_json_document(response->body));
  }
  const auto listed = get(server.port(), "/api/events");
  REQUIRE(listed);
  CHECK(listed->body == "{\"events\":[],\"next\":null}\n");
  const auto metrics = get(server.port(), "/metrics");
  REQUIRE(metrics);
  CHECK(metrics->body.find("shopbell_events_accepted_total 0\n") != std::string::npos);
  CHECK(metrics->body.find("shopbell_events_unsigned_total 0\n") == std::string::npos);
  CHECK(server.terminate() == 0);
}

TEST_CASE("an event is accepted once; sent again it is answered 200 and starts nothing") {
  TempFolder folder;
  write_shop(folder);
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  const std::string other = R"({"id":450789470,"total_price":"20.00"})";
  const std::vector<std::string> twice{events(event), hook(order, signature("right", order)),
                                       hook(other, signature("right", other), "X-Shopify-Topic: orders/create\r\n")};
  for (const std::string& bytes : twice) {
    RawClient client(server.port());
    client.send(bytes);
    const auto first = client.response();
    REQUIRE(first);
    CHECK(first->status == 202);
    client.send(bytes);
    const auto second = client.response();
    REQUIRE(second);
    CHECK(second->status == 200);
  }
  const auto runs = [](const RunningServer& at) {
    const auto listed = get(at.port(), "/api/runs");
    const auto read = parse_json_document(listed ? listed->body : "");
    return read ? read->root()["runs"].size() : 0;
  };
  CHECK(runs(server) == 3);
  const auto metrics = get(server.port(), "/metrics");
  REQUIRE(metrics);
  CHECK(metrics->body.find("shopbell_inputs_total 3\n") != std::string::npos);
  CHECK(metrics->body.find("shopbell_events_repeated_total 3\n") != std::string::npos);
  REQUIRE(server.terminate() == 0);

  // The same body under an id of its own, when the engine has been started again meanwhile.
  RunningServer again(SHOPBELL_BINARY, folder.path());
  REQUIRE(again.listens());
  for (const auto& [what, status, bytes] : std::vector<Case>{{"the same body under another id", 200, hook(order, signature("right", order), "X-Shopify-Topic: orders/create\r\nX-Shopify-Event-Id: e2\r\n")},
                                                             {"under another topic", 202, hook(order, signature("right", order), "X-Shopify-Topic: orders/paid\r\nX-Shopify-Event-Id: e3\r\n")}}) {
    INFO(what);
    RawClient client(again.port());
    client.send(bytes);
    const auto response = client.response();
    REQUIRE(response);
    CHECK(response->status == status);
  }
  CHECK(runs(again) == 3);
}

TEST_CASE("a changed workflow is taken up without a restart, a broken one is refused and the former goes on") {
  TempFolder folder;
  write_shop(folder);
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  const auto loaded = [&server](std::string_view metric) {
    return eventually([&] {
      const auto metrics = get(server.port(), "/metrics");
      return metrics && metrics->body.find(metric) != std::string::npos;
    });
  };
  const auto status_of_next_run = [&](const char* id) {
    RawClient client(server.port());
    client.send(events(with(R"("id":"1","source")", R"("id":")" + std::string(id) + R"(","source")")));
    client.response();
    const auto runs = get(server.port(), "/api/runs?limit=1");
    const auto read = parse_json_document(runs ? runs->body : "");
    return read ? std::string(read->root()["runs"].items()[0]["status"].text_or("")) : "";
  };
  CHECK(status_of_next_run("a") == "done");
  folder.write("workflows/tell.yaml", "workflow: tell\non: order.placed\nsteps:\n  - note: seen\n  - stop: changed\n");
  CHECK(loaded("shopbell_reloads_total 1\n"));
  CHECK(status_of_next_run("b") == "stopped");
  folder.write("workflows/tell.yaml", "workflow: tell\non: order.placed\nstpes: []\n");
  CHECK(loaded("shopbell_reloads_refused_total 1\n"));
  CHECK(status_of_next_run("c") == "stopped");
}

TEST_CASE("a run that waits goes on after the program was killed and its workflow's file has changed") {
  TempFolder folder;
  write_shop(folder);
  folder.write("workflows/tell.yaml", "workflow: tell\non: order.placed\nsteps:\n  - wait: 2s\n  - stop: as it was written when it began\n");
  {
    RunningServer server(SHOPBELL_BINARY, folder.path());
    RawClient client(server.port());
    client.send(events(event));
    REQUIRE(client.response());
    server.kill();
  }
  folder.write("workflows/tell.yaml", "workflow: tell\non: order.placed\nsteps:\n  - stop: edited meanwhile\n");
  RunningServer server(SHOPBELL_BINARY, folder.path());
  std::string body;
  CHECK(eventually([&] {
    const auto runs = get(server.port(), "/api/runs");
    body = runs ? runs->body : "";
    return body.find("stopped") != std::string::npos;
  }));
  CHECK(body.find("as it was written when it began") != std::string::npos);
}
