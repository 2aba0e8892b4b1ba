// One customer under several names, in the real program: over its sockets, across a kill, and by its commands.

#include "base/json.h"
#include "support/catch.h"
#include "support/program.h"

#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

using namespace shopbell;

namespace {

constexpr int kills = 6;
constexpr int senders = 4;

void write_shop(const TempFolder& folder) {
  folder.write("shopbell.yaml", "shop: names\nname: Names\nurl: https://names.example\ncurrency: EUR\napi_tokens: [test-token]\n");
  folder.write("segments.yaml", "buyer: { if: customer.orders_count > 0, title: Has bought }\nvip: customer.lifetime_value >= 1000\n");
  folder.write("workflows/reminder.yaml", "workflow: reminder\non: cart.updated\nstop_on: order.placed\nper: customer\nsteps:\n  - wait: 1h\n  - note: reminded\n");
}

std::string event(const std::string& id, const std::string& type, const std::string& data) {
  return R"({"specversion":"1.0","id":")" + id + R"(","source":"test","type":")" + type + R"(","data":)" + data + "}";
}

bool post(RawClient& client, const std::string& json) {
  if (!client.send(post_event(json))) return false;
  const auto response = client.response();
  return response && response->status / 100 == 2;
}

Value ask(std::uint16_t port, const std::string& target, Arena& arena) {
  const auto response = get(port, target);
  REQUIRE(response);
  INFO(response->body);
  CHECK(response->status == 200);
  const auto parsed = parse_json(arena.copy(response->body), arena);
  REQUIRE(parsed);
  return *parsed;
}

/// A guest's order, a cart of nobody, and the account that both turn out to be.
std::vector<std::string> life_of(const std::string& who) {
  const std::string email = who + "@x.com", id = R"("id":")" + who + R"(")";
  return {event(who + "-1", "order.placed", R"({"customer":{"email":")" + email + R"("},"order":{"id":")" + who + R"(-1","total":1.5,"currency":"EUR"}})"),
          event(who + "-2", "cart.updated", R"({"cart":{"token":"T)" + who + R"("}})"),
          event(who + "-3", "order.placed", R"({"customer":{)" + id + R"(,"email":")" + email + R"("},"order":{"id":")" + who + R"(-2","total":2,"currency":"EUR","cart_token":"T)" + who + R"("}})")};
}

void live_until_gone(std::uint16_t port, const std::string& prefix, std::map<std::string, std::size_t>& acknowledged, std::mutex& mutex) {
  RawClient client(port);
  for (int i = 0; client.connected(); ++i) {
    const std::string who = prefix + "x" + std::to_string(i);
    for (const std::string& json : life_of(who)) {
      if (!post(client, json)) return;
      const std::lock_guard lock(mutex);
      ++acknowledged[who];
    }
  }
}

}  // namespace

TEST_CASE("a cart under a token is reminded of no more once it is ordered under another address") {
  TempFolder folder;
  write_shop(folder);
  Arena arena;
  {
    RunningServer server(SHOPBELL_BINARY, folder.path());
    REQUIRE(server.listens());
    RawClient client(server.port());
    REQUIRE(post(client, event("c1", "cart.updated", R"({"cart":{"token":"T"},"customer":{"cookie":"C"}})")));
    REQUIRE(post(client, event("c2", "cart.updated", R"({"cart":{"token":"U"},"customer":{"email":"old@x.com"}})")));
    CHECK(ask(server.port(), "/api/customers/cart:T", arena)["runs"].size() == 1);
    REQUIRE(post(client, event("o1", "order.placed", R"({"customer":{"id":7,"email":"new@x.com","name":"Ana"},"order":{"id":1,"total":10,"currency":"EUR","cart_token":"T","checkout_token":"K"}})")));
    REQUIRE(post(client, event("o2", "order.placed", R"({"customer":{"email":"other@x.com"},"order":{"id":2,"total":10,"currency":"EUR","cart_token":"U"}})")));
    server.kill();
  }
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  for (const char* name : {"7", "new%40x.com", "cookie:C", "cart:T"}) {
    INFO(name);
    const Value customer = ask(server.port(), std::string("/api/customers/") + name, arena);
    CHECK(customer["id"].text_or("") == "customer:7");
    CHECK(customer["runs"].size() == 0);
    CHECK(customer.at_path("profile.orders_count").integer_or(0) == 1);
  }
  const Value runs = ask(server.port(), "/api/runs?status=stopped", arena)["runs"];
  CHECK(runs.size() == 2);
  CHECK(ask(server.port(), "/api/runs?subject=cart:T", arena)["runs"].size() == 1);
  CHECK(ask(server.port(), "/api/customers/old@x.com", arena)["id"].text_or("") == "customer:old@x.com");
  CHECK(to_json(ask(server.port(), "/api/segments", arena)["segments"]) == R"([{"name":"buyer","count":2}])");
  CHECK(ask(server.port(), "/api/segments/buyer?limit=1", arena)["next"].text_or("") == "customer:7");
  const auto nobody = get(server.port(), "/api/customers/nobody");
  REQUIRE(nobody);
  CHECK(nobody->status == 404);
  CHECK(server.terminate() == 0);

  const Ran shown = run_program(SHOPBELL_BINARY, {"customer", "NEW@x.com", folder.path().string()});
  CHECK(shown.code == 0);
  for (const char* part : {"customer:7  Ana", "also known as", "cookie:C", "orders_count", "buyer", "order.placed", "merged", "run reminder stopped"}) {
    INFO(part << " in\n" << shown.out);
    CHECK(shown.out.find(part) != std::string::npos);
  }
  const Ran listed = run_program(SHOPBELL_BINARY, {"segments", folder.path().string()});
  CHECK(listed.out.find("buyer    2          Has bought  customer.orders_count > 0") != std::string::npos);
  CHECK(listed.out.find("vip      0") != std::string::npos);
  CHECK(run_program(SHOPBELL_BINARY, {"customer", "nobody", folder.path().string()}).code == 1);
}

TEST_CASE("killed again and again while customers become one, it has merged all that was acknowledged, once") {
  TempFolder folder;
  write_shop(folder);
  std::map<std::string, std::size_t> acknowledged;
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
      threads.emplace_back(live_until_gone, server.port(), "r" + std::to_string(round) + "s" + std::to_string(s), std::ref(acknowledged), std::ref(mutex));
    ::usleep(static_cast<useconds_t>(50'000 + random() % 300'000));  // the moment is meant to be any
    server.kill();
    for (std::thread& t : threads) t.join();
  }

  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  std::size_t whole = 0;
  for (const auto& [who, count] : acknowledged) {
    if (count < 3) continue;
    INFO(who);
    ++whole;
    Arena arena;
    const Value customer = ask(server.port(), "/api/customers/" + who + "@x.com", arena);
    CHECK(customer["id"].text_or("") == "customer:" + who);
    CHECK(customer.at_path("profile.orders_count").integer_or(0) == 2);
    CHECK(customer.at_path("profile.spent.EUR").integer_or(0) == 350);
    CHECK(customer["runs"].size() == 0);
    CHECK(customer["merged"].size() == 2);
  }
  CHECK(whole > 10);
  CHECK(server.terminate() == 0);
}
