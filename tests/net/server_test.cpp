#include "base/json.h"
#include "net/server.h"
#include "support/catch.h"
#include "support/raw_client.h"

#include <future>
#include <mutex>
#include <thread>

using namespace shopbell;

namespace {

// Says back what it heard.
void echo(const ServerRequest& request, std::unique_ptr<Responder> responder) {
  ServerResponse response;
  response.content_type = "text/plain";
  response.body = std::string(request.method) + " " + std::string(request.path) + " [" +
                  std::string(request.query) + "] " + std::string(request.header("X-NAME")) + " " +
                  std::string(request.body);
  responder->answer(std::move(response));
}

std::unique_ptr<Server> started(Handler handler, ServerConfig config = {}) {
  auto server = Server::open(config, std::move(handler));
  REQUIRE(server);
  (*server)->start();
  return std::move(*server);
}

std::string post(const std::string& path, const std::string& body, const std::string& lines = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + lines +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Waits, within bounds, until something that another thread does has been done.
template <class Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  return condition();
}

}  // namespace

TEST_CASE("a request is taken apart and its answer framed") {
  const auto server = started(echo);
  RawClient client(server->port());
  client.send(post("/hooks/shop?a=1&b=2", "hello", "x-name: first\r\nX-Name: second\r\n"));
  const auto response = client.response();
  REQUIRE(response);
  CHECK(response->status == 200);
  CHECK(response->body == "POST /hooks/shop [a=1&b=2] first hello");
  CHECK(response->says("Content-Type: text/plain\r\n"));
  CHECK(response->says("Date: "));
  CHECK(response->says(" GMT\r\n"));
  CHECK_FALSE(response->says("Connection:"));
}

TEST_CASE("requests sent at once are answered one after the other, in their order") {
  const auto server = started(echo);
  RawClient client(server->port());
  std::string all;
  for (int i = 0; i < 200; ++i)
    all += post("/" + std::to_string(i), std::string(static_cast<std::size_t>(i), 'x'));
  client.send(all);
  for (int i = 0; i < 200; ++i) {
    const auto response = client.response();
    REQUIRE(response);
    REQUIRE(response->body ==
            "POST /" + std::to_string(i) + " []  " + std::string(static_cast<std::size_t>(i), 'x'));
  }
  CHECK(server->counters().requests == 200);
  CHECK(server->counters().connections_open == 1);
}

TEST_CASE("a request may come byte by byte") {
  const auto server = started(echo);
  RawClient client(server->port());
  for (const char c : post("/slow", "hello")) client.send(std::string_view(&c, 1));
  CHECK(client.response()->body == "POST /slow []  hello");
}

TEST_CASE("chunks are put together and trailers are not fields") {
  const auto server = started(echo);
  RawClient client(server->port());
  client.send(
      "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n1;ext=\"v\"\r\n \r\n00a\r\n0123456789\r\n0\r\nX-Name: forged\r\n\r\n" +
      post("/next", "x"));
  CHECK(client.response()->body == "POST /c []  hello 0123456789");
  CHECK(client.response()->body == "POST /next []  x");
}

TEST_CASE("a chunked body may be cut anywhere") {
  const auto server = started(echo);
  const std::string body = "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nT: x\r\n\r\n";
  for (std::size_t cut = 0; cut <= body.size(); ++cut) {
    INFO(cut);
    RawClient client(server->port());
    client.send("POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body.substr(0, cut));
    client.send(body.substr(cut));
    const auto response = client.response();
    REQUIRE(response);
    CHECK(response->body == "POST /c []  hello world");
  }
}

TEST_CASE("a large body comes whole, and the next request behind it too") {
  const auto server = started([](const ServerRequest& request, std::unique_ptr<Responder> responder) {
    ServerResponse response;
    response.body = std::to_string(request.body.size()) + std::string(request.body.substr(0, 1)) +
                    std::string(request.header("X-Name"));
    responder->answer(std::move(response));
  });
  RawClient client(server->port());
  std::thread sender(
      [&] { client.send(post("/", std::string(2 * 1024 * 1024, 'y'), "X-Name: n\r\n") + post("/", "z")); });
  CHECK(client.response()->body == "2097152yn");
  CHECK(client.response()->body == "1z");
  sender.join();
}

TEST_CASE("who sends too much reads the refusal before the connection ends") {
  const auto server = started(echo);
  RawClient client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n");
  client.send(std::string(3'000'000, 'x'));
  CHECK(client.response()->status == 413);
}

TEST_CASE("HTTP/1.0 is closed after its answer unless it asked otherwise") {
  const auto server = started(echo);
  RawClient client(server->port());
  client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(client.response()->says("Connection: keep-alive\r\n"));
  client.send("GET /b HTTP/1.0\r\n\r\n");
  const auto response = client.response();
  CHECK(response->says("Connection: close\r\n"));
  CHECK(response->body == "GET /b []  ");
  CHECK(client.ends());
}

TEST_CASE("a client that asks for the end gets it") {
  const auto server = started(echo);
  RawClient client(server->port());
  client.send(post("/", "x", "Connection: close\r\n"));
  CHECK(client.response()->says("Connection: close\r\n"));
  CHECK(client.ends());
}

TEST_CASE("HEAD has the head of an answer and not its body") {
  const auto server = started(echo);
  RawClient client(server->port());
  client.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n" + post("/b", "x"));
  CHECK(client.response(false)->says("Content-Length: 12\r\n"));
  CHECK(client.response()->body == "POST /b []  x");
}

TEST_CASE("a body that is asked for is invited, one that is too large is not") {
  ServerConfig config;
  config.limits.body_bytes_max = 100;
  const auto server = started(echo, config);
  RawClient client(server->port());
  client.send("POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  CHECK(client.response()->status == 100);
  client.send("hello");
  CHECK(client.response()->body == "POST /e []  hello");
  client.send("POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 101\r\n\r\n");
  CHECK(client.response()->status == 413);
}

TEST_CASE("a handler that throws, forgets or breaks the framing is a 500 and the end of the connection") {
  const auto server = started([](const ServerRequest& request, std::unique_ptr<Responder> responder) {
    if (request.path == "/throw") throw std::runtime_error("a bug");
    if (request.path == "/forget") return;
    ServerResponse response;
    if (request.path == "/split") response.headers.emplace_back("X", "a\r\nSet-Cookie: b");
    if (request.path == "/name") response.headers.emplace_back("X Y", "a");
    if (request.path == "/status") response.status = 99;
    responder->answer(std::move(response));
  });
  for (const std::string path : {"/throw", "/forget", "/split", "/name", "/status"}) {
    INFO(path);
    RawClient client(server->port());
    client.send(post(path, "x"));
    const auto response = client.response();
    REQUIRE(response);
    CHECK(response->status == 500);
    CHECK_FALSE(response->says("Set-Cookie"));
    CHECK(response->body.find(R"({"error":{"code":"internal")") == 0);
    CHECK(response->says("Connection: close\r\n"));
    CHECK(client.ends());
  }
}

TEST_CASE("answers come from any thread, many at once, and each to its own connection") {
  std::mutex mutex;
  Responder::Many waiting;
  ServerConfig config;
  config.threads = 2;
  const auto server = started(
      [&](const ServerRequest& request, std::unique_ptr<Responder> responder) {
        ServerResponse response;
        response.body = std::string(request.path);
        const std::lock_guard lock(mutex);
        waiting.emplace_back(std::move(responder), std::move(response));
      },
      config);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(std::make_unique<RawClient>(server->port()));
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 50; ++i)
      clients[static_cast<std::size_t>(i)]->send(post("/" + std::to_string(i), "x"));
    CHECK(eventually([&] {
      const std::lock_guard lock(mutex);
      return waiting.size() == 50;
    }));
    server->answer_all(std::exchange(waiting, {}));
    for (int i = 0; i < 50; ++i)
      CHECK(clients[static_cast<std::size_t>(i)]->response()->body == "/" + std::to_string(i));
  }
}

TEST_CASE("a request that does not come whole in its time is told so") {
  ServerConfig config;
  config.limits.header_timeout = Millis{40};
  config.limits.body_timeout = Millis{40};
  const auto server = started(echo, config);
  for (const std::string part : {"G", "GET / HTTP/1.1\r\nHost: a\r\nX:",
                                 "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhel"}) {
    RawClient client(server->port());
    client.send(part);
    const auto response = client.response();
    REQUIRE(response);
    CHECK(response->status == 408);
    CHECK(response->says("Connection: close\r\n"));
    CHECK(client.ends());
  }
  CHECK(server->counters().timeouts == 3);
}

TEST_CASE("who sends a byte now and then does not live longer for it") {
  ServerConfig config;
  config.limits.header_timeout = Millis{60};
  const auto server = started(echo, config);
  RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\n");
  for (int i = 0; i < 90 && !client.hears(Millis{5}); ++i) client.send("X: a\r\n");
  CHECK(client.response()->status == 408);
}

TEST_CASE("a connection on which nothing happens is closed without a word") {
  ServerConfig config;
  config.limits.idle_timeout = Millis{30};
  config.limits.header_timeout = Millis{50};
  const auto server = started(echo, config);
  RawClient silent(server->port());
  CHECK(silent.ends());
  RawClient once(server->port());
  once.send(post("/", "x"));
  CHECK(once.response()->status == 200);
  CHECK(once.ends());
}

TEST_CASE("a handler that does not answer in its time is a 503, and its late answer is dropped") {
  ServerConfig config;
  config.limits.answer_timeout = Millis{40};
  std::unique_ptr<Responder> late;
  const auto server = started(
      [&](const ServerRequest&, std::unique_ptr<Responder> responder) { late = std::move(responder); },
      config);
  RawClient client(server->port());
  client.send(post("/", "x"));
  const auto response = client.response();
  CHECK(response->status == 503);
  CHECK(response->says("Retry-After: "));
  late->answer({});
  CHECK(client.ends());
}

TEST_CASE("one connection too many is told to come again") {
  ServerConfig config;
  config.limits.connections_max = 2;
  const auto server = started(echo, config);
  RawClient first(server->port());
  auto second = std::make_unique<RawClient>(server->port());
  first.send(post("/", "x"));
  second->send(post("/", "x"));
  CHECK(first.response()->status == 200);
  CHECK(second->response()->status == 200);
  RawClient third(server->port());
  third.send(post("/", "x"));
  const auto response = third.response();
  REQUIRE(response);
  CHECK(response->status == 503);
  CHECK(response->says("Retry-After: "));
  CHECK(third.ends());
  CHECK(server->counters().connections_refused == 1);
  second.reset();
  CHECK(eventually([&] { return server->counters().connections_open == 1; }));
  RawClient fourth(server->port());
  fourth.send(post("/", "x"));
  CHECK(fourth.response()->status == 200);
}

TEST_CASE("many connections are served by two threads") {
  ServerConfig config;
  config.threads = 2;
  const auto server = started(echo, config);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 400; ++i) clients.push_back(std::make_unique<RawClient>(server->port()));
  for (auto& client : clients) client->send(post("/", "x"));
  for (auto& client : clients) REQUIRE(client->response()->status == 200);
  CHECK(server->counters().connections_open == 400);
}

TEST_CASE("a server that stops answers what it has read, and closes who is idle") {
  std::promise<std::unique_ptr<Responder>> taken;
  const auto server = started([&](const ServerRequest&, std::unique_ptr<Responder> responder) {
    taken.set_value(std::move(responder));
  });
  RawClient idle(server->port()), busy(server->port());
  busy.send(post("/", "x"));
  auto responder = taken.get_future().get();
  std::thread stopper([&] { server->stop(Millis{10'000}); });
  CHECK(idle.ends());
  responder->answer({});
  const auto response = busy.response();
  REQUIRE(response);
  CHECK(response->status == 200);
  CHECK(response->says("Connection: close\r\n"));
  CHECK(busy.ends());
  stopper.join();
  CHECK_FALSE(RawClient(server->port()).connected());
}

TEST_CASE("a server that stops waits no longer than its grace") {
  std::promise<std::unique_ptr<Responder>> taken;
  const auto server = started([&](const ServerRequest&, std::unique_ptr<Responder> responder) {
    taken.set_value(std::move(responder));
  });
  RawClient client(server->port());
  client.send(post("/", "x"));
  const auto responder = taken.get_future().get();
  server->stop(Millis{20});
  CHECK(client.ends());
  responder->answer({});  // nobody hears it
}

TEST_CASE("a port that is taken, or a host that is none, is an error with its reason") {
  const auto server = started(echo);
  ServerConfig config;
  config.port = server->port();
  CHECK(Server::open(config, echo).error().code == "listen");
  config.host = "nowhere";
  CHECK(Server::open(config, echo).error().code == "listen");
}
