#include "support.h"

#include <algorithm>

using namespace shopbell;
using namespace shopbell::cel;
using namespace shopbell::cel::test;

TEST_CASE("a misspelt name is refused with the place and the name that was meant") {
  struct Misspelt {
    std::string_view source;
    std::string_view code;
    std::string_view underlined;
    std::string_view hint;
  };
  for (const Misspelt& m :
       {Misspelt{"order.totl > 100.0", "no_such_field", "totl", "did you mean order.total?"},
        {"ordr.total > 100.0", "unknown_variable", "ordr", "did you mean order?"},
        {"order.shipping.contry == 'AT'", "no_such_field", "contry", "did you mean order.shipping.country?"},
        {"has(order.curency)", "no_such_field", "curency", "did you mean order.currency?"},
        {"order.lines.exists(l, l.skuu == 'x')", "no_such_field", "skuu", "did you mean l.sku?"},
        {"order.currency.startWith('E')", "unknown_function", "startWith", "did you mean startsWith?"},
        {"maths.abs(1)", "unknown_function", "abs", "did you mean math.abs?"},
        {"order.lines.length() > 1", "unknown_function", "length", ""}}) {
    INFO(m.source);
    const Error error = mistake(m.source, order_env());
    CHECK(error.code == m.code);
    CHECK(underlined(m.source, error) == m.underlined);
    CHECK(error.hint == m.hint);
  }
}

TEST_CASE("a macro that is written wrongly is told from an unknown function") {
  CHECK(mistake("[1].map(x)").message == "map() is not written with 1 arguments");
  CHECK(mistake("all(x, true)").message == "all() is not written alone with 2 arguments");
  CHECK(mistake("[1].exsts(x, true)").hint == "did you mean exists?");
}

TEST_CASE("types that do not go together are refused") {
  struct Mismatch {
    std::string_view source;
    std::string_view code;
    std::string_view message;
  };
  for (const Mismatch& m :
       {Mismatch{"order.total > \"100\"", "no_such_overload", "'>' does not go with double, string"},
        {"order.currency == 5", "no_such_overload", "'==' does not go with string, int"},
        {"order.tags + 1", "no_such_overload", "'+' does not go with list(string), int"},
        {"order.total && true", "wrong_type", "'&&' needs bool, not double"},
        {"order.total ? 1 : 2", "wrong_type", "the condition of '?' needs bool, not double"},
        {"true ? 1 : 'a'", "wrong_type", "the two results of '? :' are int and string"},
        {"order.lines['a']", "wrong_type", "the index of a list needs int, not string"},
        {"order.total.big", "wrong_type", "double has no fields"},
        {"order.currency.all(c, true)", "wrong_type", "all() needs a list or a map, not string"},
        {"order.tags.exists(t, t)", "wrong_type", "exists() needs bool, not string"},
        {"size(order.total)", "no_such_overload", "size(double) has no such form"},
        {"order.currency.contains(1)", "no_such_overload", "string.contains(int) has no such form"},
        {"{1.5: 'a'}", "wrong_type", "the key of a map is a string, int, uint or bool, not double"}}) {
    INFO(m.source);
    const Error error = mistake(m.source, order_env());
    CHECK(error.code == m.code);
    CHECK(error.message == m.message);
  }
  CHECK(mistake("order.total > \"100\"", order_env()).hint == "write 100 without quotes");
}

TEST_CASE("numbers that do not calculate together get a hint how they would") {
  for (const auto& [source, hint] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"order.total * 2 > 10.0", "write 2.0"},
           {"100 - order.total > 10.0", "write 100.0"},
           {"order.total * -2 > 10.0", "write -2.0"},
           {"2 + 3u > 4u", "write 2u"},
           {"order.total * order.lines[0].quantity > 10.0", "write double(x)"},
           {"order.lines.exists(l, l.price * l.quantity > 10.0)", "write double(l.quantity)"},
           {"order.total + '5' > 6.0", "write 5 without quotes"},
           {"order.currency + 1 == 'EUR1'", ""}}) {
    INFO(source);
    CHECK(mistake(source, order_env()).hint == hint);
  }
}

TEST_CASE("all mistakes of one text are told, in its order") {
  const auto program = compile("order.totl > 1.0 && order.curency == 'EUR' && foo", order_env());
  REQUIRE_FALSE(program);
  REQUIRE(program.error().size() == 3);
  CHECK(program.error()[0].error.message == "order has no field totl");
  CHECK(program.error()[1].error.message == "order has no field curency");
  CHECK(program.error()[2].error.message == "there is no variable foo");
}

TEST_CASE("what is declared dyn takes anything, and an Env without declarations everything") {
  CHECK(compile("raw.whatever[3].deep == 'x' && raw.other > 5", order_env()));
  CHECK(compile("anything.at.all > 5"));
  CHECK(mistake("nothing(1)").code == "unknown_function");
}

TEST_CASE("numbers compare across their types, null with what may be null") {
  for (const std::string_view good :
       {"order.total > 100", "order.total == 100", "order.lines[0].quantity < 2.5", "order.note == null",
        "order.shipping == null", "order.placed_at > timestamp('2026-01-01T00:00:00Z')"})
    CHECK(compiled(good, order_env()).type().to_text() == "bool");
  CHECK(mistake("order.currency == null", order_env()).code == "no_such_overload");
}

TEST_CASE("the deduced type is the narrowest that holds every value") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"[1, 2]", "list(int)"},
      {"[1, 'a']", "list(dyn)"},
      {"[]", "list(dyn)"},
      {"{'a': 1u}", "map(string, uint)"},
      {"[order.total]", "list(double)"},
      {"order.lines", "list(line)"},
      {"order.lines.map(l, l.price)", "list(double)"},
      {"order.lines.filter(l, l.quantity > 1)", "list(line)"},
      {"order.lines.transformMap(i, l, l.sku)", "map(int, string)"},
      {"order.?note", "optional_type(wrapper(string))"},
      {"order.?total.orValue(0.0)", "double"},
      {"order.placed_at + duration('1h')", "timestamp"},
      {"order.placed_at - order.placed_at", "duration"},
      {"type(1)", "type(int)"},
      {"[duration('1s'), null][0]", "duration"},
      {"cel.bind(x, order.total, [x, x])", "list(double)"},
      {"math.greatest(1, 2)", "int"},
      {"raw.x", "dyn"}};
  for (const auto& [source, type] : cases) {
    INFO(source);
    CHECK(compiled(source, order_env()).type().to_text() == type);
  }
}

TEST_CASE("a type's text reads back to the same type") {
  for (const std::string_view text :
       {"int", "list(string)", "map(string, list(dyn))", "wrapper(int)", "optional_type(timestamp)",
        "tuple(int, param:T)", "net.IP", "type(bool)"}) {
    const auto type = Type::parse(text);
    REQUIRE(type);
    CHECK(type->to_text() == text);
  }
  for (const std::string_view text : {"", "list(", "list(int, int)", "map(int)", "int)", "a b"})
    CHECK(Type::parse(text).error().code == "bad_type");
}

TEST_CASE("what constants alone make fail is a warning, at its place") {
  for (const std::string_view wrong : {"duration('90 days')", "timestamp('tomorrow')", "int('x')"}) {
    const std::string source = "order.placed_at == order.placed_at || dyn(" + std::string(wrong) + ") == null";
    INFO(source);
    const Program program = compiled(source, order_env());
    REQUIRE(program.warnings().size() == 1);
    CHECK(program.warnings()[0].error.code == "always_fails");
    CHECK(program.warnings()[0].error.offset == source.find(wrong));
    CHECK(program.warnings()[0].error.length == wrong.size());
  }
}

TEST_CASE("a condition that constants decide is a warning") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"1 < 2", "always_true"},
      {"order.total > 5.0 || true", "always_true"},
      {"order.total > 5.0 && false", "always_false"},
      {"'a' in ['b']", "always_false"},
      {"!(1 == 1)", "always_false"}};
  for (const auto& [source, code] : cases) {
    INFO(source);
    const Program program = compiled(source, order_env());
    REQUIRE(program.warnings().size() == 1);
    CHECK(program.warnings()[0].warning);
    CHECK(program.warnings()[0].error.code == code);
  }
  for (const std::string_view source : {"true", "false", "order.total > 5.0", "[1, 2]", "1 + 1"})
    CHECK(compiled(source, order_env()).warnings().empty());
}

TEST_CASE("a program knows what it reads") {
  const Program program = compiled(
      "order.total > 5.0 && has(order.note) && order.lines.exists(l, l.sku == raw.sku) && order.total < 9.0",
      order_env());
  CHECK(program.fields_read() ==
        std::vector<std::string>{"order.lines", "order.note", "order.total", "raw.sku"});
}

TEST_CASE("a host's own functions are checked and called") {
  Env env;
  env.declare(
      Env::Function{"double_of", {TypeKind::integer}, TypeKind::integer, false, [](Call&, const Value* args) {
                      return Value(args[0].integer() * 2);
                    }});
  env.declare(Env::Function{"later", {TypeKind::integer}, TypeKind::integer, false, nullptr});
  CHECK(result("double_of(21)", "{}", env) == "42");
  CHECK(result("later(1)", "{}", env) == "unknown_function: later is declared and has no code");
  CHECK(mistake("double_of('a')", env).code == "no_such_overload");
  CHECK(mistake("duble_of(1)", env).hint == "did you mean double_of?");
}

TEST_CASE("names are looked up in the container first") {
  Env env;
  env.container("shop.vienna")
      .declare("shop.vienna.x", TypeKind::integer)
      .declare("shop.y", TypeKind::integer)
      .declare("x", TypeKind::string);
  const std::string_view scope = R"({"shop.vienna.x": 1, "shop.y": 2, "x": "outer"})";
  CHECK(result("x", scope, env) == "1");
  CHECK(result(".x", scope, env) == "\"outer\"");
  CHECK(result("y", scope, env) == "2");
  CHECK(result("[5].map(x, x)[0]", scope, env) == "5");
  CHECK(result("vienna.x", scope, env) == "1");
}
