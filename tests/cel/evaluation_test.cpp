#include "support.h"

#include <thread>

using namespace shopbell;
using namespace shopbell::cel;
using namespace shopbell::cel::test;

namespace {

constexpr std::string_view order = R"({
  "order": {"total": 40, "currency": "EUR", "tags": ["vip", "gift"], "placed_at": "2026-11-21T20:27:00Z",
            "lines": [{"sku": "mug", "quantity": 2, "price": 12.5}, {"sku": "cap", "quantity": 1, "price": 15}],
            "shipping": {"country": "AT"}, "note": null},
  "customer": {"email": "ada@example.com", "orders_count": 3}})";

using Case = std::pair<std::string_view, std::string_view>;

void check_all(std::initializer_list<Case> cases, std::string_view scope = "{}") {
  for (const auto& [source, expected] : cases) {
    INFO(source);
    CHECK(result(source, scope) == expected);
  }
}

}  // namespace

TEST_CASE("conditions of a shop") {
  check_all({{"order.total > 100", "false"},
             {"order.total > 39.5 && order.currency in ['EUR', 'CHF']", "true"},
             {"'vip' in order.tags", "true"},
             {"order.lines.exists(l, l.sku == 'cap' && l.quantity >= 1)", "true"},
             {"order.lines.all(l, l.price < 15)", "false"},
             {"order.lines.map(l, l.sku)", "[\"mug\", \"cap\"]"},
             {"order.lines.exists_one(l, l.quantity == 2)", "true"},
             {"has(order.note) && order.note == null", "true"},
             {"has(order.shipping.city)", "false"},
             {"customer.email.endsWith('@example.com')", "true"},
             {"customer.email.matches('^[a-z]+@')", "true"},
             {"timestamp(order.placed_at).getHours('Europe/Vienna')", "21"},
             {"order.?shipping.?city.orValue('nowhere')", "\"nowhere\""},
             {"order.lines[?5].hasValue()", "false"},
             {"order.lines.sortBy(l, l.price)[0].sku", "\"mug\""},
             {"size(order.lines) == 2 && order.lines.size() == 2", "true"},
             {"'Order: %s, %.2f'.format([order.currency, order.total])", "\"Order: EUR, 40.00\""},
             {"order['currency']", "\"EUR\""}},
            order);
}

TEST_CASE("a failure has a code, a message and a place") {
  struct Failure {
    std::string_view source;
    std::string_view code;
    std::string_view message;
    std::string_view underlined;
  };
  for (const Failure& f :
       {Failure{"order.lines[0].colour == 'red'", "no_such_field", "there is no field colour",
                "order.lines[0].colour"},
        {"true && order.colour == 'red'", "no_such_field", "order has no field colour", "order.colour"},
        {"order.total.net > 1", "no_such_field", "order.total has no field net: it is of type int",
         "order.total.net"},
        {"order.note.text == ''", "no_such_field", "order.note has no field text: it is null",
         "order.note.text"},
        {"nobody.name == ''", "unknown_variable", "there is no variable nobody", "nobody.name"},
        {"order.lines[7]", "out_of_range", "there is no element 7 in a list of 2", "order.lines[7]"},
        {"order['x']", "no_such_key", "there is no key \"x\"", "order['x']"},
        {"1 + order.total / 0", "divide_by_zero", "division by zero", "order.total / 0"},
        {"order.total % 0", "divide_by_zero", "modulus by zero", "order.total % 0"},
        {"order.total + 9223372036854775807", "overflow", "the result does not fit in 64 bits",
         "order.total + 9223372036854775807"},
        {"order.total < 'a'", "no_such_overload", "'<' does not go with int, string", "order.total < 'a'"},
        {"order.tags + 1", "no_such_overload", "'+' does not go with list, int", "order.tags + 1"},
        {"int('x')", "bad_argument", "\"x\" is no int", "int('x')"},
        {"customer.email.matches('(')", "bad_regex", "", ""}}) {
    INFO(f.source);
    const auto program = compile(f.source);
    if (!program) {
      CHECK(program.error()[0].error.code == f.code);
      continue;
    }
    Arena arena;
    const Value v = program->evaluate(*parse_json(order, arena), arena);
    REQUIRE(v.is(Kind::error));
    CHECK(v.error().code == f.code);
    CHECK(v.error().message == f.message);
    CHECK(underlined(f.source, v.error()) == f.underlined);
  }
}

TEST_CASE("a missing field says how to ask for it") {
  Arena arena;
  const Value v = compiled("order.colour == 'red'").evaluate(*parse_json(order, arena), arena);
  CHECK(v.error().hint == "has(order.colour) tells whether it is there");
}

TEST_CASE("a whole number in the data is a double where a double is declared") {
  CHECK(result("order.total / 16.0", order, order_env()) == "2.5");
  CHECK(result("order.lines.map(l, l.price * 2.0)", order, order_env()) == "[25, 30]");
  CHECK(result("type(order.total) == double", order, order_env()) == "true");
}

TEST_CASE("a text in the data is a timestamp where one is declared") {
  CHECK(result("order.placed_at + duration('1h') == timestamp('2026-11-21T21:27:00Z')", order, order_env()) == "true");
  CHECK(result("order.placed_at.getFullYear()", order, order_env()) == "2026");
  CHECK(result("type(order.placed_at)", R"({"order": {"placed_at": "soon"}})", order_env()) == "string");
}

TEST_CASE("&& and || absorb what does not decide") {
  check_all({{"1 / 0 > 0 || true", "true"},
             {"true || 1 / 0 > 0", "true"},
             {"false && nobody", "false"},
             {"nobody && false", "false"},
             {"nobody || false", "unknown_variable: there is no variable nobody"},
             {"false || nobody || 1 / 0 > 0", "unknown_variable: there is no variable nobody"},
             {"[1, 2, 0].exists(x, 4 / x == 2)", "true"},
             {"[0, 2].all(x, 4 / x == 9)", "false"},
             {"[0].all(x, 4 / x == 9)", "divide_by_zero: division by zero"},
             {"nobody ? 1 : 2", "unknown_variable: there is no variable nobody"},
             {"true ? 1 : nobody", "1"}});
}

TEST_CASE("values of every kind are written as CEL writes them") {
  check_all({{"[1, 2u, 3.5, 'x', b'x', true, null]", R"([1, 2u, 3.5, "x", b"eA==", true, null])"},
             {"{'a': [1], 'b': {}}", R"({"a": [1], "b": {}})"},
             {"duration('90s')", "90s"},
             {"duration('90d') == duration('2160h')", "true"},
             {"duration('2w1d12h') == duration('372h')", "true"},
             {"duration('-7d') + duration('1w') == duration('0')", "true"},
             {"duration('P1DT2H') == duration('26h')", "true"},
             {"duration('-P1D') == duration('-24h')", "true"},
             {"timestamp('2026-11-21T20:27:00.5Z')", "2026-11-21T20:27:00.5Z"},
             {"type('a')", "string"},
             {"optional.of(1)", "optional.of(1)"},
             {"optional.none()", "optional.none()"},
             {"ip('10.0.0.1')", "10.0.0.1"},
             {"cidr('10.0.0.0/8')", "10.0.0.0/8"},
             {"double('NaN')", "NaN"},
             {"1e300 * 1e300", "Infinity"}});
}

TEST_CASE("the extensions beyond cel-spec's own cases") {
  check_all(
      {{"[3, 1, 2].sort()", "[1, 2, 3]"},
       {"[[1], [2, [3]]].flatten(2)", "[1, 2, 3]"},
       {"[1, 2, 1, 1.0].distinct()", "[1, 2]"},
       {"[1, 2, 3].slice(1, 3)", "[2, 3]"},
       {"[1, 2, 3].slice(2, 1)", "out_of_range: there is no slice 2 to 1 of a list of 3"},
       {"lists.range(4)", "[0, 1, 2, 3]"},
       {"[1, 2].reverse()", "[2, 1]"},
       {"[].first().hasValue()", "false"},
       {"[1, 2].last().value()", "2"},
       {"sets.contains([1, 2, 3], [2, 3])", "true"},
       {"sets.equivalent([1, 1, 2], [2, 1])", "true"},
       {"sets.intersects([1], [2])", "false"},
       {"regex.extract('order 1001', '\\\\d+').value()", "\"1001\""},
       {"regex.extractAll('a1b22', '[a-z](\\\\d+)')", R"(["1", "22"])"},
       {"regex.replace('a1b2', '\\\\d', '#')", "\"a#b#\""},
       {"regex.replace('aaa', 'a', 'b', 2)", "\"bba\""},
       {"regex.replace('abc', '', '-')", "\"-a-b-c-\""},
       {"{'a': 1}.transformMapEntry(k, v, {v: k})", R"({1: "a"})"},
       {"{'a': 1, 'b': 1}.transformMapEntry(k, v, {v: k})", "repeated_key: a key of the map is made twice"},
       {"[optional.of(1), optional.none()].unwrapOpt()", "[1]"},
       {"'abc'.replace('', '-')", "\"-a-b-c-\""},
       {"''.split(',')", "[\"\"]"},
       {"'abc'.split('')", R"(["a", "b", "c"])"},
       {"'%d %x'.format([1])", "bad_format: the list has no element 1"},
       {"duration('1h30m').getMinutes()", "90"},
       {"string(1e21)", "\"1e+21\""},
       {"string(100000000.0)", "\"100000000\""},
       {"cidr('192.168.7.9/16').masked()", "192.168.0.0/16"}});
}

TEST_CASE("an evaluation that costs too much is stopped") {
  const std::string_view expensive[] = {
      "lists.range(1000000).all(x, x >= 0)",
      "lists.range(1000).all(x, lists.range(1000).all(y, lists.range(1000).all(z, z >= 0)))",
      "cel.bind(a, lists.range(100), cel.bind(b, a.map(x, a), cel.bind(c, b.map(x, b), c == c.map(x, b))))",
      "[1, 2, 3, 4].exists(i, lists.range(300000).distinct().size() == 0)"};
  for (const std::string_view source : expensive) {
    INFO(source);
    CHECK(result(source, "{}", {}, Limits{200'000}).starts_with("cost_too_high: "));
  }
  CHECK(result("lists.range(1000).all(x, x >= 0)", "{}", {}, Limits{200'000}) == "true");
}

TEST_CASE("what cost too much is underlined") {
  const std::string_view source = "true && lists.range(1000000).all(x, x >= 0)";
  Arena arena;
  const Value v = compiled(source).evaluate(*parse_json("{}", arena), arena, Limits{200'000});
  REQUIRE(v.is(Kind::error));
  CHECK(v.error().code == "cost_too_high");
  CHECK(underlined(source, v.error()) == "lists.range(1000000)");
}

TEST_CASE("doubling a text does not fill the memory") {
  std::string source = "x + x";
  for (int i = 0; i < 60; ++i) source = "cel.bind(x, x + x, " + source + ")";
  CHECK(result("cel.bind(x, 'abcdefghijklmnop', " + source + ")").starts_with("cost_too_high: "));
}

TEST_CASE("a condition is true, false or an error") {
  Arena arena;
  const Value scope = *parse_json(order, arena);
  CHECK(compiled("order.total == 40").condition(scope, arena).value());
  CHECK_FALSE(compiled("order.total == 41").condition(scope, arena).value());
  CHECK(compiled("order.total").condition(scope, arena).error().code == "not_a_condition");
  CHECK(compiled("order.nothing").condition(scope, arena).error().code == "no_such_field");
}

TEST_CASE("one program gives the same results in many threads") {
  const Program program =
      compiled("order.lines.exists(l, l.sku.matches('^c') && l.price > 10.0) && !has(order.colour)");
  std::vector<std::thread> threads;
  std::array<int, 4> good{};
  for (std::size_t t = 0; t < good.size(); ++t)
    threads.emplace_back([&, t] {
      Arena arena;
      const Value scope = *parse_json(order, arena);
      for (int i = 0; i < 200; ++i) good[t] += program.condition(scope, arena).value_or(false);
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(good == std::array<int, 4>{200, 200, 200, 200});
}
