// Calls that fail, and what people do about it, with the real program.

#include "support/catch.h"
#include "support/program.h"
#include "support/sink.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace shopbell;

namespace {

/// Takes connections and never answers.
class Silent {
 public:
  Silent() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&at), size) == 0);
    REQUIRE(::listen(socket_, 512) == 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
  }
  ~Silent() { ::close(socket_); }
  std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

void write_shop(const TempFolder& folder, const std::vector<std::string>& allowed) {
  std::string text = "shop: a\nname: A\nurl: https://a.example\ncurrency: EUR\napi_tokens: [test-token]\nhttp:\n  allow:\n";
  for (const std::string& origin : allowed) text += "    - \"" + origin + "\"\n";
  folder.write("shopbell.yaml", text);
}

void write_workflow(const TempFolder& folder, const std::string& id, const std::string& on, const std::string& origin, const std::string& beside = "") {
  folder.write("workflows/" + id + ".yaml", "workflow: " + id + "\non: " + on + "\nsteps:\n  - http: { url: \"" + origin + "/\", body: \"" + id +
                                                " {{ order.id }}\", timeout: 60s }\n    id: tell\n    timeout: 60s\n" + beside + "  - note: behind\n");
}

void send_orders(std::uint16_t port, const std::string& type, int count) {
  std::string lines;
  for (int i = 0; i < count; ++i)
    lines += R"({"specversion":"1.0","id":")" + type + "-" + std::to_string(i) + R"(","source":"test","type":")" + type + R"(","subject":"customer:)" +
             std::to_string(i) + R"(","data":{"order":{"id":")" + std::to_string(i) + "\"}}}\n";
  RawClient client(port);
  client.send("POST /events HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer test-token\r\nContent-Type: application/x-ndjson\r\nContent-Length: " +
              std::to_string(lines.size()) + "\r\n\r\n" + lines);
  const auto response = client.response();
  REQUIRE(response);
  REQUIRE(response->status == 202);
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

std::size_t runs(std::uint16_t port, const std::string& query) {
  const auto response = get(port, "/api/" + query + "&limit=500");
  return response ? count(response->body, "\"subject\":\"customer:") : 0;
}

}  // namespace

TEST_CASE("failed runs are listed, tried again, skipped and cancelled, one or many, also after a kill") {
  TempFolder folder;
  Sink sink;
  write_shop(folder, {sink.origin()});
  write_workflow(folder, "tell", "order.placed", sink.origin());
  write_workflow(folder, "other", "order.paid", sink.origin());
  sink.answer_with(404);
  std::string to;
  const auto shopbell = [&](std::vector<std::string> arguments) { return run_program(SHOPBELL_BINARY, arguments); };
  {
    RunningServer server(SHOPBELL_BINARY, folder.path());
    REQUIRE(server.listens());
    send_orders(server.port(), "order.placed", 5);
    send_orders(server.port(), "order.paid", 1);
    REQUIRE(eventually([&] { return runs(server.port(), "attention?step=tell") == 6; }));
    server.kill();
  }
  sink.answer_with(200);
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  const std::string url = "http://127.0.0.1:" + std::to_string(server.port());
  const Ran listed = shopbell({"attention", folder.path().string(), "--data", (folder.path() / "data").string(), "--workflow", "tell", "--since", "1h", "--json"});
  CHECK(listed.code == 0);
  REQUIRE(count(listed.out, "\n") == 5);
  const std::string id = listed.out.substr(listed.out.find("\"id\":\"") + 6, 16);

  CHECK(shopbell({"retry", "--to", url, "--token", "test-token"}).code == 2);
  CHECK(shopbell({"retry", "nothing", "--to", url, "--token", "test-token"}).code == 1);
  CHECK(shopbell({"retry", id, "--to", url, "--token", "wrong"}).code == 1);
  CHECK(shopbell({"retry", id, "--to", url, "--token", "test-token"}).code == 0);
  CHECK(eventually([&] { return runs(server.port(), "runs?status=done") == 1; }));
  CHECK(shopbell({"skip", "--workflow", "tell", "--step", "tell", "--to", url, "--token", "test-token"}).code == 0);
  CHECK(eventually([&] { return runs(server.port(), "runs?status=done") == 5; }));
  CHECK(shopbell({"cancel", "--all", "--by", "ann", "--to", url, "--token", "test-token"}).code == 0);
  CHECK(eventually([&] { return runs(server.port(), "runs?status=stopped") == 1; }));
  CHECK(shopbell({"cancel", "--all", "--to", url, "--token", "test-token"}).code == 1);
  CHECK(runs(server.port(), "attention?workflow=tell") == 0);
  CHECK(sink.bodies().size() == 7);
  CHECK(server.terminate() == 0);
}

TEST_CASE("what the API refuses about runs that failed") {
  TempFolder folder;
  write_shop(folder, {"http://127.0.0.1:1"});
  write_workflow(folder, "tell", "order.placed", "http://127.0.0.1:1");
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  struct Case {
    std::string path, body, token;
    int status;
  };
  const Case cases[] = {{"retry", "{}", "test-token", 400},          {"retry", "[]", "test-token", 400},
                        {"retry", "{", "test-token", 400},           {"retry", R"({"steps":"x"})", "test-token", 400},
                        {"retry", R"({"since":"soon"})", "test-token", 400}, {"retry", R"({"runs":["ffffffff"]})", "test-token", 404},
                        {"again", R"({"all":true})", "test-token", 404},     {"retry", R"({"all":true})", "wrong", 401},
                        {"retry", R"({"all":true})", "test-token", 200}};
  for (const Case& c : cases) {
    INFO(c.path << " " << c.body);
    RawClient client(server.port());
    client.send("POST /api/attention/" + c.path + " HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer " + c.token + "\r\nContent-Type: application/json\r\nContent-Length: " +
                std::to_string(c.body.size()) + "\r\n\r\n" + c.body);
    const auto response = client.response();
    REQUIRE(response);
    CHECK(response->status == c.status);
  }
  CHECK(server.terminate() == 0);
}

TEST_CASE("a destination that never answers holds up no other") {
  TempFolder folder;
  const Sink sink;
  const Silent silent;
  write_shop(folder, {sink.origin(), silent.origin()});
  write_workflow(folder, "dead", "order.placed", silent.origin());
  write_workflow(folder, "well", "order.paid", sink.origin());
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  send_orders(server.port(), "order.placed", 400);
  send_orders(server.port(), "order.paid", 400);
  CHECK(eventually([&] { return sink.bodies().size() == 400; }));
  CHECK(runs(server.port(), "calls?workflow=dead&status=open") == 400);
}
