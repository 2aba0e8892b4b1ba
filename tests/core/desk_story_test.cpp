// Tickets, agents and what becomes of them, as subjects that tell each other.

#include "base/json.h"
#include "core/desk.h"
#include "desk/desk.h"
#include "desk/ticket.h"
#include "support/catch.h"
#include "support/shop.h"

using namespace shopbell;
using namespace shopbell::story;

namespace {

constexpr const char* staffed = R"(
timezone: Europe/Madrid
hours: { business: { mon-fri: "09:00-18:00" } }
queues:
  care: { sla: { first_reply: 30m, next_reply: 2h, resolution: 1d }, hours: business }
  sales: { skills: [selling] }
agents:
  ana: { capacity: 1 }
  ben: { capacity: 2, skills: [selling] }
)";

constexpr const char* message = R"({"customer":{"id":"7"},"message":{"text":"where is it?"}})";

Workflow hands_over(const std::string& queue) {
  return workflow("help", {"message.received"}, act(handoff, fields("queue", written(queue))));
}

Workflow notes_it(const std::string& id, const std::string& type, const std::string& text) {
  return workflow(id, {type}, act(note, fields("text", written(text))));
}

struct Desk : Shop {
  Desk() {
    configure(staffed);
    add(hands_over("care"));
    add(notes_it("told", "ticket.assigned", "{{ ticket.agent }} has it"));
    add(notes_it("back", "ticket.released", "{{ ticket.former_agent }} is gone"));
  }
  void is(const std::string& agent, const std::string& status) {
    event("agent.changed", R"({"agent":{"name":")" + agent + R"(","status":")" + status + "\"}}", "desk");
  }
  std::string id() const { return tickets.back().id; }
  void ticket(const std::string& what, const std::string& more = "") {
    event("ticket." + what, R"({"customer":{"id":"7"},"ticket":{"id":")" + id() + "\"" + more + "}}");
  }
  desk::Ticket kept() { return desk::ticket_of(subject("ticket:" + id()).profile); }
  desk::Desk board() { return desk::desk_of(subject("desk").profile); }
  std::string said() {
    std::string all;
    for (const std::string& line : std::exchange(log, {})) all += (all.empty() ? "" : ", ") + line;
    return all;
  }
};

}  // namespace

TEST_CASE("a ticket waits for somebody who is there, and its customer's workflows hear who has it") {
  Desk shop;
  shop.event("message.received", message);
  REQUIRE(shop.tickets.size() == 1);
  CHECK(shop.said() == "");
  CHECK(shop.kept().queue == "care");
  CHECK(shop.kept().workflow == "help");
  shop.is("ana", "online");
  CHECK(shop.said() == "ana has it");
  CHECK(shop.kept().agent == "ana");
  CHECK(shop.board().tickets.at(shop.id()).agent == "ana");
}

TEST_CASE("who goes offline gives back what it has; the next who comes gets it; the one who had it before any other") {
  Desk shop;
  shop.is("ana", "online");
  shop.event("message.received", message);
  CHECK(shop.said() == "ana has it");
  shop.is("ana", "offline");
  CHECK(shop.said() == "ana is gone");
  CHECK(shop.kept().agent.empty());
  shop.is("ben", "online");
  CHECK(shop.said() == "ben has it");
  shop.ticket("closed");
  CHECK(shop.board().tickets.empty());
  shop.is("ana", "online");
  shop.ticket("reopened");
  CHECK(shop.said() == "ben has it");
}

TEST_CASE("a ticket whose agent is full waits until one of its tickets is closed") {
  Desk shop;
  shop.is("ana", "online");
  shop.event("message.received", message);
  const std::string first = shop.id();
  shop.event("message.received", R"({"customer":{"id":"8"},"message":{"text":"hello"}})", "customer:8");
  CHECK(shop.said() == "ana has it");
  shop.event("ticket.closed", R"({"ticket":{"id":")" + first + "\"}}");
  CHECK(shop.said() == "ana has it");
  CHECK(shop.board().tickets.size() == 1);
}

TEST_CASE("a person who takes a ticket by hand has it, though the desk did not give it; a bot and a message move no agent") {
  Desk shop;
  shop.event("message.received", message);
  shop.ticket("assigned", R"(,"agent":"ben")");
  shop.said();
  CHECK(shop.kept().agent == "ben");
  CHECK(shop.board().tickets.at(shop.id()).agent == "ben");
  CHECK(shop.board().seats.at("ben").presence == desk::Presence::away);
  shop.ticket("assigned", R"(,"agent":"somebody-of-the-helpdesk")");
  CHECK(shop.board().tickets.empty());
}

TEST_CASE("the customer's messages and a person's answers are kept with the ticket, and the answer counts for the promise") {
  Desk shop;
  shop.is("ana", "online");
  shop.event("message.received", message);
  shop.pass("10m");
  shop.add(workflow("nothing", {"order.placed"}, act(note, fields("text", written("x")))));
  shop.ticket("answered");
  shop.pass("5m");
  shop.add(workflow("help", {"order.paid"}, act(note, fields("text", written("x")))));
  shop.event("message.received", message);
  const auto ticket = shop.kept();
  REQUIRE(ticket.events.size() == 3);
  CHECK(ticket.events[1].what == desk::Happened::person_replied);
  CHECK(ticket.events[2].what == desk::Happened::customer_wrote);
  const desk::Desk board = shop.board();
  REQUIRE(board.replies.size() == 1);
  CHECK(board.replies[0].took == Millis{600'000});
  CHECK(desk::promise(board, "care", {}, shop.now).about == Millis{600'000});
  CHECK(board.tickets.at(shop.id()).due.has_value());
}

TEST_CASE("a ticket that is closed is open no more, and one that is reopened is given out again, with its history") {
  Desk shop;
  shop.is("ana", "online");
  shop.event("message.received", message);
  shop.ticket("answered");
  shop.ticket("closed");
  CHECK_FALSE(shop.kept().is_open());
  CHECK(shop.subject().profile["open_tickets"].size() == 0);
  shop.said();
  shop.ticket("reopened");
  CHECK(shop.said() == "ana has it");
  CHECK(shop.kept().events.size() == 4);
}

TEST_CASE("a customer who is forgotten leaves no ticket on the desk") {
  Desk shop;
  shop.event("message.received", message);
  shop.event("privacy.redact", R"({"customer":{"id":"7"},"privacy":{}})");
  CHECK(shop.board().tickets.empty());
}

TEST_CASE("a shop without queues has no desk, and what is replayed does not come to it") {
  Shop plain;
  plain.add(hands_over("care"));
  plain.event("message.received", message);
  CHECK(plain.tickets.size() == 1);
  CHECK(plain.subject("desk").profile.is_null());
  Desk shop;
  shop.is("ana", "online");
  shop.event("message.received", message, "replay:x/customer:7");
  CHECK(shop.board().tickets.empty());
}
