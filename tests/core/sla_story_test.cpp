// What a ticket was promised and is not kept is told to its customer's workflows, once, when its time is over.

#include "core/sla_clock.h"
#include "desk/ticket.h"
#include "support/catch.h"
#include "support/shop.h"

using namespace shopbell;
using namespace shopbell::story;

namespace {

constexpr const char* message = R"({"customer":{"id":"7"},"message":{"text":"where is it?"}})";

struct Desk : Shop {
  explicit Desk(const std::string& more = "") {
    configure("timezone: UTC\nhours: { business: { mon-sun: \"09:00-18:00\" } }\nqueues: { care: { sla: { first_reply: 30m, next_reply: 2h, resolution: 8h" + more + " } } }\nagents: { ana: {} }\n");
    add(workflow("help", {"message.received"}, act(handoff, fields("queue", written("care")))));
    for (const char* type : {"ticket.sla_breached", "ticket.sla_warning"})
      add(workflow(std::string(type).substr(7), {type}, act(note, fields("text", written(std::string(type).substr(11) + " {{ ticket.sla }} {{ ticket.queue }}")))));
    event("message.received", message);
  }
  void ticket(const std::string& what) { event("ticket." + what, R"({"customer":{"id":"7"},"ticket":{"id":")" + tickets.back().id + "\"}}"); }
  std::string said() {
    std::string all;
    for (const std::string& line : std::exchange(log, {})) all += (all.empty() ? "" : ", ") + line;
    return all;
  }
  std::size_t clocks() {
    const auto& runs = subject("ticket:" + tickets.back().id).runs;
    return static_cast<std::size_t>(std::count_if(runs.begin(), runs.end(), is_sla_clock));
  }
};

}  // namespace

TEST_CASE("a promise that is not kept is told when its time is over, once, and each promise by itself") {
  Desk shop;
  shop.pass("30m");
  CHECK(shop.said().empty());  // the moment itself is in time
  shop.pass("1s");
  CHECK(shop.said() == "breached first_reply care");
  shop.pass("7h");
  CHECK(shop.said().empty());
  shop.pass("30m");
  CHECK(shop.said() == "breached resolution care");
  CHECK(shop.clocks() == 0);  // nothing more is promised
  shop.pass("72h");
  CHECK(shop.said().empty());
}

TEST_CASE("who is answered in time is told of nothing, and what is asked after that is promised anew") {
  Desk shop;
  shop.pass("29m");
  shop.ticket("answered");
  shop.pass("1h");
  CHECK(shop.said().empty());
  shop.add(workflow("help", {"order.paid"}, act(note, fields("text", written("x")))));
  shop.event("message.received", message);
  shop.pass("2h");
  CHECK(shop.said().empty());
  shop.pass("1s");
  CHECK(shop.said() == "breached next_reply care");
  shop.ticket("closed");
  CHECK(shop.clocks() == 0);
  shop.pass("24h");
  CHECK(shop.said().empty());
  shop.ticket("reopened");
  shop.pass("31m");
  CHECK(shop.said() == "breached first_reply care");
}

TEST_CASE("a warning comes before, where the queue wants one") {
  Desk shop(", warn_before: 10m");
  shop.pass("20m");
  CHECK(shop.said() == "warning first_reply care");
  shop.pass("10m");
  CHECK(shop.said().empty());
  shop.pass("1s");
  CHECK(shop.said() == "breached first_reply care");
  shop.pass("7h20m");
  CHECK(shop.said() == "warning resolution care");
}

TEST_CASE("what passed while nobody looked is told before what happens then, and not again") {
  Desk shop;
  shop.now += Millis{3'600'000};  // the engine was down
  shop.ticket("answered");
  CHECK(shop.said() == "breached first_reply care");
  shop.pass("1m");
  CHECK(shop.said().empty());
}

TEST_CASE("what a broken promise tells names the ticket, the promise and until when") {
  Desk shop;
  shop.add(workflow("whole", {"ticket.sla_breached"}, act(note, fields("text", written("{{ ticket.id | size }} {{ ticket.priority }} {{ ticket.workflow }} {{ ticket.due_at }}")))));
  shop.pass("31m");
  const std::string said = shop.said();
  INFO(said);
  CHECK(said.find(std::to_string(shop.tickets.back().id.size()) + " normal help 20") != std::string::npos);
}
