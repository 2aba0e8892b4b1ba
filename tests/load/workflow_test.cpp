#include "load/load.h"

#include "load/vocabulary.h"
#include "reading.h"
#include "support/catch.h"

#include <algorithm>

using namespace shopbell;

namespace {

// Kept until the end, so that a test may name the workflow of a reading that is gone.
const Workflow& good(const Reading& read) {
  static std::vector<std::shared_ptr<const Workflow>> kept;
  INFO(all_text(read.diagnostics));
  REQUIRE(read.value.has_value());
  return *kept.emplace_back(*read.value);
}

std::string listing(const Workflow& w) {
  static constexpr std::string_view ops[] = {"act", "branch", "jump", "set", "wait", "emit", "stop", "fail"};
  std::string text;
  for (std::size_t i = 0; i < w.program.size(); ++i) {
    const Instruction& x = w.program[i];
    text += std::to_string(i) + " " + std::string(ops[static_cast<std::size_t>(x.op)]) + " " + x.id;
    if (x.op == Op::branch || x.op == Op::jump) text += " -> " + std::to_string(x.target);
    text += "\n";
  }
  return text;
}

const Argument* part(const Argument& a, std::string_view name) {
  for (const auto& [key, value] : a.parts)
    if (key == name) return &value;
  return nullptr;
}

}  // namespace

TEST_CASE("steps become a flat program with targets") {
  const Workflow& w = good(read_workflow(R"(
on: order.placed
steps:
  - log: one
  - if: order.total > 100.0
    then:
      - log: dear
    else:
      - log: cheap
      - stop: enough
  - choose:
      - if: order.test
        do: [ log: trial ]
      - if: order.first
        do: [ fail: why ]
      - else: [ log: other ]
  - if: order.test
    log: guarded
    id: last
)"));
  CHECK(listing(w) ==
        "0 act 1\n"
        "1 branch 2 -> 4\n"
        "2 act 2.then.1\n"
        "3 jump 2 -> 6\n"
        "4 act 2.else.1\n"
        "5 stop 2.else.2\n"
        "6 branch 3 -> 9\n"
        "7 act 3.1.do.1\n"
        "8 jump 3 -> 13\n"
        "9 branch 3 -> 12\n"
        "10 fail 3.2.do.1\n"
        "11 jump 3 -> 13\n"
        "12 act 3.else.1\n"
        "13 branch last -> 15\n"
        "14 act last\n");
  CHECK(w.program[0].line == 4);
  CHECK(w.program[14].line == 17);
  CHECK(w.program[6].label == "choose: case 1");
}

TEST_CASE("the keys of a workflow arrive") {
  const Workflow& w = good(read_workflow(R"(
workflow: a-1
title: T
description: D
enabled: false
on: [order.placed, { event: order.paid, where: order.total > 5.0 }]
if: order.currency == "EUR"
per: customer
mode: restart
stop_on: order.cancelled
limit: 2 per 1h30m
kind: marketing
vars: { dear: order.total > 100.0 }
steps:
  - set: { seen: "true", parts: [1, order.name] }
  - log: "{{ vars.seen }}"
)"));
  CHECK(w.id == "a-1");
  CHECK(w.title == "T");
  CHECK(w.description == "D");
  CHECK_FALSE(w.enabled);
  REQUIRE(w.on.size() == 2);
  CHECK(w.on[1].event == "order.paid");
  CHECK(w.on[1].where.has_value());
  CHECK(w.condition.has_value());
  CHECK(w.per_text == "customer");
  CHECK(w.mode == Mode::restart);
  CHECK(w.stop_on.at(0).event == "order.cancelled");
  CHECK(w.limit.count == 2);
  CHECK(w.limit.per == Millis{90 * 60'000});
  CHECK(w.vars.at(0).first == "dear");
  CHECK(w.program.at(0).arguments.form == Argument::Form::map);
  CHECK(part(w.program[0].arguments, "parts")->form == Argument::Form::list);
}

TEST_CASE("without an id a workflow is called as its file") {
  CHECK(good(load_workflow({"workflows/thank-you.yaml", "on: order.placed\nsteps: [ log: x ]\n", {}, {}})).id ==
        "thank-you");
}

TEST_CASE("an action's arguments are what its parameters say") {
  const Workflow& w = good(read_workflow(R"(
on: order.placed
steps:
  - http: { url: "http://x/{{ order.name }}", body: { n: 5, t: "{{ order.name }}", deep: [true, null] }, timeout: 5s, method: PUT }
    as: answer
    retry: { attempts: 3, backoff: 1s, max_backoff: 4s }
    timeout: 20s
    on_error: continue
  - tag: [a, "{{ order.name }}"]
  - handoff: care
  - log: "{{ answer.status }}"
)"));
  const Instruction& http = w.program.at(0);
  CHECK(http.action == find_action("http"));
  CHECK(http.as == "answer");
  CHECK(http.retry.attempts == 3);
  CHECK(http.retry.max_backoff == Millis{4000});
  CHECK(http.timeout == Millis{20'000});
  CHECK(http.go_on_after_failure);
  CHECK(part(http.arguments, "url")->form == Argument::Form::text);
  CHECK(part(http.arguments, "method")->constant->text() == "PUT");
  CHECK(part(http.arguments, "timeout")->constant->integer() == 5000);
  const Argument* body = part(http.arguments, "body");
  REQUIRE(body != nullptr);
  CHECK(part(*body, "n")->constant->integer() == 5);
  CHECK(part(*body, "t")->form == Argument::Form::text);
  CHECK(part(*body, "deep")->parts.size() == 2);
  CHECK(part(w.program.at(1).arguments, "add")->parts.size() == 2);
  CHECK(part(w.program.at(2).arguments, "queue")->constant->text() == "care");
  CHECK(part(w.program.at(2).arguments, "priority")->constant->text() == "normal");
}

TEST_CASE("a wait is a duration, an instant, or an expression") {
  const Workflow& w = good(read_workflow(R"(
on: order.placed
steps:
  - wait: 1h30m
  - wait: P1DT2H
  - wait: 2026-12-24T18:00:00+01:00
  - wait: now + duration("1h")
)"));
  CHECK(w.program.at(0).duration == Millis{90 * 60'000});
  CHECK(w.program.at(1).duration == Millis{26 * 3'600'000});
  Arena arena;
  const Value at = w.program.at(2).condition.value().evaluate(make_map(arena, {}), arena);
  REQUIRE(at.is(Kind::timestamp));
  CHECK(at.seconds() == 1798131600);
  CHECK(w.program.at(3).condition.has_value());
}

TEST_CASE("a version is the text and every template that it uses, and nothing else") {
  const std::string yaml = "on: order.placed\nsteps:\n  - email: { template: a, subject: s }\n";
  const auto version = [&](std::map<std::string, std::string> templates, const std::string& file = "w.yaml") {
    return good(load_workflow({file, yaml, std::move(templates), {}})).version;
  };
  const std::map<std::string, std::string> base{
      {"a.liquid", "{% render 'foot' %}"}, {"_foot.liquid", "f"}, {"b.liquid", "other"}};
  auto other_partial = base, other_page = base, unused = base;
  other_partial["_foot.liquid"] = "g";
  other_page["a.html.liquid"] = "<p>";
  unused["b.liquid"] = "changed";
  CHECK(version(base) != version(other_partial));
  CHECK(version(base) != version(other_page));
  CHECK(version(base) == version(unused));
  CHECK(version(base) == version(base, "elsewhere/named.yaml"));
}

TEST_CASE("a stored source gives the same version again, events of the shop's own included") {
  WorkflowSource source{"workflows/w.yaml",
                        "on: loyalty.reached\nsteps:\n  - email: { template: a, subject: \"{{ points.sum }}\" }\n",
                        {{"a.liquid", "{% include 'foot' %}"}, {"_foot.liquid", "é\n"}, {"unused.liquid", "x"}},
                        {"loyalty.reached"}};
  const Reading first = load_workflow(source);
  const Workflow& w = good(first);
  CHECK(w.source.templates.size() == 2);
  CHECK(w.partials.find("foot") != nullptr);
  const auto decoded = decode_source(encode_source(w.source));
  REQUIRE(decoded);
  CHECK(decoded->yaml == source.yaml);
  CHECK(good(load_workflow(*decoded)).version == w.version);
  CHECK_FALSE(decode_source("{}"));
  CHECK_FALSE(decode_source("nothing"));
}

TEST_CASE("an event that the workflow emits may be waited for by name") {
  CHECK(good(read_workflow(
                 "on: [order.placed, vip.found]\nsteps:\n  - emit: { type: vip.found, data: { order: order } }\n"))
            .program.at(0)
            .text == "vip.found");
  CHECK_FALSE(read_workflow("on: vip.found\nsteps:\n  - log: x\n").value.has_value());
}

TEST_CASE("several event types: what any of them has may be read, what none has may not") {
  CHECK(good(read_workflow(
                 "on: [order.placed, cart.updated]\nif: has(cart.total) || order.total > 5.0\nsteps:\n  - log: x\n"))
            .on.size() == 2);
  CHECK_FALSE(read_workflow("on: [order.placed, cart.updated]\nif: checkout.total > 5.0\nsteps:\n  - log: x\n")
                  .value.has_value());
}

TEST_CASE("a workflow has a limit of instructions") {
  std::string yaml = "on: order.placed\nsteps:\n";
  for (std::size_t i = 0; i < workflow_instructions_max; ++i) yaml += "  - wait: 1s\n";
  CHECK(good(read_workflow(yaml)).program.size() == workflow_instructions_max);
  const Reading read = read_workflow(yaml + "  - wait: 1s\n");
  REQUIRE_FALSE(read.diagnostics.empty());
  CHECK(read.diagnostics.front().code == "too_many_steps");
}

TEST_CASE("the vocabulary knows the canonical events, and every file of it can be read") {
  CHECK(event_type_names().size() > 60);
  for (const char* name : {"order.placed", "cart.updated", "customer.created", "message.received", "checkout.started",
                           "product.stock_low", "privacy.redact"}) {
    INFO(name);
    const EventType* type = find_event_type(name);
    REQUIRE(type != nullptr);
    CHECK(!type->doc.empty());
    CHECK(!type->nouns.empty());
  }
  for (const std::string_view name : noun_names())
    for (const NounField& field : find_noun(name)->fields) {
      INFO(name << "." << field.name);
      CHECK(field.doc.ends_with('.'));
    }
  CHECK(noun_type("customer").field("last_order")->type.field("status")->type.is(cel::TypeKind::string));
  CHECK(noun_type("order").field("items")->type.params()[0].field("price")->type.is(cel::TypeKind::real));
}

TEST_CASE("data conforms to the vocabulary: amounts are doubles, times are timestamps") {
  Arena arena;
  const Value item = make_map(arena, {{"price", 5}, {"quantity", 2}});
  const Value order = make_map(arena, {{"total", 40},
                                       {"placed_at", "2026-11-21T20:27:34Z"},
                                       {"updated_at", "soon"},
                                       {"id", 7},
                                       {"mine", 1},
                                       {"items", make_list(arena, std::vector<Value>{item})}});
  const Value data = conform("order.placed", make_map(arena, {{"order", order}, {"extra", 3}}), arena);
  CHECK(data.at_path("order.total").is(Kind::real));
  CHECK(data.at_path("order.placed_at").is(Kind::timestamp));
  CHECK(data.at_path("order.updated_at").is(Kind::string));
  CHECK(data.at_path("order.id").is(Kind::integer));
  CHECK(data.at_path("order.mine").is(Kind::integer));
  CHECK(data["extra"].is(Kind::integer));
  CHECK(data.at_path("order.items").items()[0]["price"].is(Kind::real));
  CHECK(data.at_path("order.items").items()[0]["quantity"].is(Kind::integer));
  CHECK(same(conform("own.event", data, arena), data));
}
