#pragma once
// Short forms for the tests of CEL: compile, evaluate, and what came out as a text.

#include "support/catch.h"

#include "base/json.h"
#include "cel/cel.h"

#include <string>
#include <string_view>

namespace shopbell::cel::test {

/// The first mistake of a text that must not compile.
inline Error mistake(std::string_view source, const Env& env = {}) {
  INFO(source);
  const auto program = compile(source, env);
  REQUIRE_FALSE(program);
  return program.error().front().error;
}

inline Program compiled(std::string_view source, const Env& env = {}) {
  auto program = compile(source, env);
  INFO(source);
  if (!program) FAIL(program.error().front().error.message);
  return *program;
}

/// What the mistake underlines.
inline std::string_view underlined(std::string_view source, const Error& error) {
  return source.substr(error.offset, error.length);
}

/// The result as CEL writes it, or "code: message" of its error; `scope` is JSON.
inline std::string result(std::string_view source, std::string_view scope = "{}", const Env& env = {},
                          const Limits& limits = {}) {
  const Program program = compiled(source, env);
  Arena arena;
  const auto data = parse_json(scope, arena);
  REQUIRE(data);
  const Value v = program.evaluate(*data, arena, limits);
  return v.is(Kind::error) ? v.error().code + ": " + v.error().message : to_text(v, 1000);
}

/// An order as an event's schema declares it.
inline Env order_env() {
  const Type address =
      Type::object("address", {{"country", TypeKind::string, "ISO 3166"}, {"city", TypeKind::string, ""}});
  const Type line = Type::object(
      "line",
      {{"sku", TypeKind::string, ""}, {"quantity", TypeKind::integer, ""}, {"price", TypeKind::real, ""}});
  const Type order = Type::object("order", {{"total", TypeKind::real, "major units"},
                                            {"currency", TypeKind::string, ""},
                                            {"placed_at", TypeKind::timestamp, ""},
                                            {"note", Type::wrapper(TypeKind::string), ""},
                                            {"lines", Type::list(line), ""},
                                            {"tags", Type::list(TypeKind::string), ""},
                                            {"shipping", address, ""}});
  Env env;
  env.declare("order", order, "the order").declare("raw", Type(), "the webhook's body");
  return env;
}

}  // namespace shopbell::cel::test
