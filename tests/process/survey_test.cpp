// A survey from its mail to its answer, with the real program.

#include "support/catch.h"
#include "support/program.h"

#include <fmt/format.h>

#include <fstream>
#include <unistd.h>

using namespace shopbell;

namespace {

constexpr const char* shop =
    "shop: a\nname: Tea\ncurrency: EUR\napi_tokens: [test-token]\n"
    "channels:\n  email: { from: \"Tea <tea@shop.example>\" }\n  survey: { url: \"https://bell.shop.example\", secret: a-secret-of-the-tests }\n"
    "queues: { care: {} }\n";

std::optional<RawClient::Response> post(std::uint16_t port, const std::string& path, const std::string& type, const std::string& body) {
  RawClient client(port);
  client.send(fmt::format("POST {} HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer test-token\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}", path, type, body.size(), body));
  return client.response();
}

void tell(std::uint16_t port, const std::string& id, const std::string& type, const std::string& data) {
  const auto answer = post(port, "/events", "application/cloudevents+json",
                           R"({"specversion":"1.0","id":")" + id + R"(","source":"test","type":")" + type + R"(","subject":"customer:7","data":)" + data + "}");
  REQUIRE(answer);
  REQUIRE(answer->status == 202);
}

// "/s/TOKEN" of a mail; empty: none has one yet.
std::string link_in(const std::filesystem::path& outbox) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(outbox, ignored)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    std::string text(std::istreambuf_iterator<char>(file), {});
    for (const char* soft : {"=\r\n", "=\n"})  // quoted-printable's line ends
      for (std::size_t at = text.find(soft); at != std::string::npos; at = text.find(soft)) text.erase(at, std::string(soft).size());
    const std::size_t from = text.find("/s/");
    if (from != std::string::npos) return text.substr(from, text.find('?', from) - from);
  }
  return {};
}

std::string link_of_mail(const std::filesystem::path& outbox) {
  std::string link;
  eventually([&] { return !(link = link_in(outbox)).empty(); });
  return link;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string customer(std::uint16_t port) { return get(port, "/api/customers/customer:7")->body; }

}  // namespace

TEST_CASE("a survey's links count nothing when they are followed; one tap on the page does, once; a reopening withdraws it") {
  const TempFolder folder;
  folder.write("shopbell.yaml", shop);
  folder.write("workflows/thanks.yaml", "workflow: thanks\non: ticket.closed\nsteps:\n  - survey: { kind: csat, text: \"How was it?\", to: \"{{ customer.email }}\" }\n");
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  const std::uint16_t port = server.port();
  tell(port, "1", "ticket.closed", R"({"ticket":{"id":"t1"},"customer":{"id":"7","email":"eva@example.com"}})");
  const std::string link = link_of_mail(folder.path() / "data" / "outbox");
  REQUIRE(!link.empty());

  for (const char* query : {"", "?score=1", "?score=5", "?score=99"}) {
    const auto page = get(port, link + query);
    REQUIRE(page);
    CHECK(page->status == 200);
    CHECK(has(page->body, "<button"));
  }
  CHECK_FALSE(has(customer(port), "\"satisfaction\""));
  CHECK(get(port, link + "x")->status == 404);
  CHECK(post(port, link, "application/x-www-form-urlencoded", "score=6")->status == 400);

  const auto thanks = post(port, link, "application/x-www-form-urlencoded", "score=4");
  REQUIRE(thanks);
  CHECK(thanks->status == 200);
  CHECK(has(thanks->body, "Why?"));
  CHECK(post(port, link, "application/x-www-form-urlencoded", "score=1")->status == 200);
  CHECK(post(port, link, "application/x-www-form-urlencoded", "comment=all+well")->status == 200);
  const std::string shown = customer(port);
  INFO(shown);
  CHECK(has(shown, R"("answers":1,"sum":4)"));
  CHECK(has(shown, R"("why":"all well")"));

  const Ran before = run_program(SHOPBELL_BINARY, {"report", folder.path().string(), "--data", (folder.path() / "data").string(), "--json"});
  CHECK(before.code == 0);
  CHECK(has(before.out, R"("csat":1.0,"csat_answers":1)"));

  tell(port, "2", "ticket.reopened", R"({"ticket":{"id":"t1"}})");
  CHECK_FALSE(has(customer(port), R"("answers":1)"));
  const std::string after = get(port, "/api/report?days=2")->body;
  INFO(after);
  CHECK(has(after, R"("csat":null,"csat_answers":0)"));
  CHECK(has(after, "\"definitions\":{\"contacts\":\""));
  CHECK(get(port, "/api/report?days=0")->status == 400);
  CHECK(run_program(SHOPBELL_BINARY, {"report", folder.path().string(), "--data", (folder.path() / "data").string()}).code == 0);
}
