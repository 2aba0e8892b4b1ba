// A log played into a running server by the real program, and the journal written as a log again.

#include "base/json.h"
#include "net/server.h"
#include "support/catch.h"
#include "support/program.h"

#include <fmt/format.h>

#include <atomic>
#include <fstream>
#include <sstream>

using namespace shopbell;

namespace {

/// Where the workflows' calls arrive: they are counted.
class Sink {
 public:
  Sink() {
    auto server = Server::open({}, [this](const ServerRequest&, std::unique_ptr<Responder> responder) {
      ++calls;
      responder->answer({200, "application/json", "{}", {}});
    });
    REQUIRE(server);
    server_ = std::move(*server);
    server_->start();
  }
  ~Sink() { server_->stop(Millis{1000}); }
  std::string origin() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  std::atomic<int> calls{0};

 private:
  std::unique_ptr<Server> server_;
};

std::string event(int n, std::string_view type = "order.placed", std::string_view more = "") {
  return fmt::format(R"({{"specversion":"1.0","id":"e{0}","source":"test","type":"{1}","time":"2026-11-{0:02}T10:00:00Z","data":{{"order":{{"id":"{0}","total":{0}0}},"customer":{{"id":"c{0}"}}{2}}}}})",
                     n, type, more);
}

class Shop {
 public:
  Shop() {
    folder.write("shopbell.yaml", "shop: test\nname: Test\nurl: https://test.example\ncurrency: EUR\napi_tokens: [test-token]\nqueues: { care: {} }\nhttp:\n  allow: [\"" + sink.origin() + "\"]\n");
    folder.write("workflows/tell.yaml", "on: order.placed\nsteps:\n  - wait: 1s\n  - http: { url: \"" + sink.origin() + "/told\" }\n  - handoff: { queue: care }\n");
    folder.write("workflows/count.yaml", "on: order.placed\nlimit: 1 per 1d\nsteps:\n  - tag: [counted]\n");
    start();
  }
  void start() {
    server = std::make_unique<RunningServer>(SHOPBELL_BINARY, folder.path());
    REQUIRE(server->listens());
  }
  /// The summary of `shopbell replay LOG ...`, and its exit code.
  std::pair<Document, int> replay(std::vector<std::string> more, const std::string& log = "log.jsonl") {
    std::vector<std::string> arguments{"replay", (folder.path() / log).string(), "--shop", folder.path().string(), "--to", address(), "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ran ran = run_program(SHOPBELL_BINARY, arguments);
    const std::size_t begin = std::min(ran.out.find("{\"lines\""), ran.out.size());  // among what it says on standard error
    auto read = parse_json_document(ran.out.substr(begin, ran.out.find('\n', begin) - begin));
    return {read ? std::move(*read) : Document(), ran.code};
  }
  std::string address() const { return "http://127.0.0.1:" + std::to_string(server->port()); }
  std::size_t count(const std::string& what, const std::string& query) {
    const auto answer = get(server->port(), "/api/" + what + "?limit=500" + (query.empty() ? "" : "&" + query));
    REQUIRE(answer);
    Arena arena;
    return parse_json(answer->body, arena).value()[what].size();
  }
  /// Waits until there are so many; a while at most.
  bool comes_to(const std::string& what, const std::string& query, std::size_t wanted) {
    eventually([&] { return count(what, query) >= wanted; });
    return count(what, query) == wanted;
  }
  std::string text(const std::string& name) const {
    std::ifstream file(folder.path() / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  Sink sink;
  TempFolder folder;
  std::unique_ptr<RunningServer> server;
};

std::string log_of(int events) {
  std::string log;
  for (int n = 1; n <= events; ++n) log += event(n) + "\n";
  return log;
}

std::int64_t number(const Document& summary, std::string_view name) { return summary.root()[name].integer_or(-1); }

}  // namespace

TEST_CASE("a log is replayed beside the shop: nothing is called, also when the server is killed between; with --act it is") {
  Shop shop;
  shop.folder.write("log.jsonl", log_of(5));
  auto [dry, code] = shop.replay({});
  CHECK(code == 0);
  CHECK(number(dry, "accepted") == 5);
  shop.server->kill();
  shop.start();
  CHECK(shop.comes_to("calls", "status=recorded", 5));
  CHECK(shop.comes_to("runs", "workflow=tell&status=done", 5));
  CHECK(shop.sink.calls == 0);
  CHECK(shop.count("tickets", "") == 0);
  CHECK(shop.count("runs", "subject=customer:c1") == 0);
  CHECK(shop.count("runs", "subject=replay:replay/customer:c1") == 2);

  auto [again, again_code] = shop.replay({});
  CHECK(again_code == 0);
  CHECK(number(again, "repeated") == 5);
  auto [named, named_code] = shop.replay({"--name", "second"});
  CHECK(number(named, "accepted") == 5);

  auto [acting, acting_code] = shop.replay({"--act"});
  CHECK(number(acting, "accepted") == 5);
  CHECK(shop.comes_to("runs", "subject=customer:c1&status=done", 2));
  CHECK(shop.comes_to("tickets", "", 5));
  CHECK(shop.sink.calls == 5);
  auto [handled, handled_code] = shop.replay({"--name", "third"});
  CHECK(number(handled, "repeated") == 5);  // what the shop itself has handled is not played again
}

TEST_CASE("a line that cannot be read is kept aside with its like, and the others are sent") {
  Shop shop;
  shop.folder.write("log.jsonl", event(1) + "\nnonsense\n" + event(2) + "\n\n{\"specversion\":\"1.0\"}\n{\"hook\":\"nobody\"}\n" + event(3) + "\n");
  auto [summary, code] = shop.replay({"--act"});
  CHECK(code == 1);
  CHECK(number(summary, "accepted") == 3);
  CHECK(number(summary, "rejected") == 3);
  CHECK(summary.root()["complete"].boolean_or(false));
  CHECK(shop.text("log.jsonl.rejected.jsonl") == "nonsense\n{\"specversion\":\"1.0\"}\n{\"hook\":\"nobody\"}\n");
}

TEST_CASE("a line that only the server reads whole is kept aside when it is broken there") {
  Shop shop;
  const auto line = [](int n, std::string_view data) {
    return fmt::format(R"({{"specversion":"1.0","id":"j{0}","source":"test","type":"order.placed","subject":"customer:{0}","time":"2026-11-01T10:00:00Z","received":"2026-11-01T10:00:00Z","data":{1}}})", n, data);
  };
  shop.folder.write("log.jsonl", line(1, "{}") + "\n" + line(2, "{\"order\":") + "\n" + line(3, "{\"order\":{\"id\":3}}") + "\n");
  auto [summary, code] = shop.replay({"--act"});
  CHECK(code == 1);
  CHECK(number(summary, "accepted") == 2);
  CHECK(shop.text("log.jsonl.rejected.jsonl") == line(2, "{\"order\":") + "\n");
}

TEST_CASE("what the server refuses of a batch is found, and the rest of it is taken") {
  Shop shop;
  const std::string large = event(2, "order.placed", ",\"note\":\"" + std::string(1'100'000, 'x') + "\"");
  shop.folder.write("log.jsonl", event(1) + "\n" + large + "\n" + event(3) + "\n");
  auto [summary, code] = shop.replay({"--act"});
  CHECK(code == 1);
  CHECK(number(summary, "accepted") == 2);
  CHECK(number(summary, "rejected") == 1);
  CHECK(shop.text("log.jsonl.rejected.jsonl") == large + "\n");
}

TEST_CASE("only what is meant is sent, and may start only what is meant") {
  Shop shop;
  shop.folder.write("log.jsonl", log_of(9) + event(10, "order.paid") + "\n");
  auto [some, code] = shop.replay({"--act", "--only-workflow", "count", "--since", "2026-11-03", "--until", "2026-11-08T10:00:00Z", "--type", "order.*",
                                   "--where", "order.total > 40.0", "--speed", "1000000000x"});
  CHECK(code == 0);
  CHECK(number(some, "accepted") == 3);
  CHECK(number(some, "left_out") == 7);
  CHECK(shop.count("runs", "workflow=count") == 3);
  CHECK(shop.count("runs", "workflow=tell") == 0);
  auto [wrong, wrong_code] = shop.replay({"--only-workflow", "nobody"});
  CHECK(wrong_code == 1);
  CHECK_FALSE(wrong.root()["complete"].boolean_or(true));
  CHECK(shop.replay({"--where", "order.total >"}).second == 2);
  CHECK(shop.replay({"--since", "yesterday"}).second == 2);
}

TEST_CASE("a replay that was stopped says so, and goes on where it was") {
  Shop shop;
  shop.folder.write("log.jsonl", log_of(6));
  const std::string file = (shop.folder.path() / "so-far.json").string();
  auto [stopped, code] = shop.replay({"--act", "--resume", file, "--token", "wrong"});
  CHECK(code == 1);
  INFO(to_json(stopped.root()));
  CHECK_FALSE(stopped.root()["complete"].boolean_or(true));
  std::string progress = shop.text("so-far.json");
  REQUIRE(progress.find("\"line\":1}") != std::string::npos);
  shop.folder.write("so-far.json", progress.replace(progress.find("\"line\":1}"), 9, "\"line\":4}"));
  CHECK(shop.replay({"--resume", file}).second == 1);  // not the same replay
  auto [rest, rest_code] = shop.replay({"--act", "--resume", file});
  CHECK(rest_code == 0);
  CHECK(number(rest, "accepted") == 3);
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("a replay needs the API token") {
  Shop shop;
  RawClient client(shop.server->port());
  const std::string body = event(1);
  client.send("POST /events HTTP/1.1\r\nHost: t\r\nShopbell-Replay: x\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  const auto answer = client.response();
  REQUIRE(answer);
  CHECK(answer->status == 401);
}

TEST_CASE("the journal is written as a log of what came from outside, while the server runs") {
  Shop shop;
  shop.folder.write("workflows/caused.yaml", "on: order.paid\nsteps:\n  - emit: loyalty.reached\n");
  shop.server->kill();
  shop.start();
  shop.folder.write("log.jsonl", log_of(3) + event(4, "order.paid") + "\n");
  shop.replay({"--act", "--in-order"});
  shop.replay({"--name", "beside"});
  shop.folder.write("more.jsonl", event(5) + "\n");
  shop.replay({}, "more.jsonl");  // beside the shop: no part of its history
  const std::string data = (shop.folder.path() / "data").string(), out = (shop.folder.path() / "out.jsonl").string();
  CHECK(run_program(SHOPBELL_BINARY, {"events", "--data", data, "--export", "--out", out}).code == 0);
  std::istringstream lines(shop.text("out.jsonl"));
  std::vector<std::string> ids;
  for (std::string line; std::getline(lines, line);) {
    Arena arena;
    ids.emplace_back(parse_json(line, arena).value()["id"].text_or(""));
  }
  CHECK(ids == std::vector<std::string>{"e1", "e2", "e3", "e4"});
  const Ran paid = run_program(SHOPBELL_BINARY, {"events", "--data", data, "--export", "--type", "order.paid", "--all"});
  CHECK(std::count(paid.out.begin(), paid.out.end(), '\n') == 1);
  Ran all;
  CHECK(eventually([&] {  // the run waits for a second before it hands over
    all = run_program(SHOPBELL_BINARY, {"events", "--data", data, "--export", "--all"});
    return all.out.find("ticket.opened") != std::string::npos;
  }));
  INFO(all.out);
  for (const char* id : {"e1", "e2", "e3", "e4", "e5"}) CHECK(all.out.find(std::string(R"("id":")") + id + '"') != std::string::npos);  // e5: beside the shop
  for (const char* type : {"loyalty.reached", "ticket.opened"}) CHECK(all.out.find(std::string(R"("type":")") + type + '"') != std::string::npos);
  auto [again, code] = shop.replay({"--act"}, "out.jsonl");
  CHECK(number(again, "repeated") == 4);
  CHECK(number(shop.replay({"--act"}, "data").first, "repeated") == 4);  // its data folder is a log, too
}
