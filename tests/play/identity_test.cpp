// Whom an event is about: in a backtest and in a world as in the live engine.

#include "play/world.h"
#include "support.h"

#include <fmt/format.h>

using namespace shopbell;
using namespace shopbell::play;

namespace {

const std::string reminder = R"(
workflow: reminder
on: cart.updated
stop_on: order.placed
limit: 1 per 7d
steps:
  - wait: 1h
  - email: { subject: waiting, text: hello, to: "{{ customer.email }}" }
)";

/// A cart into which somebody typed an address.
std::string typed(const std::string& id, const std::string& at, const std::string& cart, const std::string& address) {
  return line_of(id, at, "cart.updated", fmt::format(R"({{"customer":{{"email":"{}"}},"cart":{{"id":"{}","total":10}}}})", address, cart));
}
std::string bought(const std::string& id, const std::string& at, int customer, const std::string& address) {
  return line_of(id, at, "order.placed", fmt::format(R"({{"customer":{{"id":{},"email":"{}"}},"order":{{"id":"o{}","total":40,"currency":"EUR"}}}})", customer, address, id));
}

Event event_of(const std::string& line, Arena& arena) {
  const auto read = read_log_line(arena.copy(line), {}, Time{}, arena);
  REQUIRE(read);
  return read->events[0].event;
}

}  // namespace

TEST_CASE("in a backtest an order of the account stops what the address in its cart had begun") {
  const Flows version({reminder});
  const std::string log = bought("1", "2026-01-01T09:00:00Z", 7, "Ann@example.com") + typed("2", "2026-01-01T10:00:00Z", "c1", "ann@example.com") +
                          typed("3", "2026-01-01T10:00:00Z", "c2", "ben@example.com") + bought("4", "2026-01-01T10:30:00Z", 7, "ann@example.com") +
                          bought("5", "2026-01-03T10:30:00Z", 9, "eve@example.com");
  for (const std::size_t threads : {std::size_t{1}, std::size_t{4}}) {
    const Document found = findings_of(log, {&version}, threads);
    INFO(to_json(found.root()));
    CHECK(found->at_path("now.workflows.reminder.started").integer() == 2);
    CHECK(found->at_path("now.workflows.reminder.stopped").integer() == 1);
    CHECK(found->at_path("now.messages").integer() == 1);
    CHECK(found->at_path("now.busiest.customer").text() == "customer:ben@example.com");
    CHECK(found->at_path("subjects").integer() == 3);
  }
}

TEST_CASE("in a backtest a guest who opens an account stays one customer, with the messages that he has had") {
  const Flows version({reminder});
  const std::string log = typed("1", "2026-01-01T10:00:00Z", "c1", "ann@example.com") + bought("2", "2026-01-01T12:00:00Z", 7, "ann@example.com") +
                          typed("3", "2026-01-02T10:00:00Z", "c2", "ann@example.com") + bought("4", "2026-01-12T12:00:00Z", 9, "eve@example.com");
  const Document found = findings_of(log, {&version});
  INFO(to_json(found.root()));
  CHECK(found->at_path("now.workflows.reminder.done").integer() == 1);
  CHECK(found->at_path("now.workflows.reminder.hindered.limit_reached").integer() == 1);  // under the other name
  CHECK(found->at_path("now.busiest.customer").text() == "customer:7");
  CHECK(found->at_path("now.busiest.messages").integer() == 1);
  CHECK(found->at_path("subjects").integer() == 2);
}

TEST_CASE("customers of many names give the same bytes, however many threads") {
  std::string log;
  for (int i = 0; i < 3000; ++i) {
    const std::string at = format_rfc3339(from_ms(1'768'000'000'000 + i * 60'000LL)), address = fmt::format("c{}@example.com", i * 7 % 90);
    log += i % 3 == 0 ? bought(fmt::format("e{}", i), at, i * 7 % 90 % 60, address) : typed(fmt::format("e{}", i), at, fmt::format("t{}", i * 7 % 90), address);
  }
  const Flows version({reminder});
  const std::string one = backtest_json(log, {&version}, 1);
  CHECK(one.find("\"stopped\"") != std::string::npos);
  for (const std::size_t threads : {std::size_t{2}, std::size_t{7}}) CHECK(backtest_json(log, {&version}, threads) == one);
}

TEST_CASE("a world merges the guest into the account, with his open run") {
  const Flows version({reminder});
  Arena arena;
  World world(*version.set, arena);
  const auto give = [&](const std::string& line) {
    const Event event = event_of(line, arena);
    world.pass_until(event.at);
    world.give(std::string(event.subject), {event.at, Received{event, 0, {}, {}}});
  };
  give(typed("1", "2026-01-01T10:00:00Z", "c1", "ann@example.com"));
  CHECK(world.subject("customer:ann@example.com").runs.size() == 1);
  give(bought("2", "2026-01-01T10:30:00Z", 7, "ann@example.com"));
  CHECK(world.subject("customer:ann@example.com").id == "customer:7");
  CHECK(world.subject("customer:7").runs.empty());
  CHECK(world.subject("customer:7").profile["orders_count"].integer_or(0) == 1);
  world.pass_until(from_ms(1'768'000'000'000));
  CHECK(world.calls().empty());
}
