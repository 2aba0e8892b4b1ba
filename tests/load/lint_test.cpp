// Warnings over a whole set: for each one set that has it, and the nearest that does not.

#include "load/language.h"
#include "reading.h"
#include "support/catch.h"

#include <algorithm>

using namespace shopbell;

namespace {

using Files = std::map<std::string, std::string>;

struct Case {
  std::string what, id;
  Files warns, fine;   // by name of the file, without .yaml
  std::string shop = {};
};

std::vector<Diagnostic> check(const Files& files, const std::string& shop) {
  const Folder folder;
  folder.write("shopbell.yaml", "shop: demo\nqueues: { care: {} }\n" + shop);
  for (const auto& [name, yaml] : files) folder.write("workflows/" + name + ".yaml", yaml);
  return check_paths({folder.path()});
}

std::vector<std::string> ids(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> all;
  for (const Diagnostic& d : diagnostics) all.push_back((d.severity == Severity::error ? "error " : "") + d.code);
  return all;
}

const std::string reply = "  - reply: hello\n";
const std::string handoff = "  - handoff: { queue: care }\n";
const std::string mail = "  - email: { to: \"{{ customer.email }}\", subject: x, text: y }\n";

const std::vector<Case> cases{
    {"it emits what starts it", "starts_itself",
     {{"a", "on: loop.again\nsteps:\n  - emit: loop.again\n"}},
     {{"a", "on: loop.again\nlimit: 1 per 1d\nsteps:\n  - emit: loop.again\n"}},
     "events: [loop.again]\n"},
    {"two start each other, one by a workflow that it calls", "starts_itself",
     {{"a", "on: loop.a\nsteps:\n  - call: c\n"}, {"b", "on: loop.b\nsteps:\n  - emit: loop.a\n"},
      {"c", "on: call\nsteps:\n  - emit: loop.b\n"}},
     {{"a", "on: loop.a\nsteps:\n  - call: c\n"}, {"b", "on: order.placed\nsteps:\n  - emit: loop.a\n"},
      {"c", "on: call\nsteps:\n  - emit: loop.b\n"}},
     "events: [loop.a]\n"},
    {"a tag comes back", "starts_itself",
     {{"a", "on: customer.tagged\nsteps:\n  - tag: [seen]\n"}},
     {{"a", "on: customer.created\nsteps:\n  - tag: [seen]\n"}}},
    {"two reply to one message", "answers_twice",
     {{"a", "on: message.received\nsteps:\n" + reply + handoff}, {"b", "on: message.received\nsteps:\n" + reply}},
     {{"a", "on: message.received\nif: message.channel == \"email\"\nsteps:\n" + reply + handoff},
      {"b", "on: { event: message.received, where: 'message.channel in [\"whatsapp\", \"log\"] && message.text != \"\"' }\nsteps:\n" + reply}}},
    {"conditions that name different fields exclude nothing", "answers_twice",
     {{"a", "on: message.received\nif: message.channel == \"email\"\nsteps:\n" + reply + handoff},
      {"b", "on: message.received\nif: message.from == \"x\"\nsteps:\n" + reply}},
     {{"a", "on: message.received\nsteps:\n" + reply + handoff}, {"b", "on: message.received\nsteps:\n" + handoff}}},
    {"a step behind stop", "unreachable_steps",
     {{"a", "on: order.placed\nsteps:\n  - stop: enough\n  - log: x\n"}},
     {{"a", "on: order.placed\nsteps:\n  - stop: enough\n    if: order.total > 1.0\n  - log: x\n"}}},
    {"a step behind branches that all end", "unreachable_steps",
     {{"a", "on: order.placed\nsteps:\n  - choose:\n      - if: order.total > 1.0\n        do: [ stop: a ]\n      - else: [ fail: b ]\n  - log: x\n"}},
     {{"a", "on: order.placed\nsteps:\n  - choose:\n      - if: order.total > 1.0\n        do: [ stop: a ]\n  - log: x\n"}}},
    {"a step behind parallel of which one always stops", "unreachable_steps",
     {{"a", "on: order.placed\nsteps:\n  - parallel:\n      - [ log: a ]\n      - [ stop: b ]\n  - log: x\n"}},
     {{"a", "on: order.placed\nsteps:\n  - parallel:\n      any:\n        - [ log: a ]\n        - [ stop: b ]\n  - log: x\n"}}},
    {"a step behind an ask is come to, and so is the question asked once more", "unreachable_steps",
     {{"a", "on: message.received\nsteps:\n" + handoff + "  - ask: { text: how, buttons: [ x ], on_timeout: [ stop: x ] }\n  - stop: y\n  - log: x\n"}},
     {{"a", "on: message.received\nsteps:\n" + handoff + "  - ask: { text: how, buttons: [ x ], on_timeout: [ stop: x ] }\n  - log: x\n"}}},
    {"a workflow that nothing calls", "unreachable_steps",
     {{"a", "on: call\nsteps:\n  - log: x\n"}},
     {{"a", "on: call\nsteps:\n  - log: x\n"}, {"b", "on: order.placed\nsteps:\n  - call: a\n"}}},
    {"who emits it is disabled", "nobody_emits",
     {{"a", "on: loyalty.reached\nsteps:\n  - log: x\n"}, {"b", "on: order.placed\nenabled: false\nsteps:\n  - emit: loyalty.reached\n"}},
     {{"a", "on: loyalty.reached\nsteps:\n  - log: x\n"}, {"b", "on: order.placed\nsteps:\n  - emit: loyalty.reached\n"}}},
    {"who emits it never comes to that", "nobody_emits",
     {{"a", "on: order.placed\nstop_on: loyalty.reached\nsteps:\n  - wait: 1d\n"},
      {"b", "on: order.placed\nsilence: unreachable_steps\nsteps:\n  - stop: x\n  - emit: loyalty.reached\n"}},
     {{"a", "on: order.placed\nstop_on: loyalty.told\nsteps:\n  - wait: 1d\n"}},
     "events: [loyalty.told]\n"},
    {"marketing asks nobody", "without_consent",
     {{"a", "on: order.placed\nkind: marketing\nsteps:\n" + mail}},
     {{"a", "on: order.placed\nkind: marketing\nif: customer.accepts_email\nsteps:\n" + mail}}},
    {"a cart is nobody's wish to be written to", "without_consent",
     {{"a", "on: cart.updated\nlimit: 1 per 7d\nsteps:\n" + mail}},
     {{"a", "on: order.placed\nsteps:\n" + mail}}},
    {"only a machine answers", "no_way_to_a_person",
     {{"a", "on: message.received\nsteps:\n" + reply}},
     {{"a", "on: message.received\nsteps:\n" + reply + "  - emit: help.wanted\n"}, {"b", "on: help.wanted\nsteps:\n" + handoff}}},
    {"two years are long", "longer_than_retention",
     {{"a", "on: order.placed\nsteps:\n  - wait: 730d\n"}},
     {{"a", "on: order.placed\nsteps:\n  - wait: 365d\n"}}},
    {"a wait for an event is a wait", "longer_than_retention",
     {{"a", "on: order.placed\nsteps:\n  - wait_for: { event: order.paid, timeout: 401d }\n"}},
     {{"a", "on: order.placed\nsteps:\n  - wait_for: { event: order.paid, timeout: 400d }\n"}}},
    {"the shop says how long things are kept", "longer_than_retention",
     {{"a", "on: order.placed\nsteps:\n  - wait: 61d\n"}},
     {{"a", "on: order.placed\nsteps:\n  - wait: 60d\n"}},
     "retention: { runs: 60d, events: 90d }\n"},
    {"every update starts it", "every_update",
     {{"a", "on: product.updated\nsteps:\n  - log: x\n"}},
     {{"a", "on: { event: product.updated, where: product.title != \"\" }\nsteps:\n  - log: x\n"}}},
};

}  // namespace

TEST_CASE("each warning has a set that shows it, and one beside it that does not") {
  std::set<std::string> shown;
  for (const Case& one : cases) {
    INFO(one.what);
    const auto found = check(one.warns, one.shop);
    INFO(all_text(found));
    CHECK(ids(found) == std::vector<std::string>{one.id});
    const auto fine = check(one.fine, one.shop);
    INFO(all_text(fine));
    CHECK(ids(fine).empty());
    shown.insert(one.id);
  }
  CHECK(shown == std::set<std::string>(lint_ids.begin(), lint_ids.end()));
}

TEST_CASE("a warning is silenced by its id, in a workflow that it names") {
  for (const Case& one : cases) {
    INFO(one.what);
    const auto found = check(one.warns, one.shop);
    REQUIRE(found.size() == 1);
    Files silenced = one.warns;
    const std::string name = std::filesystem::path(found[0].file).stem().string();
    silenced[name] += "silence: [" + one.id + "]\n";
    CHECK(ids(check(silenced, one.shop)).empty());
  }
}

TEST_CASE("what cannot be silenced is told, with what was meant") {
  const auto found = check({{"a", "on: order.placed\nsilence: [every_updat]\nsteps:\n  - log: x\n"}}, "");
  REQUIRE(found.size() == 1);
  CHECK(found[0].code == "unknown_choice");
  CHECK(found[0].hint == "did you mean every_update?");
  CHECK(found[0].line == 2);
}

TEST_CASE("a loop is told of once, with the way round, where its first workflow starts") {
  const auto found = check({{"a", "on: order.placed\nsteps:\n  - emit: loop.b\n"},
                            {"b", "on: [order.paid, loop.b]\nsteps:\n  - emit: loop.c\n"},
                            {"c", "on: loop.c\nsteps:\n  - emit: loop.b\n"}}, "");
  REQUIRE(found.size() == 1);
  CHECK(found[0].message == "b can start itself: b causes loop.c, c causes loop.b");
  CHECK(found[0].source_line == "on: [order.paid, loop.b]");
  CHECK(found[0].column == 18);
  CHECK(found[0].hint.ends_with("workflows/LINT.md#starts_itself"));
}

TEST_CASE("files given by themselves are judged by what the shop's others emit") {
  const Folder folder;
  folder.write("shopbell.yaml", "shop: demo\n");
  folder.write("workflows/a.yaml", "on: loyalty.reached\nsteps:\n  - log: x\n");
  folder.write("workflows/b.yaml", "on: order.placed\nsteps:\n  - emit: loyalty.reached\n");
  CHECK(ids(check_paths({folder.path("workflows/a.yaml")})).empty());
  folder.write("workflows/b.yaml", "on: order.placed\nenabled: false\nsteps:\n  - emit: loyalty.reached\n");
  CHECK(ids(check_paths({folder.path("workflows")})) == std::vector<std::string>{"nobody_emits"});
}

TEST_CASE("every warning has a section that says what it means") {
  std::ifstream page(std::string(SHOPBELL_SOURCE_DIR) + "/workflows/LINT.md");
  std::set<std::string> sections;
  for (std::string line; std::getline(page, line);)
    if (line.starts_with("## ")) sections.insert(line.substr(3));
  CHECK(sections == std::set<std::string>(lint_ids.begin(), lint_ids.end()));
}

TEST_CASE("the demo shop is clean") {
  CHECK(ids(check_paths({std::string(SHOPBELL_SOURCE_DIR) + "/examples"})).empty());
}
