#include "load/draft.h"

#include <fmt/format.h>

namespace shopbell {
namespace {

bool fits(const cel::Type& type, Wanted wanted) {
  using cel::TypeKind;
  if (wanted == Wanted::anything || type.is_dyn()) return true;
  if (wanted == Wanted::condition) return type.is(TypeKind::boolean);
  if (wanted == Wanted::instant) return type.is(TypeKind::timestamp);
  if (wanted == Wanted::list) return type.is(TypeKind::list);
  return type.is(TypeKind::string) || type.is(TypeKind::integer) || type.is(TypeKind::uint);
}

std::string_view text_of(Wanted wanted) {
  if (wanted == Wanted::condition) return "true or false";
  if (wanted == Wanted::instant) return "an instant (timestamp)";
  if (wanted == Wanted::list) return "a list";
  return "a text or a whole number";
}

std::string hint_for(const cel::Type& type, Wanted wanted) {
  if (wanted == Wanted::instant && type.is(cel::TypeKind::duration))
    return "add it to an instant: now + duration(\"1h\")";
  if (wanted == Wanted::condition && type.is(cel::TypeKind::string)) return "compare it: x == \"...\"";
  return "";
}

}  // namespace

std::optional<cel::Program> compile_cel(const yaml::Node& node, std::string_view what, const cel::Env& scope,
                                        Wanted wanted, Report& report) {
  if (!node.is_scalar() || node.is_null()) {
    wrong_type(report, node, what, "an expression");
    return std::nullopt;
  }
  const auto show = [&](const cel::Issue& issue) {
    const Error& e = issue.error;
    const Place place = e.length == 0 && e.offset == 0 ? place_of(node, report.source())
                                                       : place_within(node, report.source(), e.offset, e.length);
    // A condition that can never be decided is a mistake here, whatever CEL thinks of it.
    if (issue.warning && e.code != "always_fails") report.warning(place, e.code, e.message, e.hint);
    else report.error(place, e.code, e.message, e.hint);
  };
  auto program = cel::compile(node.text, scope);
  if (!program) {
    for (const cel::Issue& issue : program.error()) show(issue);
    return std::nullopt;
  }
  for (const cel::Issue& issue : program->warnings()) show(issue);
  if (fits(program->type(), wanted)) return std::move(*program);
  report.error(place_of(node, report.source()), "wrong_type",
               fmt::format("{} must be {}, and this is of type {}", what, text_of(wanted), program->type().to_text()),
               hint_for(program->type(), wanted));
  return std::nullopt;
}

}  // namespace shopbell
