// Any bytes as an expression: compiling and evaluating must end, within their limits, with a value or
// an error whose place lies in the text. The bits of the first byte choose: 1 declared names, 2 no
// checker, 4 no macros, 8 explain, 16 evaluate twice. Evaluations are kept cheap, so that there are many.

#include "base/json.h"
#include "cel/cel.h"

#include <array>
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

constexpr std::uint64_t cost_max = 2'000;

Env make_environment(std::size_t choice) {
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

const Env& environment(std::uint8_t choice) {
  static const auto all = [] {
    std::array<Env, 8> made;
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = make_environment(i);
    return made;
  }();
  return all[choice % all.size()];
}

void must(bool holds) {
  if (!holds) std::abort();
}

void check_place(const Error& error, std::string_view source) {
  must(!error.code.empty() && !error.message.empty());
  must(error.offset <= source.size() + 1 && error.length <= source.size() + 1);
}

void run(std::string_view source, std::uint8_t choice) {
  const auto program = compile(source, environment(choice));
  if (!program) {
    must(!program.error().empty());
    for (const Issue& issue : program.error()) check_place(issue.error, source);
    return;
  }
  const Limits limits{cost_max};
  Arena arena;
  const Value value = program->evaluate(data().root(), arena, limits);
  if (value.is(Kind::error)) check_place(value.error(), source);
  (void)to_text(value);
  if (choice & 8) (void)program->explain(data().root(), arena, limits);
  if (choice & 16) {
    Arena other;
    must(program->evaluate(data().root(), other, limits).kind() == value.kind());
  }
}

}  // namespace
}  // namespace shopbell::cel

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size > 0) shopbell::cel::run({reinterpret_cast<const char*>(bytes) + 1, size - 1}, bytes[0]);
  return 0;
}
