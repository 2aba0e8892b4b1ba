// The control flow with the real program, killed in the middle: what waits goes on, and nothing is done under two keys.

#include "base/time.h"
#include "store/sqlite.h"
#include "store/store.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/sink.h"

#include <algorithm>
#include <filesystem>

using namespace shopbell;
namespace fs = std::filesystem;

namespace {

const std::string head = "shop: flow\nname: Flow\nurl: https://flow.example\ncurrency: EUR\napi_tokens: [test-token]\n";

std::string event(const std::string& id, const std::string& type, const std::string& data) {
  return R"({"specversion":"1.0","id":")" + id + R"(","source":"test","type":")" + type + R"(","subject":"customer:7","data":)" + data + "}";
}

bool send(std::uint16_t port, const std::string& json) {
  RawClient client(port);
  client.send(post_event(json));
  const auto response = client.response();
  return response && response->status / 100 == 2;
}

std::string body_of(std::uint16_t port, const std::string& target) {
  const auto response = get(port, target);
  return response ? response->body : std::string();
}

/// As if the server had been away for two hours: what is due at the clock of a schedule was due two hours before.
void two_hours_ago(const fs::path& data) {
  const auto db = sqlite::Database::open(data / "shopbell.db", SQLITE_OPEN_READWRITE, nullptr);
  REQUIRE(db);
  REQUIRE(db->execute("UPDATE run SET due = due - 7200000, state = json_set(state, '$.due', due - 7200000, '$.vars.upto[0]',"
                      " json_extract(state, '$.vars.upto[0]') - 7200000) WHERE subject = 'schedule:tick'") == SQLITE_OK);
}

std::string send_step(const Sink& sink, const std::string& what) {
  return "  - http: { url: \"" + sink.origin() + "/\", body: \"" + what + "\" }\n    retry: { backoff: 50ms, max_backoff: 200ms }\n";
}

}  // namespace

TEST_CASE("a schedule that was due while the server was dead fires once, and not again after the next kill") {
  TempFolder folder;
  const Sink sink;
  folder.write("shopbell.yaml", head + "http: { allow: [\"" + sink.origin() + "\"] }\n");
  folder.write("workflows/tick.yaml", "workflow: tick\non: { schedule: \"0 * * * *\", misfire: once }\nsteps:\n" + send_step(sink, "{{ schedule.at | date: '%s' }}"));
  {
    RunningServer server(SHOPBELL_BINARY, folder.path());
    REQUIRE(server.listens());
    REQUIRE(eventually([&] { return body_of(server.port(), "/api/runs?subject=schedule:tick").find("\"due\"") != std::string::npos; }));
    server.kill();
  }
  two_hours_ago(folder.path() / "data");
  for (int i = 0; i < 2; ++i) {
    RunningServer server(SHOPBELL_BINARY, folder.path());
    REQUIRE(server.listens());
    REQUIRE(eventually([&] { return body_of(server.port(), "/api/runs?subject=shop&status=done").find("\"tick\"") != std::string::npos; }));
    server.kill();
  }
  CHECK(sink.keys_of().size() == 1);
  const auto reader = Store::reader(folder.path() / "data");
  REQUIRE(reader);
  Filter filter;
  filter.subject = "shop";
  CHECK((*reader)->runs(filter, {})->size() == 1);
}

TEST_CASE("waits, loops, branches, called workflows and on_error go on where they were, however often the server is killed") {
  TempFolder folder;
  const Sink sink;
  folder.write("shopbell.yaml", head + "http: { allow: [\"" + sink.origin() + "\", \"http://127.0.0.1:1\"] }\n");
  folder.write("workflows/called.yaml", "workflow: called\non: call\nsteps:\n  - wait: 1s\n" + send_step(sink, "called"));
  folder.write("workflows/flow.yaml", "workflow: flow\non: order.placed\nsteps:\n"
               "  - parallel:\n      - [ { wait: 1s }, { set: { a: \"1\" } } ]\n      - [ { wait_for: { event: order.paid }, as: paid } ]\n" +
               send_step(sink, "paid {{ paid.event.order.id }}") +
               "  - for_each:\n      in: \"['x', 'y']\"\n      do:\n        - wait: 1s\n        - http: { url: \"" + sink.origin() + "/\", body: \"each {{ item }}\" }\n"
               "          retry: { backoff: 50ms, max_backoff: 200ms }\n"
               "  - call: called\n"
               "  - http: { url: \"http://127.0.0.1:1/\" }\n    retry: { attempts: 1 }\n    on_error:\n      - wait: 1s\n" +
               send_step(sink, "behind {{ error.step }}"));
  bool paid = false, done = false;
  for (int round = 0; round < 60 && !done; ++round) {
    RunningServer server(SHOPBELL_BINARY, folder.path());
    REQUIRE(server.listens());
    if (round == 0) REQUIRE(send(server.port(), event("e1", "order.placed", R"({"order":{"id":"1"},"customer":{"id":"7"}})")));
    if (round == 2) paid = send(server.port(), event("e2", "order.paid", R"({"order":{"id":"1"},"customer":{"id":"7"}})"));
    ::usleep(300'000);  // the moment is meant to be any
    const auto bodies = sink.bodies();  // the run's own status would not do: its branches are runs of the same workflow
    done = std::find(bodies.begin(), bodies.end(), "behind 5") != bodies.end();
    server.kill();
  }
  CHECK(paid);
  CHECK(done);
  std::vector<std::string> in_order;
  for (const std::string& body : sink.bodies())
    if (in_order.empty() || in_order.back() != body) in_order.push_back(body);
  CHECK(in_order == std::vector<std::string>{"paid 1", "each x", "each y", "called", "behind 5"});
  for (const auto& [body, keys] : sink.keys_of()) {
    INFO(body);
    CHECK(keys.size() == 1);
  }
}

TEST_CASE("deploy --plan tells what an edit does, and the server does that to runs that nothing happens to") {
  TempFolder folder, edited;
  const std::string flow = "workflow: flow\non: order.placed\n";
  const auto write = [&](const TempFolder& to, const std::string& keys) {
    to.write("shopbell.yaml", head);
    to.write("workflows/flow.yaml", flow + keys);
  };
  write(folder, "steps:\n  - { wait: 30d, id: pause }\n  - call: called\n");
  folder.write("workflows/called.yaml", "workflow: called\non: call\nsteps: [ { log: x } ]\n");
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  REQUIRE(send(server.port(), event("e1", "order.placed", R"({"order":{"id":"1"},"customer":{"id":"7"}})")));
  const auto c = GENERATE(std::pair<std::string, std::string>("migrate", "go over to the new version"),
                          std::pair<std::string, std::string>("cancel", "end, by on_edit: cancel"));
  const std::string keys = "on_edit: " + c.first + "\nsteps:\n  - log: first\n  - { wait: 40d, id: pause }\n  - log: last\n";
  write(edited, keys);
  const std::string data = (folder.path() / "data").string();
  const Ran plan = run_program(SHOPBELL_BINARY, {"deploy", edited.path().string(), "--plan", "--data", data});
  INFO(plan.out);
  CHECK(plan.code == 0);
  CHECK(plan.out.find(c.second) != std::string::npos);
  const std::string before = body_of(server.port(), "/api/runs?workflow=flow");
  write(folder, keys);
  CHECK(eventually([&] {
    const std::string now = body_of(server.port(), "/api/runs?workflow=flow");
    const bool ended = now.find("\"stopped\"") != std::string::npos;
    return c.first == "cancel" ? ended : now.find("migrated") != std::string::npos && before.find("migrated") == std::string::npos;
  }));
  CHECK(server.terminate() == 0);
}
