#include "cel/checker.h"
#include "cel/parser.h"

#include "base/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace shopbell::cel {
namespace {

bool is_operator(std::string_view function) { return written(function) != function; }

std::string join_types(std::span<const Type> types, Inference& inference) {
  std::string text;
  for (const Type& type : types) text += (text.empty() ? "" : ", ") + inference.resolve(type, true).to_text();
  return text;
}

bool numeric(const Type& t) {
  return t.is(TypeKind::integer) || t.is(TypeKind::uint) || t.is(TypeKind::real);
}

}  // namespace

Type Checker::visit_call(Expr& e) {
  if (!e.member) {
    if (e.name == op::logical_and || e.name == op::logical_or) return visit_logical(e);
    if (e.name == op::conditional) return visit_conditional(e);
    if (e.name == op::index || e.name == op::opt_index) return visit_index(e);
  }
  return visit_function(e);
}

Type Checker::visit_logical(Expr& e) {
  for (Expr* arg : e.args) {
    const Type type = visit(*arg);
    want(*arg, type, TypeKind::boolean, fmt::format("'{}'", written(e.name)));
  }
  return TypeKind::boolean;
}

Type Checker::visit_conditional(Expr& e) {
  const Type condition = visit(*e.args[0]);
  want(*e.args[0], condition, TypeKind::boolean, "the condition of '?'");
  const Type yes = visit(*e.args[1]);
  const Type no = visit(*e.args[2]);
  const Type result = inference_.fresh();
  if (inference_.assign(yes, result) && inference_.assign(no, result))
    return inference_.resolve(result, false);
  if (env_.is_checked())
    report(e, "wrong_type", fmt::format("the two results of '? :' are {} and {}", name_of(yes), name_of(no)),
           "dyn(x) makes any type fit");
  return {};
}

Type Checker::visit_index(Expr& e) {
  Type operand = inference_.resolve(visit(*e.args[0]), false);
  const Type index = inference_.resolve(visit(*e.args[1]), false);
  const bool chained = operand.is(TypeKind::optional);
  if (chained) operand = inference_.resolve(operand.params()[0], false);
  Type result;
  if (operand.is(TypeKind::list)) {
    want(*e.args[1], index, TypeKind::integer, "the index of a list");
    result = operand.params()[0];
  } else if (operand.is(TypeKind::map)) {
    if (env_.is_checked() && !inference_.assign(index, operand.params()[0]))
      report(
          *e.args[1], "wrong_type",
          fmt::format("the keys of this map are {}, not {}", name_of(operand.params()[0]), name_of(index)));
    result = operand.params()[1];
  } else if (operand.is(TypeKind::object)) {
    want(*e.args[1], index, TypeKind::string, "the name of a field");
    const bool constant = e.args[1]->kind == ExprKind::literal && e.args[1]->literal.is(Kind::string);
    const Field* field = constant ? operand.field(e.args[1]->literal.text()) : nullptr;
    if (field != nullptr) result = field->type;
  } else if (operand.is(TypeKind::param)) {
    inference_.assign(Type(), operand);
  } else if (!operand.is_dyn() && env_.is_checked()) {
    report(e, "wrong_type", fmt::format("{} has no elements to take by '[]'", operand.to_text()));
    return TypeKind::error;
  }
  return chained || e.name == op::opt_index ? Type::optional(result) : result;
}

const FunctionSet* Checker::function(std::string_view name) const {
  for (const FunctionSet& set : own_functions_)
    if (set.name == name) return &set;
  return standard_function(name);
}

const FunctionSet* Checker::function_in_container(std::string_view name, bool absolute) const {
  std::string_view space = absolute ? std::string_view{} : std::string_view(env_.container());
  while (!space.empty()) {
    if (const FunctionSet* set = function(fmt::format("{}.{}", space, name))) return set;
    const std::size_t dot = space.rfind('.');
    space = dot == std::string_view::npos ? std::string_view{} : space.substr(0, dot);
  }
  return function(name);
}

// math.abs(x) is written like a member of `math`: it is the function "math.abs" when there is one.
bool Checker::resolve_namespace(Expr& e) {
  const Expr* root = root_of(*e.args[0]);
  if (root == nullptr || (!root->absolute && local(root->name) != nullptr)) return false;
  const FunctionSet* set =
      function_in_container(dotted_name(*e.args[0]) + "." + std::string(e.name), root->absolute);
  if (set == nullptr) return false;
  e.functions = set;
  e.name = set->name;
  e.member = false;
  e.args = e.args.subspan(1);
  return true;
}

Type Checker::visit_function(Expr& e) {
  const bool spaced = e.member && resolve_namespace(e);
  if (!spaced)
    e.functions =
        e.member || is_operator(e.name) ? function(e.name) : function_in_container(e.name, e.absolute);
  // A namespace is no variable: math.foo(1) is about the function, not about `math`.
  std::vector<Type> args;
  if (e.functions == nullptr && env_.is_checked()) {
    unknown_function(e);
    for (std::size_t i = e.member ? 1 : 0; i < e.args.size(); ++i) visit(*e.args[i]);
    return TypeKind::error;
  }
  for (Expr* arg : e.args) args.push_back(visit(*arg));
  if (e.functions == nullptr) return {};
  if (std::any_of(args.begin(), args.end(), [](const Type& t) { return t.is(TypeKind::error); })) {
    return TypeKind::error;  // reported where it arose
  }
  return choose_overload(e, args);
}

Type Checker::choose_overload(const Expr& e, std::span<const Type> args) {
  std::optional<Type> result;
  for (const Overload& o : e.functions->overloads) {
    if (o.member != e.member || o.params.size() != args.size()) continue;
    Inference::Names names;
    std::vector<Type> params;
    if (o.generic)
      for (const Type& param : o.params) params.push_back(inference_.instantiate(param, names));
    if (!inference_.assign_all(args,
                               o.generic ? std::span<const Type>(params) : std::span<const Type>(o.params)))
      continue;
    const Type type =
        o.generic ? inference_.resolve(inference_.instantiate(o.result, names), false) : o.result;
    result = !result || *result == type ? type : Type();
  }
  if (result) return *result;
  if (!env_.is_checked()) return {};
  no_overload(e, args);
  return TypeKind::error;
}

void Checker::unknown_function(const Expr& e) {
  const auto macros = macro_names();
  if (env_.has_macros() && std::find(macros.begin(), macros.end(), e.name) != macros.end()) {
    const std::size_t count = e.args.size() - (e.member ? 1 : 0);
    report_at(e.name_offset, e.name.size(), "bad_macro",
              fmt::format("{}() is not written {} {} arguments", e.name, e.member ? "with" : "alone with", count), {});
    return;
  }
  const Expr* root = e.member ? root_of(*e.args[0]) : nullptr;
  const bool may_be_spaced = root != nullptr && local(root->name) == nullptr;
  const std::string full = may_be_spaced ? fmt::format("{}.{}", dotted_name(*e.args[0]), e.name) : std::string(e.name);
  std::vector<std::string_view> plain(macros.begin(), macros.end());
  std::vector<std::string_view> spaced;
  for (const std::string_view name : standard_function_names())
    (name.find('.') == std::string_view::npos ? plain : spaced).push_back(name);
  for (const FunctionSet& set : own_functions_) plain.push_back(set.name);
  std::string hint = did_you_mean(full, spaced);
  if (hint.empty()) hint = did_you_mean(e.name, plain);
  report_at(e.name_offset, e.name.size(), "unknown_function", fmt::format("there is no function {}", e.name),
            std::move(hint));
}

// How the operands of an operator would become numbers of one type.
std::string Checker::number_hint(const Expr& e, const Type& left, const Type& right) {
  for (const auto& [operand, type, other] : {std::tuple(e.args[0], left, right), std::tuple(e.args[1], right, left)}) {
    if (!numeric(other)) continue;
    const Value& literal = operand->literal;
    const bool is_literal = operand->kind == ExprKind::literal;
    if (is_literal && literal.is(Kind::string) && !literal.text().empty() &&
        literal.text().find_first_not_of("0123456789.-") == std::string_view::npos)
      return fmt::format("write {} without quotes", literal.text());
    if (is_literal && literal.is(Kind::integer) && other.is(TypeKind::real))
      return fmt::format("write {}.0", literal.integer());
    if (is_literal && literal.is(Kind::integer) && other.is(TypeKind::uint) && literal.integer() >= 0)
      return fmt::format("write {}u", literal.integer());
  }
  if (!numeric(left) || !numeric(right) || left == right) return {};
  const bool real = left.is(TypeKind::real) || right.is(TypeKind::real);
  const Expr& other = *e.args[left.is(real ? TypeKind::real : TypeKind::integer) ? 1 : 0];
  const std::string name = dotted_name(other);
  return fmt::format("write {}({})", real ? "double" : "int", name.empty() ? "x" : name);
}

void Checker::no_overload(const Expr& e, std::span<const Type> args) {
  std::string message;
  std::string hint;
  if (is_operator(e.name)) {
    message = fmt::format("'{}' does not go with {}", written(e.name), join_types(args, inference_));
    if (args.size() == 2) hint = number_hint(e, inference_.resolve(args[0], true), inference_.resolve(args[1], true));
  } else if (e.member) {
    message = fmt::format("{}.{}({}) has no such form", name_of(args[0]), e.name,
                          join_types(args.subspan(1), inference_));
  } else {
    message = fmt::format("{}({}) has no such form", e.name, join_types(args, inference_));
  }
  const bool other_style =
      std::any_of(e.functions->overloads.begin(), e.functions->overloads.end(),
                  [&](const Overload& o) { return o.member != e.member && o.params.size() == args.size(); });
  if (hint.empty() && other_style && !is_operator(e.name))
    hint = e.member ? fmt::format("write {}(x)", e.name) : fmt::format("write x.{}()", e.name);
  report(e, "no_such_overload", std::move(message), std::move(hint));
}

}  // namespace shopbell::cel
