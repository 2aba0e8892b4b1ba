// What an editor offers at a place of a half-written file, and what it says about what stands there. `^` is the place.

#include "cel/function_docs.h"
#include "cel/cel.h"
#include "liquid/filter_docs.h"
#include "liquid/liquid.h"
#include "load/complete.h"
#include "load/vocabulary.h"
#include "support/catch.h"

#include <fmt/format.h>

#include <algorithm>

using namespace shopbell;

namespace {

ShopNames shop() { return {{"loyalty.reached"}, {}, {"cart-reminder"}}; }

std::pair<std::string, std::uint32_t> marked(std::string text) {
  const std::size_t at = text.find('^');
  text.erase(at, 1);
  return {text, static_cast<std::uint32_t>(at)};
}

Completions offered(const std::string& text) {
  static const Completer completer(shop());
  const auto [yaml, at] = marked(text);
  return completer.complete(yaml, at);
}

const Completion* find(const Completions& all, std::string_view label) {
  const auto found = std::find_if(all.items.begin(), all.items.end(), [&](const Completion& c) { return c.label == label; });
  return found == all.items.end() ? nullptr : &*found;
}

bool offers(const std::string& text, std::string_view label) { return find(offered(text), label) != nullptr; }

Completion told(const std::string& text) {
  static const Completer completer(shop());
  const auto [yaml, at] = marked(text);
  return completer.meaning(yaml, at).what;
}

const std::string placed = "on: order.placed\nsteps:\n";

}  // namespace

TEST_CASE("keys of a workflow are offered where one begins, with their docs, but for those that are there") {
  CHECK(offers("^", "steps"));
  CHECK(offers("wor^", "workflow"));
  const Completions keys = offered("workflow: a\non: order.placed\nst^\nsteps:\n  - stop:\n");
  REQUIRE(find(keys, "stop_on"));
  CHECK(find(keys, "stop_on")->insert == "stop_on: ");
  CHECK_FALSE(find(keys, "stop_on")->doc.empty());
  CHECK_FALSE(find(keys, "steps"));
  CHECK(keys.from == 29);
  CHECK(offers("on: order.placed\n^\nsteps: []\n", "mode"));
}

TEST_CASE("event types, choices, switches and templates are offered as values") {
  const Completions types = offered("on: ord^");
  REQUIRE(find(types, "order.placed"));
  CHECK(find(types, "order.placed")->doc == find_event_type("order.placed")->doc);
  CHECK(find(types, "loyalty.reached"));
  CHECK(types.from == 4);
  CHECK(offers("on: [cart.updated, ^]\n", "order.placed"));
  CHECK(offers("on:\n  - cart.updated\n  - ^\n", "order.placed"));
  CHECK(offers("on: { event: ^ }\n", "order.placed"));
  CHECK(offers("mode: ^\n", "restart"));
  CHECK(offers("enabled: ^\n", "false"));
  CHECK(offers(placed + "  - email: { template: ^ }\n", "cart-reminder"));
  CHECK(offers(placed + "  - wait_for: { event: ^, timeout: 1h }\n", "order.paid"));
}

TEST_CASE("a step is offered verbs and actions; once it has one, what goes with it") {
  const std::string step = placed + "  - ^\n";
  REQUIRE(offers(step, "email"));
  CHECK(find(offered(step), "email")->kind == "action");
  CHECK(find(offered(step), "wait")->kind == "verb");
  CHECK_FALSE(offers(step, "retry"));
  CHECK(find(offered(placed + "  ^"), "email")->insert == "- email: ");
  const std::string beside = placed + "  - email: { subject: x }\n    ^\n";
  CHECK(offers(beside, "retry"));
  CHECK(offers(beside, "if"));
  CHECK_FALSE(offers(beside, "wait"));
  CHECK_FALSE(offers(beside, "then"));
  CHECK_FALSE(offers(placed + "  - wait: 1h\n    ^\n", "retry"));
  CHECK(offers(placed + "  - if: \"true\"\n    ^\n", "then"));
  CHECK(offers(placed + "  - if: \"true\"\n    then:\n      - ha^\n", "handoff"));
}

TEST_CASE("an action's parameters are offered as it declares them, in a map that is not closed yet, too") {
  const Completions open = offered(placed + "  - email: { template: cart-reminder, su^\n  - wait: 1h\n");
  REQUIRE(find(open, "subject"));
  CHECK(find(open, "subject")->doc == "The subject line.");
  CHECK_FALSE(find(open, "template"));
  CHECK(offers(placed + "  - email:\n      template: x\n      ^\n", "subject"));
  CHECK(offers(placed + "  - handoff: { ^ }\n", "queue"));
}

TEST_CASE("expressions are offered what they may read there, with types and docs, and the functions of the language") {
  const std::string condition = "on: order.placed\nif: ";
  CHECK(offers(condition + "^", "order"));
  CHECK_FALSE(offers(condition + "^", "cart"));
  const Completions fields = offered(condition + "order.to^\nsteps:\n  - stop:\n");
  REQUIRE(find(fields, "total"));
  CHECK(find(fields, "total")->type == "double");
  CHECK_FALSE(find(fields, "total")->doc.empty());
  CHECK(fields.from == condition.size() + 6);
  CHECK(offers(condition + "order.total > 3.0 && customer.^", "email"));
  CHECK(offers(condition + "order.items[0].^", "sku"));
  CHECK(offers(condition + "si^", "size"));
  CHECK(offers(condition + "order.note.^", "contains"));
  CHECK(offered(condition + "order.note == \"or^").items.empty());
  CHECK(offers("on: { event: cart.updated, where: \"ca^\" }\n", "cart"));
  CHECK(offers(placed + "  - http: { url: x }\n    as: answer\n  - if: ans^\n", "answer"));
  CHECK(offers(placed + "  - set: { count: \"1\" }\n  - if: vars.^\n", "count"));
  CHECK(offers(placed + "  - wait_for: { event: cart.updated, where: \"trigger.^\" }\n", "order"));
}

TEST_CASE("within {{ }} names and filters are offered, wherever the text stands") {
  CHECK(offers(placed + "  - reply: \"Dear {{ cus^ }}\"\n", "customer"));
  CHECK(offers(placed + "  - reply: \"Dear {{ customer.^ }}\"\n", "first_name"));
  const Completions filters = offered(placed + "  - reply: |\n      You paid {{ order.total | mo^\n");
  REQUIRE(find(filters, "money"));
  CHECK_FALSE(find(filters, "money")->doc.empty());
  CHECK_FALSE(find(filters, "order"));
  CHECK(offers(placed + "  - http: { url: x, body: { name: \"{{ order.^ }}\" } }\n", "name"));
  CHECK(offers(placed + "  - reply: \"{% ^\"\n", "if"));
  CHECK_FALSE(offers(placed + "  - reply: \"{{ order.name }} ^\"\n", "order"));
}

TEST_CASE("nothing is offered in a comment, nor breaks any text that is cut anywhere") {
  CHECK(offered("# on^").items.empty());
  const std::string whole = "on: [order.placed, {event: cart.updated, where: \"a\"}]\nif: >\n  order.total > 3.0\nsteps:\n- if: 'x'\n  then:\n    - email: { to: \"{{ x }}\"\n\n  - [a, {b: c\n";
  const Completer completer(shop());
  for (std::size_t size = 0; size <= whole.size(); ++size)
    for (std::size_t at = 0; at <= size; ++at) {
      const Completions made = completer.complete(whole.substr(0, size), static_cast<std::uint32_t>(at));
      CHECK(made.from <= at);
      completer.meaning(whole.substr(0, size), static_cast<std::uint32_t>(at));
    }
}

TEST_CASE("what stands somewhere is told: a key, an action, a parameter, an event type, a field, a function, a filter") {
  CHECK(told("m^ode: single\n").doc.starts_with("What a trigger does"));
  CHECK(told("on: order.pl^aced\n").doc == find_event_type("order.placed")->doc);
  CHECK(told(placed + "  - em^ail: { subject: x }\n").kind == "action");
  CHECK(told(placed + "  - email: { sub^ject: x }\n").doc == "The subject line.");
  CHECK(told("on: order.placed\nif: order.to^tal > 3.0\n").type == "double");
  CHECK(told("on: order.placed\nif: si^ze(order.items) > 1\n").kind == "function");
  CHECK(told(placed + "  - reply: \"{{ order.total | mon^ey }}\"\n").kind == "filter");
  CHECK(told(placed + "  - reply: \"{{ order.to^tal | money }}\"\n").type == "double");
  CHECK(told("on: order.placed\nif: nothing.of^that\n").kind.empty());
}

TEST_CASE("each filter has its doc, and each doc is of something that is there") {
  std::vector<std::string_view> names;
  for (const liquid::FilterDoc& doc : liquid::filter_docs()) names.push_back(doc.name);
  CHECK(names == liquid::filter_names());
  for (const cel::FunctionDoc& doc : cel::function_docs()) {
    INFO(doc.name);
    const std::string call = fmt::format("{}{}()", doc.member ? "x." : "", doc.name);
    const auto program = cel::compile(call);
    const bool unknown = !program && std::any_of(program.error().begin(), program.error().end(), [](const cel::Issue& issue) { return issue.error.code == "unknown_function"; });
    CHECK_FALSE(unknown);
  }
}
