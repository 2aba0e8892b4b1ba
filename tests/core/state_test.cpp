#include "core/state.h"

#include "base/json.h"
#include "core/apply.h"
#include "support/catch.h"
#include "support/shop.h"

#include <limits>
#include <random>

using namespace shopbell;
using namespace shopbell::story;

namespace {

Value there_and_back(const Value& v, Arena& arena) {
  std::string text;
  append_state(text, v);
  INFO(text);
  const auto parsed = parse_json(text, arena);
  REQUIRE(parsed);
  const auto back = revive(*parsed, arena);
  REQUIRE(back);
  std::string again;
  append_state(again, *back);
  REQUIRE(again == text);
  return *back;
}

Value nested(Arena& arena, int levels) {
  Value v("deep \"inside\"");
  for (int i = 0; i < levels; ++i) {
    const Value item = v;
    v = i % 2 == 0 ? make_list(arena, std::span(&item, 1)) : make_map(arena, {{"k", item}});
  }
  return v;
}

}  // namespace

TEST_CASE("every kind of value comes back as it was") {
  Arena arena;
  const Value inner(1);
  const Member odd_keys[] = {
      {Value(1), "int"}, {Value(true), "bool"}, {Value(std::uint64_t{2}), "uint"}, {"text", Value()}};
  const Value values[] = {Value(),
                          true,
                          -5,
                          std::uint64_t{5},
                          std::numeric_limits<std::uint64_t>::max(),
                          1.5,
                          3.0,
                          -0.0,
                          1e300,
                          std::numeric_limits<double>::quiet_NaN(),
                          std::numeric_limits<double>::infinity(),
                          -std::numeric_limits<double>::infinity(),
                          "text",
                          "\xff\xfe not UTF-8",
                          "é\n\"",
                          Value::bytes("\0\xff"),
                          Value::timestamp(-1, 999'999'999),
                          Value::duration(-5, -1),
                          Value::of_text(Kind::type, "int"),
                          Value::of_text(Kind::ip, "\x7f\0\0\1"),
                          Value::optional(nullptr),
                          Value::optional(&inner),
                          freeze_map(arena, odd_keys),
                          make_map(arena, {{"$", "map"}, {"v", "forged"}}),
                          make_map(arena, {{"a", 1}, {"$", 2}}),
                          freeze_map(arena, {}),
                          make_list(arena, {})};
  for (const Value& v : values) CHECK(same(there_and_back(v, arena), v));
  CHECK(same(there_and_back(make_list(arena, values), arena), make_list(arena, values)));
}

TEST_CASE("a tree deeper than JSON readers follow comes back, too") {
  Arena arena;
  for (const int levels : {1, 39, 40, 41, 99, 150, 300}) {
    INFO(levels);
    const Value v = nested(arena, levels);
    CHECK(depth_of(v) == levels);
    CHECK(same(there_and_back(v, arena), v));
  }
}

TEST_CASE("a state that nobody wrote is refused, not guessed at") {
  Arena arena;
  const auto text = GENERATE(as<std::string>{}, "", "[]", "{", R"({"id":"x","status":"asleep"})",
                             R"({"status":"waiting"})", R"({"id":"x","status":"waiting","vars":{"$":"stone","v":"1"}})",
                             R"({"id":"x","status":"waiting","vars":{"$":"uint","v":"-1"}})",
                             R"({"id":"x","status":"waiting","vars":{"$":"map","v":[1]}})",
                             R"({"id":"x","status":"waiting","vars":{"$":"json","v":"{"}})");
  CHECK_FALSE(decode_run(text, arena));
}

TEST_CASE("an event as deep as JSON may be survives in a run that waits") {
  Shop shop;
  shop.add(workflow("w", {"order.placed"}, wait("1h"), act(note, fields("text", written("{{ order.id }}")))));
  shop.event("order.placed", R"({"order":{"id":1},"deep":)" + std::string(95, '[') + std::string(95, ']') + "}");
  shop.pass("1h");
  CHECK(shop.log == std::vector<std::string>{"1"});
}

TEST_CASE("arguments deeper than JSON readers follow fail the step") {
  Shop shop;
  shop.add(workflow("w", {"order.placed"}, act(note, fields("text", computed("deep")))));
  shop.event("order.placed", R"({"deep":)" + std::string(95, '[') + std::string(95, ']') + "}");
  CHECK(shop.noted("failed", "levels of lists and maps"));
}

// The harness checks at each step that what is written is read back as it was, that the subject has the open
// runs and no others, and that it says so when it has changed.
TEST_CASE("whatever happens in whatever order, no run is lost and nothing is open without end") {
  const Mode modes[] = {Mode::parallel, Mode::single, Mode::restart, Mode::queue};
  for (unsigned seed = 1; seed <= 40; ++seed) {
    INFO(seed);
    std::mt19937 dice(seed);
    const auto throw_die = [&](unsigned sides) { return static_cast<unsigned>(dice() % sides); };
    Shop shop;
    for (unsigned i = 0; i < 3; ++i) {
      Workflow w = workflow("w" + std::to_string(i), {"order.placed"}, wait("20m"),
                            act(send, fields("text", written("{{ customer.first_name }}")), "sent"),
                            set_to(fields("at", computed("now"))), act(tag, fields("add", constant(R"(["t"])"))),
                            wait_until("vars.at + duration('30m')"), act(handoff, fields()));
      w.mode = modes[throw_die(4)];
      if (throw_die(2) == 0) w.per_text = "order";
      if (throw_die(2) == 0) w.limit = {1 + throw_die(3), Millis{86'400'000}};
      w.stop_on.push_back({"order.cancelled", {}});
      w.program[1].retry.attempts = 2;
      shop.add(std::move(w));
    }
    for (int i = 0; i < 60; ++i) {
      const std::string data = R"({"order":{"id":)" + std::to_string(throw_die(3)) +
                               R"(,"total":5,"currency":"EUR"},"customer":{"id":7,"first_name":"A"}})";
      switch (throw_die(6)) {
        case 0:
        case 1: shop.event("order.placed", data); break;
        case 2: shop.event("order.cancelled", data, "customer:7", Millis{throw_die(3) * 600'000}); break;
        case 3: shop.pass(std::to_string(1 + throw_die(40)) + "m"); break;
        default:
          if (!shop.calls.empty()) shop.answer(static_cast<Outcome::Status>(throw_die(4)));
      }
    }
    for (int i = 0; i < 1000 && !shop.open_runs().empty(); ++i) {
      while (!shop.calls.empty()) shop.answer();
      shop.pass("1h");
    }
    CHECK(shop.open_runs().empty());
    CHECK(shop.calls.empty());
    CHECK_FALSE(shop.noted("error"));
  }
}
