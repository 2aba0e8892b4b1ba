// The macros of cel-spec and its extensions: calls that the parser turns into other nodes, because
// an argument of theirs is no value but a name or a body.

#include "cel/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace shopbell::cel {
namespace {

struct FoldMacro {
  std::string_view name;
  Fold fold;
  std::size_t variables;
  bool may_filter;  // one more argument, before the body
};

constexpr std::array<FoldMacro, 16> fold_macros{{
    {"all", Fold::all, 1, false},
    {"all", Fold::all, 2, false},
    {"exists", Fold::exists, 1, false},
    {"exists", Fold::exists, 2, false},
    {"exists_one", Fold::exists_one, 1, false},
    {"exists_one", Fold::exists_one, 2, false},
    {"existsOne", Fold::exists_one, 1, false},
    {"existsOne", Fold::exists_one, 2, false},
    {"filter", Fold::filter, 1, false},
    {"map", Fold::map, 1, true},
    {"transformList", Fold::map, 2, true},
    {"transformMap", Fold::map_values, 2, true},
    {"transformMapEntry", Fold::map_entries, 2, true},
    {"optMap", Fold::opt_map, 1, false},
    {"optFlatMap", Fold::opt_flat_map, 1, false},
    {"sortBy", Fold::sort_by, 1, false},
}};

const FoldMacro* find_fold(const Expr& call) {
  const std::size_t arguments = call.args.size() - 1;
  for (const FoldMacro& m : fold_macros)
    if (m.name == call.name &&
        (arguments == m.variables + 1 || (m.may_filter && arguments == m.variables + 2)))
      return &m;
  return nullptr;
}

bool is_namespace(const Expr& e, std::string_view name) {
  return e.kind == ExprKind::ident && e.name == name && !e.absolute;
}

bool literal_index(const Expr& e) {
  return e.kind == ExprKind::literal && e.literal.is(Kind::integer) && e.literal.integer() >= 0;
}

Expr* wrong(Parser& parser, const Expr& e, std::string message) {
  return parser.reject("bad_macro", std::move(message), e.offset, e.length);
}

// The name that a macro's argument declares, or an empty one when it is none.
std::string_view variable(Parser& parser, const Expr& e, std::string_view macro) {
  if (e.kind == ExprKind::ident && !e.absolute) return e.name;
  wrong(parser, e, fmt::format("{}() needs the name of a variable here", macro));
  return {};
}

Expr* expand_fold(Parser& parser, Expr* call, const FoldMacro& macro) {
  const std::string_view var = variable(parser, *call->args[1], macro.name);
  const std::string_view var2 =
      macro.variables == 2 ? variable(parser, *call->args[2], macro.name) : std::string_view{};
  if (var.empty() || (macro.variables == 2 && var2.empty())) return nullptr;
  if (var == var2)
    return wrong(parser, *call->args[2], fmt::format("{}() needs two different names", macro.name));
  const std::span<Expr*> rest = call->args.subspan(1 + macro.variables);
  std::array<Expr*, 3> parts{call->args[0], rest.back(), rest.front()};
  Expr* e = parser.make(ExprKind::fold, call->offset, call->offset + call->length,
                        std::span(parts).first(1 + rest.size()));
  if (e == nullptr) return nullptr;
  e->fold = macro.fold;
  e->name = call->name;
  e->name_offset = call->name_offset;
  e->var = var;
  e->var2 = var2;
  return e;
}

Expr* expand_has(Parser& parser, Expr* call) {
  Expr* operand = call->args[0];
  if (operand->kind != ExprKind::select || operand->optional || operand->test)
    return wrong(parser, *operand, "has() needs a field: has(a.b)");
  operand->test = true;
  operand->offset = call->offset;
  operand->length = call->length;
  return operand;
}

Expr* expand_bind(Parser& parser, Expr* call) {
  const std::string_view var = variable(parser, *call->args[1], "cel.bind");
  if (var.empty()) return nullptr;
  Expr* e = parser.make(ExprKind::bind, call->offset, call->offset + call->length, call->args.subspan(2));
  if (e != nullptr) e->var = var;
  return e;
}

Expr* expand_block(Parser& parser, Expr* call) {
  Expr* slots = call->args[1];
  if (slots->kind != ExprKind::list)
    return wrong(parser, *slots, "cel.block() needs a list of expressions first");
  for (const bool marked : slots->marks)
    if (marked) return wrong(parser, *slots, "cel.block() takes no optional elements");
  std::vector<Expr*> parts(slots->args.begin(), slots->args.end());
  parts.push_back(call->args[2]);
  return parser.make(ExprKind::block, call->offset, call->offset + call->length, parts);
}

Expr* expand_index(Parser& parser, Expr* call) {
  if (!literal_index(*call->args[1]))
    return wrong(parser, *call->args[1], "cel.index() needs a number that is not negative");
  Expr* e = parser.make(ExprKind::slot, call->offset, call->offset + call->length, {});
  if (e != nullptr) e->literal = call->args[1]->literal;
  return e;
}

// cel.iterVar(depth, number), cel.accuVar(depth, number): names that no person writes.
Expr* expand_variable(Parser& parser, Expr* call) {
  if (!literal_index(*call->args[1]) || !literal_index(*call->args[2]))
    return wrong(parser, *call, fmt::format("cel.{}() needs two numbers", call->name));
  Expr* e = parser.make(ExprKind::ident, call->offset, call->offset + call->length, {});
  if (e == nullptr) return nullptr;
  e->name = parser.arena().copy(fmt::format("@{}:{}:{}", call->name, call->args[1]->literal.integer(),
                                            call->args[2]->literal.integer()));
  return e;
}

Expr* expand_cel(Parser& parser, Expr* call) {
  if (call->name == "bind" && call->args.size() == 4) return expand_bind(parser, call);
  if (call->name == "block" && call->args.size() == 3) return expand_block(parser, call);
  if (call->name == "index" && call->args.size() == 2) return expand_index(parser, call);
  if ((call->name == "iterVar" || call->name == "accuVar") && call->args.size() == 3)
    return expand_variable(parser, call);
  return call;
}

// math.greatest and math.least take any number of arguments: above two, one list.
Expr* expand_extreme(Parser& parser, Expr* call) {
  if (call->args.size() == 1)
    return wrong(parser, *call, fmt::format("math.{}() needs at least one number", call->name));
  if (call->args.size() <= 3) return call;
  Expr* list = parser.make(ExprKind::list, call->offset, call->offset + call->length, call->args.subspan(1));
  if (list == nullptr) return nullptr;
  bool* marks = parser.arena().make<bool>(list->args.size());
  std::fill_n(marks, list->args.size(), false);
  list->marks = {marks, list->args.size()};
  const std::array parts{call->args[0], list};
  Expr* e = parser.call(call->name, parts, *call);
  if (e != nullptr) e->member = true, e->name_offset = call->name_offset;
  return e;
}

}  // namespace

std::span<const std::string_view> macro_names() {
  static constexpr std::array<std::string_view, 14> names{
      "has", "all", "exists", "exists_one", "existsOne", "filter", "map",
      "transformList", "transformMap", "transformMapEntry", "optMap", "optFlatMap", "sortBy", "cel.bind"};
  return names;
}

Expr* expand_macro(Parser& parser, Expr* call) {
  if (!call->member) return call->name == "has" && call->args.size() == 1 ? expand_has(parser, call) : call;
  if (is_namespace(*call->args[0], "cel")) return expand_cel(parser, call);
  if (is_namespace(*call->args[0], "math") && (call->name == "greatest" || call->name == "least"))
    return expand_extreme(parser, call);
  const FoldMacro* fold = find_fold(*call);
  return fold != nullptr ? expand_fold(parser, call, *fold) : call;
}

}  // namespace shopbell::cel
