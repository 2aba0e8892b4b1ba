// The real program with people in it: what is asked for by law is done, also when it is killed in the middle, and nothing
// personal is in its log.

#include "base/hmac.h"
#include "base/json.h"
#include "base/time.h"
#include "support/catch.h"
#include "support/program.h"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>

using namespace shopbell;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> hers{"zoe.unmistakable@person.example", "Unmistakable", "Calle Irrepetible 77", "+34699887766",
                                    "my parcel smells of turpentine"};

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Files below the folder in which one of the texts stands.
std::vector<std::string> files_with(const fs::path& folder, const std::vector<std::string>& texts) {
  std::vector<std::string> found;
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    if (!file.is_regular_file()) continue;
    const std::string bytes = bytes_of(file.path());
    for (const std::string& text : texts)
      if (bytes.find(text) != std::string::npos) found.push_back(file.path().filename().string() + ": " + text);
  }
  return found;
}

void write_shop(const TempFolder& folder) {
  folder.write("shopbell.yaml",
               "shop: test\napi_tokens: [test-token]\nsources:\n  shop: { platform: shopify, secret: right }\n"
               "channels:\n  email: { from: shop@test.example }\n  log: {}\nqueues: { care: {} }\n");
  folder.write("workflows/order.yaml",
               "workflow: order\non: order.placed\nif: customer.email != ''\nsteps:\n  - log: \"{{ customer.first_name }} {{ customer.email }} {{ order.shipping_address.street }}\"\n"
               "  - email: { subject: 'For {{ customer.first_name }}', template: m }\n  - note: \"mailed {{ customer.email }}\"\n  - wait: 2d\n  - log: later\n");
  folder.write("workflows/talk.yaml",
               "workflow: talk\non: message.received\nsteps:\n  - log: \"{{ message.from }} said {{ message.text }}\"\n  - reply: { text: 'Hello {{ customer.last_name }}', channel: log }\n"
               "  - handoff: { queue: care, note: '{{ message.text }} {{ customer.phone }}' }\n");
  folder.write("templates/m.liquid", "Dear {{ customer.first_name }} {{ customer.last_name }}, {{ order.shipping_address.street }}\n");
}

std::string customer(bool her) {
  return her ? R"("customer":{"id":7,"email":"zoe.unmistakable@person.example","first_name":"Zoe","last_name":"Unmistakable","phone":"+34699887766"})"
             : R"("customer":{"id":8,"email":"bob@person.example","first_name":"Bob","last_name":"Builder","phone":"+34600000000"})";
}

std::string event(const std::string& id, const std::string& type, const std::string& data) {
  return R"({"specversion":"1.0","id":")" + id + R"(","source":"desk","type":")" + type + R"(","data":{)" + data + "}}";
}

int post(const RunningServer& server, const std::string& json) {
  RawClient client(server.port());
  client.send(post_event(json));
  const auto response = client.response();
  return response ? response->status : 0;
}

/// Both customers order and write.
void fill(const RunningServer& server) {
  for (int i = 0; i < 6; ++i) {
    const bool her = i % 2 == 0;
    const std::string n = std::to_string(i);
    const std::string street = her ? "Calle Irrepetible 77" : "Elm Street 5", said = her ? hers[4] : "all is well";
    CHECK(post(server, event("o" + n, "order.placed", customer(her) + R"(,"order":{"id":)" + n + R"(,"total":10,"shipping_address":{"street":")" + street + R"("}})")) == 202);
    CHECK(post(server, event("m" + n, "message.received", customer(her) + R"(,"message":{"id":")" + n + R"(","channel":"log","from":")" + (her ? "+34699887766" : "+34600000000") + R"(","text":")" + said + R"("})")) == 202);
  }
}

bool says(const RunningServer& server, std::string_view path, std::string_view text, std::size_t times = 1) {
  const auto response = get(server.port(), path);
  if (!response) return false;
  std::size_t found = 0;
  for (std::size_t at = response->body.find(text); at != std::string::npos; at = response->body.find(text, at + 1)) ++found;
  return found >= times;
}

const std::string redact = event("r1", "privacy.redact", R"("privacy":{"scope":"customer","orders":[0,2,4]},)" + customer(true));

}  // namespace

TEST_CASE("nothing personal reaches the server's log, whatever workflows write into it") {
  TempFolder folder;
  write_shop(folder);
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  fill(server);
  CHECK(post(server, R"({"specversion":"1.0","id":"bad","source":"desk","type":"order.placed","data":"zoe.unmistakable@person.example"})") == 422);
  CHECK(eventually([&] { return says(server, "/metrics", "shopbell_calls_done_total 12\n"); }));
  CHECK(server.terminate() == 0);
  const std::string log = bytes_of(folder.path() / "server.log");
  CHECK(log.find("[first_name] [email] [street]") != std::string::npos);
  CHECK(log.find("[phone] said [text]") != std::string::npos);
  for (const std::string& text : hers) CHECK(log.find(text) == std::string::npos);
  CHECK(log.find("Zoe") == std::string::npos);
}

TEST_CASE("a customer who asks to be forgotten is in no file afterwards, also when the server is killed meanwhile") {
  const bool kills = GENERATE(false, true);
  TempFolder folder;
  write_shop(folder);
  auto server = std::make_unique<RunningServer>(SHOPBELL_BINARY, folder.path());
  REQUIRE(server->listens());
  fill(*server);
  CHECK(eventually([&] { return says(*server, "/metrics", "shopbell_calls_done_total 12\n"); }));
  REQUIRE(files_with(folder.path() / "data", hers).size() > 5);
  CHECK(post(*server, redact) == 202);
  if (kills) {
    server->kill();
    server = std::make_unique<RunningServer>(SHOPBELL_BINARY, folder.path());
    REQUIRE(server->listens());
  }
  CHECK(eventually([&] { return says(*server, "/api/requests", "\"done\""); }));
  CHECK(files_with(folder.path(), hers) == std::vector<std::string>{});
  CHECK(files_with(folder.path() / "data", {"bob@person.example"}).size() >= 3);
  CHECK(says(*server, "/api/events?type=order.placed", "\"order.placed\"", 6));
  CHECK(says(*server, "/api/messages", "\"key\"", 12));
  CHECK(says(*server, "/api/runs?subject=customer:8&status=waiting", "\"waiting\"", 3));
  CHECK(server->terminate() == 0);
  CHECK(files_with(folder.path(), hers) == std::vector<std::string>{});
}

TEST_CASE("whoever is forgotten by one name is forgotten by all, and is in no segment") {
  TempFolder folder;
  write_shop(folder);
  folder.write("segments.yaml", "buyer: customer.orders_count >= 1\nfan: \"'Shoes' in customer.categories\"\n");
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  // A guest's order, which her account turns out to have made; a cart, a browser and a chat of hers. The request says 7 only.
  const std::string guest = R"("customer":{"email":"second.address@person.example"})", account = R"("customer":{"id":7)";
  CHECK(post(server, event("a1", "order.placed", guest + R"(,"order":{"id":1,"total":10,"email":"second.address@person.example"})")) == 202);
  CHECK(post(server, event("a2", "customer.updated", account + R"(,"email":"second.address@person.example"})")) == 202);
  CHECK(post(server, event("a3", "cart.updated", account + R"(,"cookie":"cookie-irrepetible"},"cart":{"token":"cart-irrepetible"})")) == 202);
  CHECK(post(server, event("a4", "message.received", account + R"(},"message":{"id":"m","channel":"telegram","from":"chat-irrepetible","text":"hello"})")) == 202);
  CHECK(post(server, event("p1", "product.created", R"("product":{"id":9,"type":"Shoes"})")) == 202);
  CHECK(post(server, event("a6", "order.placed", account + R"(},"order":{"id":5,"total":10,"items":[{"product_id":9}]})")) == 202);
  CHECK(eventually([&] { return says(server, "/api/segments/fan", "customer:7"); }));
  CHECK(post(server, event("b1", "order.placed", customer(false) + R"(,"order":{"id":2,"total":10})")) == 202);
  const std::vector<std::string> names{"second.address@person.example", "cart-irrepetible", "cookie-irrepetible", "chat-irrepetible"};
  const auto in_segment = [&](const char* count) { return says(server, "/api/segments", std::string("\"buyer\",\"count\":") + count); };
  CHECK(eventually([&] { return in_segment("2"); }));
  CHECK(says(server, "/api/segments/buyer", "customer:7"));
  for (const std::string& name : names) {
    INFO(name);
    CHECK_FALSE(files_with(folder.path() / "data", {name}).empty());
  }
  CHECK(get(server.port(), "/api/customers/second.address@person.example")->status == 200);

  CHECK(post(server, event("r1", "privacy.redact", R"("privacy":{"scope":"customer"},)" + account + "}")) == 202);
  CHECK(eventually([&] { return says(server, "/api/requests", "\"done\""); }));
  CHECK(files_with(folder.path(), names) == std::vector<std::string>{});
  CHECK(in_segment("1"));
  CHECK_FALSE(says(server, "/api/segments/buyer", "customer:7"));
  CHECK(says(server, "/api/segments/buyer", "customer:8"));
  CHECK(get(server.port(), "/api/customers/second.address@person.example")->status == 404);
  // Who comes back is somebody new.
  CHECK(post(server, event("a5", "order.placed", guest + R"(,"order":{"id":9,"total":10})")) == 202);
  CHECK(eventually([&] { return in_segment("2"); }));
  CHECK(says(server, "/api/segments/buyer", "customer:second.address@person.example"));
  CHECK(server.terminate() == 0);
}

TEST_CASE("a customer who asks for the data gets it as a file, and nobody else's") {
  TempFolder folder;
  write_shop(folder);
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  fill(server);
  CHECK(post(server, event("d1", "privacy.data_request", R"("privacy":{"scope":"customer"},)" + customer(true))) == 202);
  CHECK(eventually([&] { return says(server, "/api/requests", "\"done\""); }));
  std::string exported;
  for (const auto& file : fs::directory_iterator(folder.path() / "data/exports")) exported = bytes_of(file.path());
  CHECK(parse_json_document(exported));
  for (const std::string& text : hers) CHECK(exported.find(text) != std::string::npos);
  CHECK(exported.find("bob@person.example") == std::string::npos);
}

TEST_CASE("each source is followed: what it sent, and what of it was refused and why") {
  TempFolder folder;
  write_shop(folder);
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  const std::string order = R"({"id":1})";
  const Mac mac = hmac_sha256("right", order);
  const auto hook = [&](const std::string& signature) {
    RawClient client(server.port());
    client.send("POST /hooks/shop HTTP/1.1\r\nHost: test\r\nX-Shopify-Topic: orders/create\r\nX-Shopify-Hmac-Sha256: " + signature +
                "\r\nContent-Length: " + std::to_string(order.size()) + "\r\n\r\n" + order);
    return client.response()->status;
  };
  CHECK(hook("wrong") == 401);
  CHECK(hook("wrong") == 401);
  CHECK(hook(to_base64({reinterpret_cast<const char*>(mac.data()), mac.size()})) == 202);
  CHECK(says(server, "/metrics", "shopbell_source_rejected_total{source=\"shopify/shop\"} 2\n"));
  CHECK(says(server, "/metrics", "shopbell_source_events_total{source=\"shopify/shop\"} 1\n"));
  CHECK(says(server, "/api/sources", R"("reason":"the signature does not match")"));
  const Ran listed = run_program(SHOPBELL_BINARY, {"sources", folder.path().string(), "--data", (folder.path() / "data").string()});
  CHECK(listed.code == 0);
  CHECK(listed.out.find("shopify/shop") != std::string::npos);
  CHECK(listed.out.find("the signature does not match") != std::string::npos);
}

TEST_CASE("paths that were made to climb or to add headers are refused, and the server goes on") {
  const char* root = std::getenv("SHOPBELL_CONFORMANCE");
  TempFolder folder;
  write_shop(folder);
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  for (const char* name : {"/hostile/path_traversal.jsonl", "/hostile/crlf_header_injection.jsonl"}) {
    std::ifstream in((root != nullptr ? std::string(root) : std::string()) + name);
    if (root == nullptr || !in) {
      WARN("skipped: SHOPBELL_CONFORMANCE does not name a folder with " + std::string(name + 1));
      continue;
    }
    for (std::string line; std::getline(in, line);) {
      const auto entry = parse_json_document(line);
      REQUIRE(entry);
      const std::string value(entry->root()["value"].text_or(""));
      INFO(value);
      RawClient client(server.port());
      client.send("GET " + std::string(value.starts_with('/') ? "" : "/hooks/") + value + " HTTP/1.1\r\nHost: test\r\n\r\n");
      const auto response = client.response();
      REQUIRE(response);
      CHECK((response->status >= 400 && response->status < 500));
      CHECK(response->head.find("crlf=injection") == std::string::npos);
      CHECK(response->body.find("root:") == std::string::npos);
    }
  }
  CHECK(says(server, "/healthz", "ok"));
}
