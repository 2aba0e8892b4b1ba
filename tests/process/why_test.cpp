// Why a workflow did, or did not, for a customer: from the notes, and decided anew from the journal.

#include "base/json.h"
#include "support/catch.h"
#include "support/program.h"

#include <fmt/format.h>

using namespace shopbell;

namespace {

std::string event(int n, std::string_view type, std::string_view data) {
  return fmt::format(R"({{"specversion":"1.0","id":"e{}","source":"test","type":"{}","time":"2026-11-01T10:00:00Z","data":{}}})", n, type, data);
}

class Shop {
 public:
  Shop() {
    folder.write("shopbell.yaml", "shop: test\nname: Test\nurl: https://test.example\ncurrency: EUR\napi_tokens: [test-token]\n");
    folder.write("workflows/large.yaml", "on: order.placed\nif: order.total > 100\nsteps:\n  - note: large\n  - wait: 2d\n  - note: later\n");
    folder.write("workflows/by-order.yaml", "on: order.placed\nper: order\nmode: single\nsteps:\n  - wait: 1d\n");
    server = std::make_unique<RunningServer>(SHOPBELL_BINARY, folder.path());
    REQUIRE(server->listens());
  }
  void send(const std::string& json) {
    RawClient client(server->port());
    client.send(post_event(json));
    const auto answer = client.response();
    REQUIRE(answer);
    REQUIRE(answer->status == 202);
  }
  std::string why(std::vector<std::string> more, int code = 0) {
    std::vector<std::string> arguments{"why", folder.path().string(), "--data", (folder.path() / "data").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ran ran = run_program(SHOPBELL_BINARY, arguments);
    CHECK(ran.code == code);
    return ran.out;
  }
  TempFolder folder;
  std::unique_ptr<RunningServer> server;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("why did it not start, why did it, and where does it stand") {
  Shop shop;
  shop.send(event(1, "order.placed", R"({"order":{"id":"1","total":40},"customer":{"id":7}})"));
  const std::string no = shop.why({"--customer", "7", "--workflow", "large"});
  INFO(no);
  CHECK(has(no, "order.placed e1"));
  CHECK(has(no, "condition false: order.total > 100"));
  CHECK(has(no, "it did not start"));

  shop.send(event(2, "order.placed", R"({"order":{"id":"2","total":140},"customer":{"id":7}})"));
  const std::string yes = shop.why({"--customer", "customer:7", "--workflow", "large"});
  INFO(yes);
  CHECK(has(yes, "order.placed e2"));
  CHECK(has(yes, "waiting until "));
  CHECK(has(yes, "started: order.total > 100"));

  const std::string before = shop.why({"--customer", "7", "--workflow", "large", "--at", "2020-01-01"});
  INFO(before);
  CHECK(has(before, "order.placed starts it, and nothing of the kind happened to customer:7 by then"));
}

TEST_CASE("a workflow whose runs are counted by something else is found by the customer") {
  Shop shop;
  shop.send(event(1, "order.placed", R"({"order":{"id":"1","total":40},"customer":{"id":7}})"));
  shop.send(event(2, "order.placed", R"({"order":{"id":"1","total":40},"customer":{"id":7}})"));
  const std::string text = shop.why({"--customer", "7", "--workflow", "by-order"});
  INFO(text);
  CHECK(has(text, "forwarded: to order:1"));
  CHECK(has(text, "waiting until "));
  CHECK(has(text, "mode single"));
}

TEST_CASE("a workflow that was not there is decided anew from the journal, with its waits, and by its profile then") {
  Shop shop;
  shop.send(event(1, "order.placed", R"({"order":{"id":"1","total":40},"customer":{"id":7}})"));
  shop.send(event(2, "order.placed", R"({"order":{"id":"2","total":50},"customer":{"id":7}})"));
  shop.server->kill();
  shop.folder.write("workflows/second.yaml", "on: order.placed\nif: customer.orders_count >= 2\nsteps:\n  - http: { url: https://crm.example/second }\n  - wait: 1h\n");
  const std::string text = shop.why({"--customer", "7", "--workflow", "second", "--at", "2100-01-01"});
  INFO(text);
  CHECK(has(text, "decided anew"));
  CHECK(has(text, "order.placed e1\n"));
  CHECK(has(text, "condition false: customer.orders_count >= 2"));
  CHECK(has(text, "done"));
  CHECK(has(text, "called (step 1)"));
  const std::string again = shop.why({"--customer", "7", "--workflow", "large", "--again"});
  CHECK(has(again, "decided anew"));
}

TEST_CASE("what is asked wrongly is told") {
  Shop shop;
  CHECK(has(shop.why({"--customer", "7", "--workflow", "larg"}, 1), "did you mean large?"));
  CHECK(has(shop.why({"--customer", "7"}, 2), "--customer and --workflow"));
  CHECK(has(shop.why({"--customer", "7", "--workflow", "large", "--at", "soon"}, 1), "soon is no time"));
}
