#include "support.h"

using namespace shopbell;
using namespace shopbell::cel;
using namespace shopbell::cel::test;

namespace {

constexpr std::string_view scope =
    R"({"order": {"total": 40, "tags": ["vip"], "lines": [{"sku": "mug"}, {"sku": "cap"}], "email": "a@b.c"}})";

std::string explained(std::string_view source) {
  Arena arena;
  return compiled(source).explain(*parse_json(scope, arena), arena);
}

}  // namespace

TEST_CASE("an explanation shows the operands that decided") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"order.total > 100", "order.total > 100 → 40 > 100 → false"},
      {"order.total > 100 && order.email == 'x'", "order.total > 100 → 40 > 100 → false"},
      {"order.total > 10 && order.email == 'x'", "order.email == 'x' → \"a@b.c\" == 'x' → false"},
      {"order.total > 100 || order.total < 50", "order.total < 50 → 40 < 50 → true"},
      {"order.total > 100 || order.email == 'x'",
       "order.total > 100 → 40 > 100 → false; order.email == 'x' → \"a@b.c\" == 'x' → false"},
      {"!(order.total > 10)", "order.total > 10 → 40 > 10 → true"},
      {"'vip' in order.tags", "'vip' in order.tags → 'vip' in [\"vip\"] → true"},
      {"order.email.endsWith('.de')", "order.email.endsWith('.de') → \"a@b.c\".endsWith('.de') → false"},
      {"has(order.note)", "has(order.note) → false"},
      {"1 < 2", "1 < 2 → true"},
      {"order.colour == 'red'", "order.colour == 'red' → error: order has no field colour"}};
  for (const auto& [source, line] : cases) {
    INFO(source);
    CHECK(explained(source) == line);
  }
}

TEST_CASE("a trace is the tree of what was evaluated") {
  Arena arena;
  const Program program = compiled("order.total > 10 && order.lines.exists(l, l.sku == 'cap')");
  const Trace trace = program.trace(*parse_json(scope, arena), arena);
  CHECK(trace.text == program.source());
  CHECK(trace.value.boolean());
  REQUIRE(trace.parts.size() == 2);
  CHECK(trace.parts[0].text == "order.total > 10");
  CHECK(to_text(trace) ==
        "order.total > 10 && order.lines.exists(l, l.sku == 'cap')  ->  true && true  ->  true\n"
        "  order.total > 10  ->  40 > 10  ->  true\n"
        "    order.total  ->  40\n"
        "  order.lines.exists(l, l.sku == 'cap')  ->  [{\"sku\": \"mug\"}, {\"sku\": \"cap\"}].exists(l, "
        "true)  ->  true\n"
        "    order.lines  ->  [{\"sku\": \"mug\"}, {\"sku\": \"cap\"}]\n"
        "    l.sku == 'cap'  ->  \"cap\" == 'cap'  ->  true\n"
        "      l.sku  ->  \"cap\"\n");
}

TEST_CASE("a long value is cut in an explanation") {
  Arena arena;
  const std::string data = "{\"x\": \"" + std::string(5000, 'a') + "\"}";
  const std::string line = compiled("x == 'b'").explain(*parse_json(data, arena), arena);
  CHECK(line.size() < 200);
  CHECK(line.find("…") != std::string::npos);
}
