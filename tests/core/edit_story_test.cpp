// Schedules, and what an edit does to runs that wait.

#include "base/time.h"
#include "support/catch.h"
#include "support/shop.h"

using namespace shopbell;
using namespace shopbell::story;

namespace {

using Lines = std::vector<std::string>;

std::string on_schedule(const std::string& trigger) {
  return "workflow: w\non: { " + trigger +
         " }\nsteps:\n  - log: \"{{ schedule.at | date: '%d %H:%M' }} {{ schedule.missed }}\"\n";
}

}  // namespace

TEST_CASE("a schedule starts a run about the shop each time it fires") {
  Shop shop;  // it is Friday, 2027-01-15, 8:00
  shop.add_yaml(on_schedule("schedule: \"0 9 * * MON-FRI\""));
  shop.set_clocks();
  shop.set_clocks();
  shop.pass("59m");
  CHECK(shop.log.empty());
  shop.pass("1m");
  CHECK(shop.log == Lines{"15 09:00 0"});
  shop.pass("4d");
  CHECK(shop.log == Lines{"15 09:00 0", "18 09:00 0", "19 09:00 0"});
}

TEST_CASE("`every` fires at each multiple of its time") {
  Shop shop;
  shop.add_yaml(on_schedule("every: 30m"));
  shop.now += Millis{60'000};
  shop.set_clocks();
  shop.pass("1h");
  CHECK(shop.log == Lines{"15 08:30 0", "15 09:00 0"});
}

TEST_CASE("fires that were missed: one for all of them, none, or all") {
  struct Case {
    std::string policy;
    Lines lines;
  };
  const auto c = GENERATE(values<Case>({{"once", {"18 09:00 3"}},
                                        {"skip", {}},
                                        {"all", {"15 09:00 0", "16 09:00 0", "17 09:00 0", "18 09:00 0"}}}));
  INFO(c.policy);
  Shop shop;
  shop.add_yaml(on_schedule("schedule: \"0 9 * * *\", misfire: " + c.policy));
  shop.set_clocks();
  shop.now += Millis{76 * 3'600'000};
  for (int i = 0; i < 6; ++i) shop.give("schedule:w", {shop.now, Due{}});
  CHECK(shop.log == c.lines);
  shop.pass("1d");
  CHECK(shop.log.size() == c.lines.size() + 1);
  CHECK(shop.log.back() == "19 09:00 0");
}

TEST_CASE("each schedule of a workflow has its own policy for what was missed, and one fire at a time") {
  Shop shop;  // it is Friday, 8:00
  shop.add_yaml(
      "workflow: w\non:\n  - { schedule: \"0 9 * * *\", misfire: once }\n  - { schedule: \"0 10 * * *\", misfire: skip }\n"
      "  - { schedule: \"0 11 * * *\", misfire: all }\n  - { schedule: \"0 11 * * *\", misfire: all }\n"
      "steps:\n  - log: \"{{ schedule.at | date: '%d %H:%M' }} {{ schedule.missed }}\"\n");
  shop.set_clocks();
  shop.now += Millis{52 * 3'600'000};
  for (int i = 0; i < 6; ++i) shop.give("schedule:w", {shop.now, Due{}});
  CHECK(shop.log == Lines{"17 09:00 2", "15 11:00 0", "16 11:00 0", "17 11:00 0"});
  shop.log.clear();
  shop.pass("1d");
  CHECK(shop.log == Lines{"18 09:00 0", "18 10:00 0", "18 11:00 0"});
}

TEST_CASE("an edited schedule sets the clock anew, and a workflow that is gone has none") {
  Shop shop;
  shop.add_yaml(on_schedule("every: 1h"));
  shop.set_clocks();
  shop.add_yaml(on_schedule("every: 2h"));
  shop.set_clocks();
  shop.pass("1h");
  CHECK(shop.log.empty());
  shop.pass("1h");
  CHECK(shop.log.size() == 1);
  shop.forget_all_workflows();
  shop.pass("2h");
  CHECK(shop.open_runs().empty());
}

TEST_CASE("an edit: runs finish on their version, go over to the new one, or end") {
  struct Case {
    std::string on_edit;
    Lines lines;
  };
  const auto c = GENERATE(values<Case>({{"pin", {"old"}}, {"migrate", {"new"}}, {"cancel", {}}}));
  INFO(c.on_edit);
  Shop shop;
  const std::string head = "workflow: w\non: cart.updated\n";
  shop.add_yaml(head + "steps:\n  - { wait: 1h, id: pause }\n  - log: old\n");
  shop.event("cart.updated", "{}");
  shop.add_yaml(head + "on_edit: " + c.on_edit +
                "\nsteps:\n  - if: now < event.time\n    then: [ log: never ]\n" +
                "  - { wait: 2h, id: pause }\n  - log: new\n");
  shop.pass("1h");
  CHECK(shop.log == c.lines);
  CHECK(shop.open_runs().empty());
}

TEST_CASE("a run whose step is gone, or that is in the middle of a loop, finishes on its version") {
  const std::string body = GENERATE(as<std::string>{}, "  - { wait: 1h, id: gone }\n",
                                    "  - for_each: { in: \"[1]\", do: [ { wait: 1h, id: pause } ] }\n");
  Shop shop;
  shop.add_yaml("workflow: w\non: cart.updated\nsteps:\n" + body + "  - log: old\n");
  shop.event("cart.updated", "{}");
  shop.add_yaml(
      "workflow: w\non: cart.updated\non_edit: migrate\nsteps:\n  - { wait: 1h, id: pause }\n  - log: new\n");
  shop.pass("1h");
  CHECK(shop.log == Lines{"old"});
}

TEST_CASE("runs and subjects that the version before wrote are read as they were") {
  Arena arena;
  const auto run = decode_run(
      R"({"id":"r1","workflow":"w","version":"v","status":"waiting","started":1800000000000,"at":2,"due":1800003600000,)"
      R"("steps":3,"event":{"id":"e1","source":"test","type":"order.placed","subject":"customer:7","at":1800000000000,)"
      R"("data":{"order":{"id":1}}},"vars":{"a":1},"outputs":{"1":{"code":250}}})",
      arena);
  REQUIRE(run);
  CHECK(run->at == 2);
  CHECK(run->due == from_ms(1'800'003'600'000));
  CHECK(run->flow.parent.empty());
  CHECK(encode_run(*run).find("\"flow\"") == std::string::npos);
  const std::string state = R"({"profile":{"id":7},"counters":{"w":[1800000000000]}})";
  const auto subject = decode_subject("customer:7", state, arena);
  REQUIRE(subject);
  CHECK(subject->counters.at(0).times == std::vector<Time>{from_ms(1'800'000'000'000)});
  CHECK(encode_subject(*subject) == state);
}
