#include "net/web_socket.h"
#include "net/server.h"
#include "net/upgrade.h"
#include "support/catch.h"
#include "support/certificate.h"
#include "support/raw_client.h"
#include "support/web_socket_client.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>

using namespace shopbell;

namespace {

/// What came to all connections of one server, and the sockets to answer by.
struct Heard {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> messages;
  std::vector<std::shared_ptr<WebSocket>> sockets;
  std::vector<int> ends;

  template <class Condition>
  bool eventually(Condition condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(10), condition);
  }
  std::shared_ptr<WebSocket> socket() {
    eventually([this] { return !sockets.empty(); });
    return sockets.at(0);
  }
  int end() {
    eventually([this] { return !ends.empty(); });
    return ends.empty() ? -1 : ends.at(0);
  }
};

/// Says back what it hears; "throw" throws.
struct Echo : WebSocketHandler {
  Echo(Heard& to, const WebSocketLimits& limits_of) : heard(to) { limits = limits_of; }
  void opened(std::shared_ptr<WebSocket> with) override {
    const std::lock_guard lock(heard.mutex);
    socket = with;
    heard.sockets.push_back(std::move(with));
    heard.changed.notify_all();
  }
  void message(std::string_view text) override {
    if (text == "throw") throw std::runtime_error("a bug");
    const std::lock_guard lock(heard.mutex);
    heard.messages.emplace_back(text);
    socket->send("you said " + std::string(text));
    heard.changed.notify_all();
  }
  void closed(WebSocketClose code) override {
    const std::lock_guard lock(heard.mutex);
    heard.ends.push_back(static_cast<int>(code));
    heard.changed.notify_all();
  }
  Heard& heard;
  std::shared_ptr<WebSocket> socket;
};

std::unique_ptr<Server> started(Heard& heard, const WebSocketLimits& limits = {}, ServerConfig config = {}) {
  auto server = Server::open(config, [&heard, limits](const ServerRequest& request, std::unique_ptr<Responder> responder) {
    ServerResponse response;
    if (request.path == "/away") response.status = 403;
    else response.web_socket = std::make_shared<Echo>(heard, limits);
    response.headers.emplace_back("Set-Cookie", "a=b");
    responder->answer(std::move(response));
  });
  REQUIRE(server);
  (*server)->start();
  return std::move(*server);
}

const std::string upgrade_lines =
    "Host: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

}  // namespace

TEST_CASE("a message goes there and back over a WebSocket, plain and over TLS") {
  const Certificate certificate;
  const bool tls = GENERATE(false, true);
  ServerConfig config;
  if (tls) config.certificate_file = certificate.certificate_file, config.key_file = certificate.key_file;
  Heard heard;
  const auto server = started(heard, {}, config);
  WebSocketClient client(server->port(), {.path = "/live?after=7", .headers = {}, .tls = tls});
  REQUIRE(client.status() == 101);
  CHECK(client.header("Set-Cookie") == "a=b");
  CHECK(client.header("Server") == "Shopbell");
  for (int i = 0; i < 100; ++i) {
    const std::string text = std::string(static_cast<std::size_t>(i) * 600, 'x') + "ñ";
    REQUIRE(client.send(text));
    REQUIRE(client.read() == "you said " + text);
  }
  CHECK(server->counters().web_sockets_open == 1);
  client.close(4001);
  CHECK(heard.end() == 4001);
}

TEST_CASE("the answer to the key is the RFC's own example") {
  Heard heard;
  const auto server = started(heard);
  RawClient client(server->port());
  client.send("GET /chat HTTP/1.1\r\n" + upgrade_lines + "\r\n");
  const auto response = client.response(false);
  REQUIRE(response);
  CHECK(response->status == 101);
  CHECK(response->says("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
}

TEST_CASE("a request that is no proper upgrade is refused, and says what is spoken here") {
  struct Case {
    std::string request;
    int status;
    std::string says;
  };
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const std::string base = "Host: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  const auto c = GENERATE_COPY(
      Case{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 426, "upgrade_required"},
      Case{"POST / HTTP/1.1\r\nContent-Length: 0\r\n" + upgrade_lines + "\r\n", 426, "upgrade_required"},
      Case{"GET / HTTP/1.0\r\n" + upgrade_lines + "\r\n", 426, "upgrade_required"},
      Case{"GET / HTTP/1.1\r\n" + base + key + "Sec-WebSocket-Version: 8\r\n\r\n", 426, "bad_websocket_version"},
      Case{"GET / HTTP/1.1\r\n" + upgrade_lines + "Sec-WebSocket-Version: 13\r\n\r\n", 426, "bad_websocket_version"},
      Case{"GET / HTTP/1.1\r\n" + base + "Sec-WebSocket-Version: 13\r\n\r\n", 400, "bad_websocket_key"},
      Case{"GET / HTTP/1.1\r\n" + upgrade_lines + key + "\r\n", 400, "bad_websocket_key"},
      Case{"GET / HTTP/1.1\r\n" + base + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n\r\n", 400, "bad_websocket_key"},
      Case{"GET / HTTP/1.1\r\n" + upgrade_lines + "Content-Length: 1\r\n\r\nx", 400, "bad_upgrade"},
      Case{"GET / HTTP/1.1\r\n" + upgrade_lines + "\r\nbehind it", 400, "bad_upgrade"});
  INFO(c.request);
  Heard heard;
  const auto server = started(heard);
  RawClient client(server->port());
  client.send(c.request);
  const auto response = client.response();
  REQUIRE(response);
  CHECK(response->status == c.status);
  CHECK(response->body.find(c.says) != std::string::npos);
  CHECK(response->says("Sec-WebSocket-Version: 13\r\n") == (c.status == 426));
  CHECK(client.ends());
  CHECK(heard.sockets.empty());
}

TEST_CASE("the route may refuse") {
  Heard heard;
  const auto server = started(heard);
  WebSocketClient client(server->port(), {.path = "/away", .headers = {}});
  CHECK(client.status() == 403);
}

TEST_CASE("other threads send, all that they send comes, and each one's in its order") {
  Heard heard;
  const auto server = started(heard);
  WebSocketClient client(server->port());
  const auto socket = heard.socket();
  constexpr int threads = 4, each = 250;
  std::vector<std::thread> senders;
  for (int t = 0; t < threads; ++t)
    senders.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) socket->send(std::to_string(t) + " " + std::to_string(i));
    });
  std::vector<int> next(threads);
  for (int i = 0; i < threads * each; ++i) {
    const auto text = client.read();
    REQUIRE(text);
    const auto from = static_cast<std::size_t>(text->at(0) - '0');
    REQUIRE(*text == std::to_string(from) + " " + std::to_string(next[from]++));
  }
  for (auto& sender : senders) sender.join();
}

TEST_CASE("who reads too slowly is closed with 1013, and the memory that it takes has a bound") {
  Heard heard;
  WebSocketLimits limits;
  limits.queue_bytes_max = 300'000;
  const auto server = started(heard, limits);
  WebSocketClient client(server->port(), {.path = "/", .headers = {}, .tls = false, .receive_buffer_bytes = 4096});
  const auto socket = heard.socket();
  int taken = 0;
  while (socket->send(std::string(50'000, 'x'))) REQUIRE(++taken < 1000);
  CHECK_FALSE(socket->send("more"));
  int read = 0;
  while (client.read()) ++read;
  CHECK(client.code() == 1013);
  CHECK(read <= taken);
  CHECK(heard.end() == 1013);
}

TEST_CASE("who does not read at all is cut off when the time for its goodbye is over") {
  Heard heard;
  WebSocketLimits limits;
  limits.queue_messages_max = 100;
  limits.close_timeout = Millis{50};
  const auto server = started(heard, limits);
  WebSocketClient client(server->port(), {.path = "/", .headers = {}, .tls = false, .receive_buffer_bytes = 4096});
  const auto socket = heard.socket();
  while (socket->send(std::string(5'000, 'x'))) {}
  CHECK(heard.end() == 1013);
  CHECK(server->counters().web_sockets_open == 0);
}

TEST_CASE("what is sent before the goodbye comes before it") {
  Heard heard;
  const auto server = started(heard);
  WebSocketClient client(server->port());
  const auto socket = heard.socket();
  for (int i = 0; i < 100; ++i) socket->send(std::to_string(i));
  socket->close(WebSocketClose::policy, "signed out");
  CHECK_FALSE(socket->send("too late"));
  for (int i = 0; i < 100; ++i) REQUIRE(client.read() == std::to_string(i));
  CHECK_FALSE(client.read());
  CHECK(client.code() == 1008);
  CHECK(client.reason() == "signed out");
  CHECK(heard.end() == 1008);
}

TEST_CASE("what breaks a rule is closed with the rule's code") {
  Heard heard;
  WebSocketLimits limits;
  limits.message_bytes_max = 1000;
  const auto server = started(heard, limits);
  WebSocketClient client(server->port());
  const auto [what, code] = GENERATE(table<std::string, int>({{"large", 1009}, {"binary", 1003}, {"no text", 1007}, {"throw", 1011}}));
  INFO(what);
  if (what == "large") client.send(std::string(1001, 'x'));
  if (what == "binary") client.send_binary("x");
  if (what == "no text") client.send("\xc3\x28");
  if (what == "throw") client.send("throw");
  CHECK_FALSE(client.read());
  CHECK(client.code() == code);
  CHECK(heard.end() == code);
}

TEST_CASE("a frame that is not masked, or too long a control frame, breaks the protocol") {
  const std::string frame = GENERATE(as<std::string>(), std::string("\x81\x01x", 3), "\x89\xfe" + std::string(200, 'x'), "\xc1\x81" + std::string(5, 'x'));
  Heard heard;
  WebSocketLimits limits;
  limits.silence = Millis{100};  // a raw client does not end its side
  const auto server = started(heard, limits);
  RawClient client(server->port());
  client.send("GET /chat HTTP/1.1\r\n" + upgrade_lines + "\r\n");
  REQUIRE(client.response(false)->status == 101);
  client.send(frame);
  CHECK(heard.end() == 1006);
}

TEST_CASE("a connection that ends without a goodbye is lost, and said to be once") {
  Heard heard;
  const auto server = started(heard);
  WebSocketClient client(server->port());
  const auto socket = heard.socket();
  client.drop();
  CHECK(heard.end() == 1006);
  CHECK_FALSE(socket->send("nobody hears it"));
  socket->close(WebSocketClose::normal);
  CHECK(heard.ends.size() == 1);
}

TEST_CASE("who is silent is asked with a ping, and cut off when it does not answer") {
  Heard heard;
  WebSocketLimits limits;
  limits.silence = Millis{100};
  const auto server = started(heard, limits);
  WebSocketClient client(server->port());
  const auto socket = heard.socket();
  std::thread others([&] {
    for (std::size_t mute = 1; mute <= 3; ++mute) {  // one after the other: each takes the whole silence
      RawClient raw(server->port());
      raw.send("GET /chat HTTP/1.1\r\n" + upgrade_lines + "\r\n");
      heard.eventually([&] { return heard.ends.size() == mute; });
    }
    socket->send("still there");
  });
  CHECK(client.read() == "still there");  // reading answers pings
  others.join();
  CHECK(heard.ends == std::vector<int>{1006, 1006, 1006});
}

TEST_CASE("a server that stops says goodbye, and waits no longer than its grace") {
  Heard heard;
  const auto server = started(heard);
  SECTION("one that listens") {
    WebSocketClient client(server->port());
    heard.socket();
    std::thread stopper([&] { server->stop(Millis{10'000}); });
    CHECK_FALSE(client.read());
    CHECK(client.code() == 1001);
    stopper.join();
    CHECK(heard.end() == 1001);
  }
  SECTION("one that does not") {
    RawClient client(server->port());
    client.send("GET /chat HTTP/1.1\r\n" + upgrade_lines + "\r\n");
    const auto socket = heard.socket();
    server->stop(Millis{20});
    CHECK(heard.end() == 1001);
    CHECK_FALSE(socket->send("nobody hears it"));
  }
}

TEST_CASE("a list holds a token wherever it stands, in any case") {
  CHECK(lists_token("keep-alive, UPGRADE", "upgrade"));
  CHECK(lists_token("upgrade", "upgrade"));
  CHECK(lists_token(" ,\tupgrade ,", "upgrade"));
  CHECK_FALSE(lists_token("upgrades, up grade", "upgrade"));
  CHECK_FALSE(lists_token("", "upgrade"));
}
