// Tickets that wait, agents who come and go, and what the API and the commands show, with the real program.

#include "support/catch.h"
#include "support/program.h"

#include <fmt/format.h>

using namespace shopbell;

namespace {

constexpr const char* shop =
    "shop: a\ncurrency: EUR\napi_tokens: [test-token]\nchannels: { log: {} }\n"
    "queues: { care: { title: Customer care, sla: 30m } }\n"
    "agents: { ana: { capacity: 1 }, ben: {} }\n";

int post(std::uint16_t port, const std::string& path, const std::string& type, const std::string& body, const std::string& token = "test-token") {
  RawClient client(port);
  client.send(fmt::format("POST {} HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}", path, token, type,
                          body.size(), body));
  const auto response = client.response();
  REQUIRE(response);
  return response->status;
}

void write_to_shop(std::uint16_t port, const std::string& id) {
  const std::string event = R"({"specversion":"1.0","id":")" + id + R"(","source":"test","type":"message.received","subject":"customer:)" + id +
                            R"(","data":{"message":{"text":"a person, please","channel":"log"}}})";
  REQUIRE(post(port, "/events", "application/cloudevents+json", event) == 202);
}

int is(std::uint16_t port, const std::string& agent, const std::string& status) {
  return post(port, "/api/agents/" + agent, "application/json", R"({"status":")" + status + "\"}");
}

std::string body_of(std::uint16_t port, const std::string& path) {
  const auto response = get(port, path);
  REQUIRE(response);
  CHECK(response->status == 200);
  return response->body;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("tickets are given to agents who come online, survive a restart, and wait again when they go") {
  const TempFolder folder;
  folder.write("shopbell.yaml", shop);
  folder.write("workflows/help.yaml", "workflow: help\non: message.received\nsteps:\n  - handoff: { queue: care, reason: asked }\n");
  folder.write("workflows/told.yaml", "workflow: told\non: ticket.assigned\nsteps:\n  - reply: \"{{ ticket.agent }} is with you\"\n");
  const std::string bin = SHOPBELL_BINARY, place = folder.path().string(), data = place + "/data";
  {
    RunningServer server(bin, folder.path());
    REQUIRE(server.listens());
    write_to_shop(server.port(), "7");
    write_to_shop(server.port(), "8");
    CHECK(has(body_of(server.port(), "/api/queues"), R"("waiting":2,"assigned":0)"));
    CHECK(is(server.port(), "ana", "asleep") == 400);
    CHECK(is(server.port(), "nobody", "online") == 404);
    CHECK(post(server.port(), "/api/agents/ana", "application/json", "{}", "wrong") == 401);
    CHECK(is(server.port(), "ana", "online") == 202);
    CHECK(has(body_of(server.port(), "/api/queues"), R"("waiting":1,"assigned":1)"));
    CHECK(has(body_of(server.port(), "/api/runs?workflow=told"), R"("subject":"customer:7")"));
  }
  RunningServer server(bin, folder.path());
  REQUIRE(server.listens());
  CHECK(has(body_of(server.port(), "/api/tickets"), R"("status":"assigned","agent":"ana")"));
  CHECK(is(server.port(), "ben", "online") == 202);
  CHECK(has(body_of(server.port(), "/api/queues"), R"("waiting":0,"assigned":2)"));
  CHECK(is(server.port(), "ana", "offline") == 202);
  const std::string shown = body_of(server.port(), "/api/queues");
  INFO(shown);
  CHECK(has(shown, R"("name":"ben","title":"ben","status":"online","tickets":2,"capacity":5)"));
  const Ran queues = run_program(bin, {"queues", place, "--data", data});
  CHECK(queues.code == 0);
  CHECK(has(queues.out, "care"));
  CHECK(has(queues.out, "ben    online"));
  const std::string made = body_of(server.port(), "/api/report");
  INFO(made);
  CHECK(has(made, R"("total":{"contacts":2,"to_people":2,"asked_for_person":2,"back_within_7_days":0,"contained":0,"confirmed":0,"answers_rated":0,"answers_helped":null,"tickets":2)"));
  CHECK(has(made, R"("queues":{"care":{"tickets":2)"));
  const Ran tickets = run_program(bin, {"tickets", place, "--data", data});
  CHECK(has(tickets.out, "assigned"));
}
