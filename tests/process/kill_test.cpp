// The promise: what was answered with 2xx is in the store with its effects, once, wherever the
// process was killed. The real binary, real sockets, a real SIGKILL.

#include "base/json.h"
#include "store/store.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/sink.h"

#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

using namespace shopbell;

namespace {

constexpr int kills = 20;
constexpr int senders = 8;

void write_shop(const TempFolder& folder, std::uint16_t sink) {
  const std::string origin = "http://127.0.0.1:" + std::to_string(sink);
  folder.write("shopbell.yaml", "shop: killed\nname: Killed\nurl: https://killed.example\ncurrency: EUR\napi_tokens: [test-token]\nhttp:\n  allow: [\"" + origin + "\"]\n");
  folder.write("workflows/tell.yaml",
               "workflow: tell\non: order.placed\nif: order.total > 50\nsteps:\n"
               "  - tag: { add: [buyer] }\n"
               "  - http: { url: \"" + origin + "/orders\", body: { order: \"{{ order.id }}\" } }\n"
               "    retry: { attempts: 20, backoff: 50ms, max_backoff: 200ms }\n");
}

std::string order(const std::string& id) {
  return R"({"specversion":"1.0","id":")" + id + R"(","source":"test","type":"order.placed","data":{"order":{"id":")" + id +
         R"(","total":80,"currency":"EUR"},"customer":{"id":"c)" + std::to_string(std::hash<std::string>{}(id) % 50) + R"("}}})";
}

/// Sends orders one after the other until the server is gone; notes those that were acknowledged.
void send_until_gone(std::uint16_t port, const std::string& prefix, std::set<std::string>& acknowledged, std::mutex& mutex) {
  RawClient client(port);
  for (int i = 0; client.connected(); ++i) {
    const std::string id = prefix + "-" + std::to_string(i);
    if (!client.send(post_event(order(id)))) return;
    const auto response = client.response();
    if (!response) return;
    if (response->status / 100 != 2) continue;
    const std::lock_guard lock(mutex);
    acknowledged.insert(id);
  }
}

bool all_calls_ended(std::uint16_t port) {
  const auto response = get(port, "/api/calls?status=open&limit=1");
  return response && response->body.find("\"calls\":[]") != std::string::npos;
}

}  // namespace

TEST_CASE("killed twenty times under load, it has lost no acknowledged event and done none twice") {
  TempFolder folder;
  Sink sink;
  write_shop(folder, sink.port());
  std::set<std::string> acknowledged;
  std::mutex mutex;
  std::random_device device;
  const unsigned seed = device();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < kills; ++round) {
    RunningServer server(SHOPBELL_BINARY, folder.path());
    REQUIRE(server.listens());
    std::vector<std::thread> threads;
    for (int s = 0; s < senders; ++s)
      threads.emplace_back(send_until_gone, server.port(), "o" + std::to_string(round) + "-" + std::to_string(s), std::ref(acknowledged), std::ref(mutex));
    ::usleep(static_cast<useconds_t>(20'000 + random() % 250'000));  // the moment is meant to be any
    server.kill();
    for (std::thread& t : threads) t.join();
  }

  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  CHECK(eventually([&] { return all_calls_ended(server.port()); }));
  CHECK(server.terminate() == 0);

  REQUIRE(acknowledged.size() > 50);
  const auto reader = Store::reader(folder.path() / "data");
  REQUIRE(reader);
  const auto keys_of = sink.keys_of();
  for (const std::string& id : acknowledged) {
    INFO(id);
    const auto events = (*reader)->events_by_id(id);
    REQUIRE(events);
    REQUIRE(events->size() == 1);
    const auto runs = (*reader)->runs_of_event(events->front().key);
    REQUIRE(runs);
    REQUIRE(runs->size() == 1);
    CHECK(runs->front().row.status == "done");
    const auto line = (*reader)->line(events->front().key);
    REQUIRE(line);
    CHECK(line->find("\"" + id + "\"") != std::string::npos);
  }
  // What was not acknowledged may have been taken, too; but nothing was called for under two keys.
  for (const auto& [body, keys] : keys_of) {
    INFO(body);
    CHECK(keys.size() == 1);
  }
  for (const std::string& id : acknowledged) CHECK(keys_of.contains("{\"order\":\"" + id + "\"}"));
}
