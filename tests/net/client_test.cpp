// The client against our own server, and against peers that misbehave.

#include "net/client.h"
#include "net/server.h"
#include "support/catch.h"
#include "support/certificate.h"
#include "support/script_server.h"

#include <atomic>
#include <future>
#include <mutex>

using namespace shopbell;

namespace {

std::string url_of(std::uint16_t port, const std::string& path = "/") {
  return "http://127.0.0.1:" + std::to_string(port) + path;
}

ClientConfig allowing(std::uint16_t port) {
  ClientConfig config;
  config.allow = {"http://127.0.0.1:" + std::to_string(port)};
  return config;
}

HttpRequest request_to(const std::string& url, const std::string& method = "GET",
                       const std::string& body = "") {
  HttpRequest request;
  request.url = url;
  request.method = method;
  request.body = body;
  return request;
}

Result<HttpResponse> ask(Client& client, HttpRequest request) {
  std::promise<Result<HttpResponse>> said;
  client.send(std::move(request), [&](Result<HttpResponse> result) { said.set_value(std::move(result)); });
  return said.get_future().get();
}

std::string code_of(const Result<HttpResponse>& result) { return result ? "answered" : result.error().code; }

std::unique_ptr<Server> started(Handler handler, ServerConfig config = {}) {
  auto server = Server::open(config, std::move(handler));
  REQUIRE(server);
  (*server)->start();
  return std::move(*server);
}

void echo(const ServerRequest& request, std::unique_ptr<Responder> responder) {
  ServerResponse response;
  response.body = std::string(request.method) + " " + std::string(request.path) + "?" +
                  std::string(request.query) + " " + std::string(request.header("host")) + " " +
                  std::string(request.header("x-a")) + " " + std::string(request.body);
  response.headers.emplace_back("X-Answer", "yes");
  responder->answer(std::move(response));
}

}  // namespace

TEST_CASE("a request goes out and its response comes back") {
  const auto server = started(echo);
  const auto client = Client::make(allowing(server->port()));
  auto request = request_to(url_of(server->port(), "/a?b=c"), "POST", "hello");
  request.headers = {{"X-A", "one"}};
  const auto response = ask(*client, request);
  REQUIRE(response);
  CHECK(response->status == 200);
  CHECK(response->body == "POST /a?b=c 127.0.0.1:" + std::to_string(server->port()) + " one hello");
  CHECK(std::find(response->headers.begin(), response->headers.end(),
                  std::pair<std::string, std::string>("X-Answer", "yes")) != response->headers.end());
}

TEST_CASE("HEAD, GET and DELETE share one connection") {
  const auto server = started(echo);
  const auto client = Client::make(allowing(server->port()));
  for (const std::string method : {"HEAD", "GET", "DELETE", "GET"}) {
    const auto response = ask(*client, request_to(url_of(server->port()), method));
    REQUIRE(response);
    CHECK(response->body.empty() == (method == "HEAD"));
  }
  CHECK(server->counters().connections_open == 1);
}

TEST_CASE("many requests share few connections, each answered once") {
  const auto server = started(echo);
  auto config = allowing(server->port());
  config.connections_per_host_max = 4;
  const auto client = Client::make(config);
  constexpr int count = 2000;
  std::atomic<int> left = count, good = 0;
  std::promise<void> all;
  for (int i = 0; i < count; ++i) {
    const auto path = "/" + std::to_string(i);
    client->send(request_to(url_of(server->port(), path), "POST", "x"),
                 [&, path](Result<HttpResponse> result) {
                   good += result && result->body.starts_with("POST " + path + "?");
                   if (--left == 0) all.set_value();
                 });
  }
  all.get_future().get();
  CHECK(good == count);
  CHECK(server->counters().requests == count);
  CHECK(server->counters().connections_open <= 4);
}

TEST_CASE("only the origin that is allowed may be private: scheme, host and port") {
  const auto server = started(echo);
  const auto other = started(echo);
  const auto client = Client::make(allowing(server->port()));
  CHECK(code_of(ask(*client, request_to(url_of(server->port())))) == "answered");
  CHECK(code_of(ask(*client, request_to(url_of(other->port())))) == "refused_address");
  const std::string port = std::to_string(server->port());
  CHECK(code_of(ask(*client, request_to("https://127.0.0.1:" + port))) == "refused_address");
  CHECK(code_of(ask(*client, request_to("http://localhost:" + port))) == "refused_address");
  CHECK(code_of(ask(*client, request_to("http://0x7f.1:" + port))) == "answered");
  CHECK(other->counters().requests == 0);
  CHECK(server->counters().requests == 2);
}

TEST_CASE("a name of which one address is private is not connected to") {
  const auto server = started(echo);
  ClientConfig config;
  config.resolve = [](const std::string&) { return std::vector<std::string>{"8.8.8.8", "127.0.0.1"}; };
  const auto client = Client::make(config);
  CHECK(code_of(ask(*client, request_to("http://rebind.example:" + std::to_string(server->port())))) ==
        "refused_address");
  CHECK(server->counters().connections_open == 0);
}

TEST_CASE("a name is resolved once a connection and the address that was checked is the one") {
  const auto server = started(echo);
  std::atomic<int> asked = 0;
  ClientConfig config;
  config.allow = {"http://shop.example:" + std::to_string(server->port())};
  config.resolve = [&](const std::string& host) -> Result<std::vector<std::string>> {
    CHECK(host == "shop.example");
    ++asked;
    return std::vector<std::string>{"127.0.0.1"};
  };
  const auto client = Client::make(config);
  for (int i = 0; i < 3; ++i)
    CHECK(code_of(ask(*client, request_to("http://shop.example:" + std::to_string(server->port())))) ==
          "answered");
  CHECK(asked == 1);
}

TEST_CASE("what cannot be sent is refused with its reason") {
  const auto client = Client::make({});
  auto with = [](const std::string& name, const std::string& value) {
    auto request = request_to("http://shop.example/");
    request.headers = {{name, value}};
    return request;
  };
  CHECK(code_of(ask(*client, with("X", "a\r\nY: b"))) == "bad_request");
  CHECK(code_of(ask(*client, with("X\r\nY", "a"))) == "bad_request");
  CHECK(code_of(ask(*client, with("", "a"))) == "bad_request");
  CHECK(code_of(ask(*client, with("Host", "evil.example"))) == "bad_request");
  CHECK(code_of(ask(*client, with("content-length", "1"))) == "bad_request");
  CHECK(code_of(ask(*client, request_to("http://shop.example/", "GE T"))) == "bad_request");
  CHECK(code_of(ask(*client, request_to("gopher://shop.example/"))) == "bad_url");
}

TEST_CASE("redirects are given back, not followed") {
  const auto server = started([](const ServerRequest&, std::unique_ptr<Responder> responder) {
    ServerResponse response;
    response.status = 302;
    response.headers.emplace_back("Location", "http://169.254.169.254/");
    responder->answer(std::move(response));
  });
  const auto client = Client::make(allowing(server->port()));
  CHECK(ask(*client, request_to(url_of(server->port())))->status == 302);
  CHECK(server->counters().requests == 1);
}

TEST_CASE("a body above the limit is cut and says so") {
  const auto server = started([](const ServerRequest& request, std::unique_ptr<Responder> responder) {
    ServerResponse response;
    response.body = std::string(request.path == "/fits" ? 100 : 5000, 'x');
    responder->answer(std::move(response));
  });
  auto config = allowing(server->port());
  config.response_bytes_max = 100;
  const auto client = Client::make(config);
  const auto fits = ask(*client, request_to(url_of(server->port(), "/fits")));
  CHECK(fits->body.size() == 100);
  CHECK_FALSE(fits->cut);
  const auto cut = ask(*client, request_to(url_of(server->port(), "/long")));
  CHECK(cut->body.size() == 100);
  CHECK(cut->cut);
}

TEST_CASE("a response is read in every framing") {
  struct Case {
    const char* bytes;
    const char* body;
  };
  for (const auto& c : {
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello"},
           Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nX: "
                "y\r\n\r\n",
                "hello"},
           Case{"HTTP/1.1 200 OK\r\n\r\nhello", "hello"},
           Case{"HTTP/1.0 200 OK\r\n\r\nhello", "hello"},
           Case{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 "
                "OK\r\nContent-Length: 5\r\n\r\nhello",
                "hello"},
       }) {
    INFO(c.bytes);
    ScriptServer peer({{"\r\n\r\n", c.bytes, true}});
    const auto client = Client::make(allowing(peer.port()));
    const auto response = ask(*client, request_to(url_of(peer.port())));
    REQUIRE(response);
    CHECK(response->status == 200);
    CHECK(response->body == c.body);
  }
}

TEST_CASE("what is no response, or not a whole one, is broken") {
  for (const std::string bytes :
       {"", "HTTP/1.1 200 OK\r\nContent-Len", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
        "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "HTTP/1.1 200 OK\r\nX : y\r\n\r\n"}) {
    INFO(bytes);
    ScriptServer peer({{"\r\n\r\n", bytes, true}});
    const auto client = Client::make(allowing(peer.port()));
    CHECK(code_of(ask(*client, request_to(url_of(peer.port())))) == "broken");
  }
}

TEST_CASE("who does not answer in time has timed out, and the next request is free of it") {
  std::unique_ptr<Responder> kept;
  const auto server = started([&](const ServerRequest& request, std::unique_ptr<Responder> responder) {
    if (request.path == "/never")
      kept = std::move(responder);
    else
      responder->answer({});
  });
  auto config = allowing(server->port());
  config.connections_per_host_max = 1;
  const auto client = Client::make(config);
  auto never = request_to(url_of(server->port(), "/never"));
  never.timeout = Millis{40};
  CHECK(code_of(ask(*client, never)) == "timeout");
  CHECK(code_of(ask(*client, request_to(url_of(server->port())))) == "answered");
  server->stop(Millis{0});
}

TEST_CASE("a request that waits for a connection has its deadline too") {
  std::promise<void> first_came;
  std::unique_ptr<Responder> kept;
  const auto server = started([&](const ServerRequest&, std::unique_ptr<Responder> responder) {
    kept = std::move(responder);
    first_came.set_value();
  });
  auto config = allowing(server->port());
  config.connections_per_host_max = 1;
  config.waiting_max = 1;
  const auto client = Client::make(config);
  std::promise<std::string> first, second;
  client->send(request_to(url_of(server->port())),
               [&](Result<HttpResponse> result) { first.set_value(code_of(result)); });
  first_came.get_future().get();
  auto waits = request_to(url_of(server->port()));
  waits.timeout = Millis{100};
  client->send(waits, [&](Result<HttpResponse> result) { second.set_value(code_of(result)); });
  CHECK(code_of(ask(*client, request_to(url_of(server->port())))) == "overloaded");
  CHECK(second.get_future().get() == "timeout");
  kept->answer({});
  CHECK(first.get_future().get() == "answered");
}

TEST_CASE("nobody listens: connect") {
  std::uint16_t port = 0;
  { port = ScriptServer(ScriptServer::Script{}).port(); }
  const auto client = Client::make(allowing(port));
  CHECK(code_of(ask(*client, request_to(url_of(port)))) == "connect");
}

TEST_CASE("a kept connection that died is replaced once, when the request may be repeated") {
  const std::string good = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  for (const bool keyed : {true, false}) {
    // The first connection answers once and dies upon the second request, without a byte of a response.
    ScriptServer peer({{"\r\n\r\n", good, false}, {"\r\n\r\n", "", true}}, {{"\r\n\r\n", good, true}});
    const auto client = Client::make(allowing(peer.port()));
    CHECK(code_of(ask(*client, request_to(url_of(peer.port()), "POST"))) == "answered");
    auto second = request_to(url_of(peer.port()), "POST");
    if (keyed) second.headers = {{"Idempotency-Key", "k"}};
    CHECK(code_of(ask(*client, second)) == (keyed ? "answered" : "broken"));
    CHECK(peer.connections() == (keyed ? 2 : 1));
  }
}

TEST_CASE("TLS: a certificate is verified, its name too") {
  const Certificate certificate;
  ServerConfig server_config;
  server_config.certificate_file = certificate.certificate_file;
  server_config.key_file = certificate.key_file;
  const auto server = started(echo, server_config);
  const std::string port = std::to_string(server->port());
  ClientConfig config;
  config.allow = {"https://localhost:" + port, "https://127.0.0.1:" + port, "https://other.example:" + port};
  config.resolve = [](const std::string&) { return std::vector<std::string>{"127.0.0.1"}; };
  {
    const auto stranger = Client::make(config);
    CHECK(code_of(ask(*stranger, request_to("https://localhost:" + port))) == "tls");
  }
  config.ca_file = certificate.certificate_file;
  REQUIRE(Client::check(config));
  const auto client = Client::make(config);
  for (int i = 0; i < 3; ++i) {
    const auto response =
        ask(*client, request_to("https://localhost:" + port + "/t", "POST", std::string(100'000, 'x')));
    REQUIRE(response);
    CHECK(response->body.size() > 100'000);
  }
  CHECK(server->counters().connections_open == 1);
  CHECK(code_of(ask(*client, request_to("https://127.0.0.1:" + port))) == "answered");
  CHECK(code_of(ask(*client, request_to("https://other.example:" + port))) == "tls");
}

TEST_CASE("plain words to a TLS port are not answered, and TLS to a plain port is tls") {
  const Certificate certificate;
  ServerConfig server_config;
  server_config.certificate_file = certificate.certificate_file;
  server_config.key_file = certificate.key_file;
  const auto secure = started(echo, server_config);
  const auto plain = started(echo);
  ClientConfig config;
  config.allow = {"https://127.0.0.1:" + std::to_string(plain->port()),
                  "http://127.0.0.1:" + std::to_string(secure->port())};
  const auto client = Client::make(config);
  CHECK(code_of(ask(*client, request_to("https://127.0.0.1:" + std::to_string(plain->port())))) == "tls");
  CHECK(code_of(ask(*client, request_to(url_of(secure->port())))) == "broken");
  CHECK(secure->counters().requests == 0);
}

TEST_CASE("a certificate that is none is an error when the server opens") {
  ServerConfig config;
  config.certificate_file = config.key_file = "/nonexistent.pem";
  CHECK(Server::open(config, echo).error().code == "tls");
  ClientConfig client;
  client.ca_file = "/nonexistent.pem";
  CHECK(Client::check(client).error().code == "tls");
  client.ca_file.clear();
  client.allow = {"http://shop.example/path"};
  CHECK(Client::check(client).error().code == "bad_url");
}

TEST_CASE("a client that stops ends what is open") {
  std::promise<void> came;
  std::unique_ptr<Responder> kept;
  const auto server = started([&](const ServerRequest&, std::unique_ptr<Responder> responder) {
    kept = std::move(responder);
    came.set_value();
  });
  const auto client = Client::make(allowing(server->port()));
  std::promise<std::string> said;
  client->send(request_to(url_of(server->port())),
               [&](Result<HttpResponse> result) { said.set_value(code_of(result)); });
  came.get_future().get();
  client->stop();
  CHECK(said.get_future().get() == "stopped");
  CHECK(code_of(ask(*client, request_to(url_of(server->port())))) == "stopped");
}

TEST_CASE("work is done on the client's thread, now or later") {
  const auto client = Client::make({});
  std::promise<std::thread::id> now, later;
  client->post_after(Millis{5}, [&] { later.set_value(std::this_thread::get_id()); });
  client->post([&] { now.set_value(std::this_thread::get_id()); });
  CHECK(now.get_future().get() == later.get_future().get());
  client->post_after(Millis{3'600'000}, [] { FAIL("the client stopped before"); });
}
