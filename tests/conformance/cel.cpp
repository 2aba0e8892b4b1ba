// cel-spec's own cases as JSON lines; the encoding is told by the README beside them.

#include "suites.h"

#include "base/json.h"
#include "base/time.h"
#include "cel/cel.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>

namespace shopbell::conformance {
namespace {

std::int64_t whole(const Value& text) {
  return std::strtoll(std::string(text.text_or("0")).c_str(), nullptr, 10);
}

// A value in the suite's encoding.
Value decode(const Value& v, Arena& arena) {
  const std::string_view type = v["t"].text_or("");
  const std::string text(v["v"].text_or(""));
  if (type == "bool") return v["v"].boolean_or(false);
  if (type == "int") return static_cast<std::int64_t>(std::strtoll(text.c_str(), nullptr, 10));
  if (type == "uint") return static_cast<std::uint64_t>(std::strtoull(text.c_str(), nullptr, 10));
  if (type == "double") return std::strtod(text.c_str(), nullptr);
  if (type == "string") return Value(arena.copy(text));
  if (type == "bytes") return Value::bytes(arena.copy(from_base64(v["b64"].text_or("")).value_or("")));
  if (type == "type") return Value::of_text(Kind::type, arena.copy(text));
  if (type == "timestamp")
    return Value::timestamp(whole(v["seconds"]), static_cast<std::int32_t>(v["nanos"].integer_or(0)));
  if (type == "duration")
    return Value::duration(whole(v["seconds"]), static_cast<std::int32_t>(v["nanos"].integer_or(0)));
  if (type == "list") {
    ListBuilder list(arena);
    for (const Value& item : v["v"].items()) list.add(decode(item, arena));
    return list.build();
  }
  if (type == "map") {
    MapBuilder map(arena);
    for (const Value& entry : v["v"].items())
      map.add(decode(entry.items()[0], arena), decode(entry.items()[1], arena));
    return map.build();
  }
  if (type == "error") return Value::error(arena.own<Error>(Error{"bound", "an error was bound", {}, 0, 0}));
  return {};
}

// The environment that a case declares, or what is wrong with its declarations.
Result<cel::Env> environment(const Value& c) {
  cel::Env env;
  env.open(false).container(std::string(c["container"].text_or("")));
  env.macros(!c["disable_macros"].boolean_or(false)).checked(!c["disable_check"].boolean_or(false));
  for (const Value& declared : c["type_env"].items()) {
    const std::string name(declared["name"].text_or(""));
    if (declared["kind"].text_or("") == "ident") {
      auto type = cel::Type::parse(declared["type"].text_or(""));
      if (!type) return tl::unexpected(type.error());
      env.declare(name, *type);
      continue;
    }
    for (const Value& overload : declared["overloads"].items()) {
      cel::Env::Function function{name, {}, {}, overload["member"].boolean_or(false), nullptr};
      auto result = cel::Type::parse(overload["result"].text_or(""));
      if (!result) return tl::unexpected(result.error());
      function.result = *result;
      for (const Value& param : overload["params"].items()) {
        auto type = cel::Type::parse(param.text_or(""));
        if (!type) return tl::unexpected(type.error());
        function.params.push_back(*type);
      }
      env.declare(std::move(function));
    }
  }
  return env;
}

Value scope_of(const Value& c, Arena& arena) {
  MapBuilder scope(arena);
  for (const Member& m : c["bindings"].members()) scope.add(m.key, decode(m.value, arena));
  return scope.build();
}

// What is wrong with the outcome of a case; nothing when it is as expected.
std::string judge(const Value& c, Arena& arena) {
  const Value expect = c["expect"];
  const bool must_fail = expect.find("error") != nullptr;
  const auto env = environment(c);
  if (!env) return env.error().message;
  const auto program = cel::compile(c["expr"].text_or(""), *env);
  if (!program) return must_fail ? "" : fmt::format("refused: {}", program.error().front().error.message);
  if (const Value* type = expect.find("deduced_type");
      type != nullptr && program->type().to_text() != type->text_or(""))
    return fmt::format("the type is {}, not {}", program->type().to_text(), type->text_or(""));
  if (c["check_only"].boolean_or(false)) return must_fail ? "it was not refused" : "";
  const Value result = program->evaluate(scope_of(c, arena), arena);
  if (must_fail)
    return result.is(Kind::error) ? "" : fmt::format("{} where an error was expected", cel::to_text(result));
  const Value* wanted = expect.find("value");
  if (wanted == nullptr || same(result, decode(*wanted, arena))) return {};
  return fmt::format("{} where {} was expected", cel::to_text(result), cel::to_text(decode(*wanted, arena)));
}

struct Count {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t skipped = 0;
};

bool run_file(const std::string& path, Count& count) {
  std::ifstream file(path);
  if (!file) return fmt::print(stderr, "conformance: cannot read {}\n", path), false;
  for (std::string line; std::getline(file, line);) {
    Arena arena;
    const auto c = parse_json(line, arena);
    if (!c) return fmt::print(stderr, "conformance: {}: {}\n", path, c.error().message), false;
    if ((*c)["category"].text_or("") != "core") {
      ++count.skipped;
      continue;
    }
    const std::string wrong = judge(*c, arena);
    ++(wrong.empty() ? count.passed : count.failed);
    if (!wrong.empty()) fmt::print("{}: {}\n", (*c)["id"].text_or("?"), wrong);
  }
  return true;
}

}  // namespace

int run_cel(std::span<const std::string> files) {
  Count count;
  bool read = true;
  for (const std::string& path : files) read = run_file(path, count) && read;
  if (count.skipped > 0) fmt::print("{} skipped: they need protobuf\n", count.skipped);
  fmt::print("{} passed, {} failed\n", count.passed, count.failed);
  return read && count.failed == 0 ? 0 : 1;
}

}  // namespace shopbell::conformance
