// Hours, contacts, schedules and the flow of steps, as they arrive from YAML; and what only a whole shop can
// tell.

#include "load/load.h"
#include "reading.h"
#include "support/catch.h"

using namespace shopbell;

namespace {

struct Finding {
  std::string text, code, hint;
};

std::vector<Diagnostic> shop_problems(const std::string& yaml) {
  const Folder folder;
  folder.write("shopbell.yaml", "shop: demo\n" + yaml);
  return load_shop(folder.path()).diagnostics;
}

std::vector<Diagnostic> link_problems(const std::string& steps, const std::string& keys = "") {
  const Folder folder;
  folder.write("shopbell.yaml", "shop: demo\nhours: { business: { mon-fri: \"09:00-18:00\" } }\n");
  folder.write("workflows/w.yaml", "on: order.placed\n" + keys + "steps:\n  - " + steps + "\n");
  folder.write("workflows/rate.yaml", "on: call\nvars: { discount: \"0\" }\nsteps:\n  - log: x\n");
  folder.write("workflows/round.yaml", "on: call\nsteps:\n  - call: w\n");
  return load_shop(folder.path()).diagnostics;
}

}  // namespace

TEST_CASE("loops and branches become a flat program, with on_error behind") {
  const Reading read = read_workflow(R"(
on: order.placed
steps:
  - for_each: { in: order.items, as: item, do: [ log: "{{ item.sku }}" ] }
  - parallel:
      - [ log: a ]
      - [ log: b ]
    on_error: [ log: c ]
  - wait_for: { event: [order.paid, order.cancelled], timeout: 2d }
on_error: [ log: d ]
)");
  INFO(all_text(read.diagnostics));
  REQUIRE(read.value);
  const auto& program = (*read.value)->program;
  REQUIRE(program.size() == 13);
  CHECK(program[0].op == Op::each);
  CHECK(program[0].as == "item");
  CHECK(program[0].target == 3);
  CHECK(program[2].op == Op::next);
  CHECK(program[3].op == Op::fork);
  CHECK(program[3].branches == std::vector<std::uint32_t>{4, 6});
  CHECK(program[3].target == 8);
  CHECK(program[3].failure == 9);
  CHECK(program[5].op == Op::join);
  CHECK(program[8].target == 10);
  CHECK(program[10].triggers.size() == 2);
  CHECK(program[10].duration == Millis{48 * 3'600'000});
  CHECK(program[11].target == 13);
  CHECK((*read.value)->on_error == 12);
}

TEST_CASE("schedules, kinds and rules arrive") {
  const Reading read = read_workflow(R"(
on: [ { schedule: "0 9 * * MON", timezone: Europe/Madrid, misfire: skip }, { every: 1h }, order.placed ]
kind: marketing
recheck: false
hours: business
collect: { quiet: 8s }
on_edit: migrate
steps: [ log: "{{ schedule.at }} {{ events | size }}" ]
)");
  INFO(all_text(read.diagnostics));
  REQUIRE(read.value);
  const Workflow& w = **read.value;
  REQUIRE(w.schedules.size() == 2);
  CHECK(w.schedules[0].timezone == "Europe/Madrid");
  CHECK(w.schedules[0].misfire == Misfire::skip);
  CHECK(w.schedules[1].every == Millis{3'600'000});
  CHECK(w.on.size() == 2);
  CHECK(w.marketing);
  CHECK_FALSE(w.recheck);
  CHECK(w.hours == "business");
  CHECK(w.collect.quiet == Millis{8'000});
  CHECK(w.collect.max == Millis{80'000});
  CHECK(w.on_edit == OnEdit::migrate);
}

TEST_CASE("a shop's hours and its contact rule arrive") {
  const Folder folder;
  folder.write("shopbell.yaml", R"(
shop: demo
hours:
  business: { mon-fri: ["09:00-13:00", "14:00-18:00"], "sat,sun": closed, holidays: [2026-12-25], timezone: Europe/Madrid }
contact: { limit: 3 per 7d, quiet_hours: "21:00-08:00", over: skip, expire: 2d, transactional exempt }
)");
  const auto read = load_shop(folder.path());
  INFO(all_text(read.diagnostics));
  REQUIRE(read.value);
  const ShopFacts& facts = read.value->config.facts;
  CHECK(facts.calendars.at("business").week[1].size() == 2);
  CHECK(facts.calendars.at("business").week[6].empty());
  CHECK(facts.calendars.at("business").timezone == "Europe/Madrid");
  CHECK(facts.contact.limit.count == 3);
  CHECK(facts.contact.quiet->to == 32 * 60);
  CHECK(facts.contact.skip);
  CHECK(facts.contact.expire == Millis{48 * 3'600'000});
}

TEST_CASE("mistakes about time in shopbell.yaml are told") {
  const Finding findings[] = {
      {"hours: 5\n", "wrong_type", "business: { mon-fri: \"09:00-18:00\" }"},
      {"hours: { business: {} }\n", "never_open", "mon-fri: \"09:00-18:00\""},
      {"hours: { business: { mon-fry: \"09:00-18:00\" } }\n", "unknown_key", "*"},
      {"hours: { business: { mon: \"9-18\" } }\n", "bad_hours", "*"},
      {"hours: { business: { mon: \"09:00-18:00\", holidays: [2026-02-30] } }\n", "bad_date", "*"},
      {"hours: { business: { mon: \"09:00-18:00\", timezone: Madrid } }\n", "no_such_timezone", "*"},
      {"contact: { limit: often }\n", "bad_limit", "limit: 1 per 7d"},
      {"contact: { quiet_hours: night }\n", "bad_hours", "*"},
      {"contact: { limit: 1 per 7d, over: wait }\n", "unknown_choice", "one of defer, skip"},
      {"contact: { transactional exempt: never }\n", "wrong_type", "*"},
      {"contact: { transactional: counted }\n", "unknown_choice", "*"},
      {"contact: { limits: 1 per 7d }\n", "unknown_key", "did you mean limit?"},
  };
  for (const Finding& f : findings) {
    INFO(f.text);
    const auto found = shop_problems(f.text);
    REQUIRE_FALSE(found.empty());
    CHECK(found.front().code == f.code);
    if (f.hint != "*") CHECK(found.front().hint == f.hint);
    CHECK(found.front().line == 2);
  }
}

TEST_CASE("hours, called workflows and what they are given must be there; and calls must not go round") {
  CHECK(link_problems("wait: { until: business hours }", "hours: business\n").empty());
  CHECK(link_problems("call: { workflow: rate, with: { discount: \"5\" } }").empty());
  const Finding findings[] = {
      {"wait: { until: busines }", "unknown_hours", "did you mean business?"},
      {"call: rates", "unknown_workflow", "did you mean rate?"},
      {"call: { workflow: rate, with: { discuont: \"5\" } }", "unknown_input", "did you mean discount?"},
      {"call: round", "endless_call", "emit an event, and go on in another workflow"},
  };
  for (const Finding& f : findings) {
    INFO(f.text);
    const auto found = link_problems(f.text);
    REQUIRE_FALSE(found.empty());
    INFO(all_text(found));
    CHECK(found.back().code == f.code);
    CHECK(found.back().hint == f.hint);
    CHECK(found.back().line == 3);
  }
  CHECK(link_problems("log: x", "hours: night\n").back().code == "unknown_hours");
}
