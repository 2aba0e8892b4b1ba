// Any bytes as an expression: compiling and evaluating must end, within their limits, with a value or
// an error whose place lies in the text. The first byte chooses the environment.

#include "base/json.h"
#include "cel/cel.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace shopbell::cel {
namespace {

const Document& data() {
  static const Document document = *parse_json_document(
      R"({"a": 1, "s": "Grüße 2026", "l": [1, 2.5, "x", null, [3]], "m": {"k": "v", "n": {"o": true}}, "u": 18446744073709551615,
          "order": {"total": 40, "lines": [{"sku": "mug", "price": 12.5}], "note": null}})");
  return document;
}

Env environment(std::uint8_t choice) {
  Env env;
  if (choice & 1) {
    const Type line = Type::object("line", {{"sku", TypeKind::string, ""}, {"price", TypeKind::real, ""}});
    env.declare("order", Type::object("order", {{"total", TypeKind::real, ""},
                                                {"lines", Type::list(line), ""},
                                                {"note", Type::wrapper(TypeKind::string), ""}}));
    env.declare("l", Type::list(Type()))
        .declare("s", TypeKind::string)
        .declare("m", Type::map(TypeKind::string, Type()));
  }
  return env.checked((choice & 2) == 0).macros((choice & 4) == 0);
}

void must(bool holds) {
  if (!holds) std::abort();
}

void check_place(const Error& error, std::string_view source) {
  must(!error.code.empty() && !error.message.empty());
  must(error.offset <= source.size() + 1 && error.length <= source.size() + 1);
}

void run(std::string_view source, const Env& env) {
  const auto program = compile(source, env);
  if (!program) {
    must(!program.error().empty());
    for (const Issue& issue : program.error()) check_place(issue.error, source);
    return;
  }
  const Limits limits{20'000};
  Arena arena;
  const Value value = program->evaluate(data().root(), arena, limits);
  if (value.is(Kind::error)) check_place(value.error(), source);
  (void)to_text(value);
  (void)program->explain(data().root(), arena, limits);
  // The same again is the same.
  Arena other;
  const Value again = program->evaluate(data().root(), other, limits);
  must(again.kind() == value.kind());
}

}  // namespace
}  // namespace shopbell::cel

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  shopbell::cel::run({reinterpret_cast<const char*>(bytes) + 1, size - 1},
                     shopbell::cel::environment(bytes[0]));
  return 0;
}
