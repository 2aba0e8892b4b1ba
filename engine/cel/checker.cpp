#include "cel/checker.h"

#include "base/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shopbell::cel {
namespace {

struct TypeName {
  std::string_view name;
  std::string_view type;
};

constexpr std::array type_names{
    TypeName{"bool", "bool"},
    TypeName{"int", "int"},
    TypeName{"uint", "uint"},
    TypeName{"double", "double"},
    TypeName{"string", "string"},
    TypeName{"bytes", "bytes"},
    TypeName{"list", "list(dyn)"},
    TypeName{"map", "map(dyn, dyn)"},
    TypeName{"null_type", "null_type"},
    TypeName{"type", "type(dyn)"},
    TypeName{"google.protobuf.Timestamp", "timestamp"},
    TypeName{"google.protobuf.Duration", "duration"},
    TypeName{"optional_type", "optional_type(dyn)"},
    TypeName{"net.IP", "net.IP"},
    TypeName{"net.CIDR", "net.CIDR"},
};

const TypeName* find_type(std::string_view name) {
  const auto found =
      std::find_if(type_names.begin(), type_names.end(), [&](const TypeName& t) { return t.name == name; });
  return found == type_names.end() ? nullptr : &*found;
}

// The name of a type is a constant of the language.
Type become_type(Expr& e, const TypeName& type) {
  e.kind = ExprKind::literal;
  e.literal = Value::of_text(Kind::type, type.name);
  e.args = {};
  return Type::type_of(*Type::parse(type.type));
}

Mending mending_of(const Type& declared) {
  if (declared.is(TypeKind::real)) return Mending::real;
  return declared.is(TypeKind::timestamp) ? Mending::timestamp : Mending::none;
}

Type literal_type(const Value& v) {
  switch (v.kind()) {
    case Kind::null: return TypeKind::null;
    case Kind::boolean: return TypeKind::boolean;
    case Kind::integer: return TypeKind::integer;
    case Kind::uint: return TypeKind::uint;
    case Kind::real: return TypeKind::real;
    case Kind::string: return TypeKind::string;
    case Kind::bytes: return TypeKind::bytes;
    default: return {};
  }
}

}  // namespace

const Expr* root_of(const Expr& e) {
  const Expr* at = &e;
  while (at->kind == ExprKind::select && !at->optional && !at->test) at = at->args[0];
  return at->kind == ExprKind::ident ? at : nullptr;
}

std::string dotted_name(const Expr& e) {
  if (root_of(e) == nullptr) return {};
  if (e.kind == ExprKind::ident) return std::string(e.name);
  return dotted_name(*e.args[0]) + "." + std::string(e.name);
}

Checker::Checker(const Env& env, Arena& arena) : env_(env), arena_(arena) {
  for (const Env::Variable& v : env.variables())
    dotted_variables_ = dotted_variables_ || v.name.find('.') != std::string::npos;
  dotted_variables_ = dotted_variables_ || !env.container().empty();
  for (const Env::Function& f : env.functions()) {
    auto set = std::find_if(own_functions_.begin(), own_functions_.end(),
                            [&](const FunctionSet& s) { return s.name == f.name; });
    if (set == own_functions_.end()) {
      const FunctionSet* standard = standard_function(f.name);
      set = own_functions_.insert(own_functions_.end(),
                                  standard != nullptr ? *standard : FunctionSet{f.name, {}});
    }
    set->overloads.push_back(make_overload(f));
  }
}

Type Checker::check(Expr& root) {
  const Type type = visit(root);
  std::stable_sort(issues_.begin(), issues_.end(),
                   [](const Issue& a, const Issue& b) { return a.error.offset < b.error.offset; });
  return inference_.resolve(type, true);
}

void Checker::report(const Expr& e, std::string code, std::string message, std::string hint) {
  report_at(e.offset, e.length, std::move(code), std::move(message), std::move(hint));
}

void Checker::report_at(std::uint32_t offset, std::size_t length, std::string code, std::string message,
                        std::string hint) {
  issues_.push_back({Error{std::move(code), std::move(message), std::move(hint), offset,
                           static_cast<std::uint32_t>(length)},
                     false});
}

Type Checker::want(const Expr& e, const Type& is, const Type& wanted, std::string_view where) {
  if (env_.is_checked() && !inference_.assign(is, wanted)) {
    report(e, "wrong_type", fmt::format("{} needs {}, not {}", where, wanted.to_text(), name_of(is)));
    return TypeKind::error;
  }
  return wanted;
}

Type Checker::visit(Expr& e) {
  switch (e.kind) {
    case ExprKind::literal: return literal_type(e.literal);
    case ExprKind::ident: return visit_ident(e);
    case ExprKind::select: return visit_select(e);
    case ExprKind::call: return visit_call(e);
    case ExprKind::list: return visit_list(e);
    case ExprKind::map: return visit_map(e);
    case ExprKind::fold: return visit_fold(e);
    case ExprKind::bind: return visit_bind(e);
    case ExprKind::block: return visit_block(e);
    case ExprKind::slot: return visit_slot(e);
  }
  return {};
}

const Checker::Local* Checker::local(std::string_view name) const {
  const auto found =
      std::find_if(locals_.rbegin(), locals_.rend(), [&](const Local& l) { return l.name == name; });
  return found == locals_.rend() ? nullptr : &*found;
}

// Asks found() for the name in the container, in each namespace round it, and as it is.
template <class Found>
auto Checker::in_container(std::string_view name, bool absolute, Found found) const {
  std::string_view space = absolute ? std::string_view{} : std::string_view(env_.container());
  while (!space.empty()) {
    if (const auto* there = found(std::string(space) + "." + std::string(name))) return there;
    const std::size_t dot = space.rfind('.');
    space = dot == std::string_view::npos ? std::string_view{} : space.substr(0, dot);
  }
  return found(std::string(name));
}

const Env::Variable* Checker::variable(std::string_view name, bool absolute) const {
  return in_container(name, absolute, [&](const std::string& full) -> const Env::Variable* {
    const auto found = std::find_if(env_.variables().rbegin(), env_.variables().rend(),
                                    [&](const Env::Variable& v) { return v.name == full; });
    return found == env_.variables().rend() ? nullptr : &*found;
  });
}

Type Checker::visit_ident(Expr& e) {
  if (const Local* l = e.absolute ? nullptr : local(e.name)) {
    e.local = l->slot;
    return l->type;
  }
  if (const Env::Variable* v = variable(e.name, e.absolute)) {
    e.name = arena_.copy(v->name);
    e.mending = mending_of(v->type);
    return v->type;
  }
  if (const TypeName* type = find_type(e.name)) return become_type(e, *type);
  if (env_.is_open() || !env_.is_checked()) return {};
  unknown_variable(e);
  return TypeKind::error;
}

void Checker::unknown_variable(const Expr& e) {
  std::vector<std::string_view> names;
  for (const Local& l : locals_) names.push_back(l.name);
  for (const Env::Variable& v : env_.variables()) names.push_back(v.name);
  report(e, "unknown_variable", fmt::format("there is no variable {}", e.name), did_you_mean(e.name, names));
}

// A chain of fields may as a whole be the dotted name of a variable or a type.
std::optional<Type> Checker::resolve_dotted(Expr& e) {
  const Expr* root = root_of(e);
  if (root == nullptr || (!root->absolute && local(root->name) != nullptr)) return std::nullopt;
  const bool may_be_type = root->name == "google" || root->name == "net";
  if (!dotted_variables_ && !may_be_type) return std::nullopt;
  const std::string name = dotted_name(e);
  if (const Env::Variable* v = variable(name, root->absolute)) {
    e.kind = ExprKind::ident;
    e.name = arena_.copy(v->name);
    e.args = {};
    e.mending = mending_of(v->type);
    return v->type;
  }
  if (const TypeName* type = find_type(name)) return become_type(e, *type);
  return std::nullopt;
}

Type Checker::visit_select(Expr& e) {
  if (!e.test && !e.optional)
    if (const auto dotted = resolve_dotted(e)) return *dotted;
  Type operand = inference_.resolve(visit(*e.args[0]), false);
  const bool chained = operand.is(TypeKind::optional);
  if (chained) operand = inference_.resolve(operand.params()[0], false);
  const Type field = field_of(e, operand);
  if (e.test) return TypeKind::boolean;
  if (!e.optional) e.mending = mending_of(field);
  return chained || e.optional ? Type::optional(field) : field;
}

Type Checker::field_of(const Expr& e, const Type& operand) {
  if (operand.is(TypeKind::map)) return operand.params()[1];
  if (operand.is(TypeKind::object)) {
    if (const Field* field = operand.field(e.name)) return field->type;
    if (!env_.is_checked()) return {};
    std::vector<std::string_view> names;
    for (const Field& field : operand.fields()) names.push_back(field.name);
    const std::string owner = dotted_name(*e.args[0]);
    const std::string close = nearest(e.name, names);
    std::string hint = close.empty()
                           ? std::string{}
                           : fmt::format("did you mean {}{}{}?", owner, owner.empty() ? "" : ".", close);
    report_at(e.name_offset, e.name.size(), "no_such_field",
              fmt::format("{} has no field {}", owner.empty() ? operand.name() : owner, e.name),
              std::move(hint));
    return TypeKind::error;
  }
  if (operand.is(TypeKind::param))
    inference_.assign(Type(), operand);
  else if (!operand.is_dyn() && env_.is_checked()) {
    report_at(e.name_offset, e.name.size(), "wrong_type", fmt::format("{} has no fields", operand.to_text()),
              {});
    return TypeKind::error;
  }
  return {};
}

// The type of an element; of one that was written with "?", what its optional holds.
Type Checker::element(Expr& e, bool optional) {
  const Type type = visit(e);
  if (!optional) return type;
  const Type inner = inference_.fresh();
  if (inference_.assign(type, Type::optional(inner))) return inference_.resolve(inner, false);
  if (env_.is_checked())
    report(e, "wrong_type", fmt::format("an element with ? needs an optional, not {}", name_of(type)));
  return TypeKind::error;
}

Type Checker::visit_list(Expr& e) {
  std::optional<Type> joined;
  for (std::size_t i = 0; i < e.args.size(); ++i) {
    const Type type = element(*e.args[i], e.marks[i]);
    joined = joined ? inference_.join(*joined, type) : type;
  }
  return Type::list(joined ? *joined : inference_.fresh());
}

Type Checker::visit_map(Expr& e) {
  std::optional<Type> keys;
  std::optional<Type> values;
  for (std::size_t i = 0; i < e.args.size(); i += 2) {
    const Type key = visit(*e.args[i]);
    const Type value = element(*e.args[i + 1], e.marks[i / 2]);
    const Type plain = inference_.resolve(key, false);
    const bool good = plain.is_dyn() || plain.is(TypeKind::param) || plain.is(TypeKind::string) ||
                      plain.is(TypeKind::integer) || plain.is(TypeKind::uint) || plain.is(TypeKind::boolean);
    // A double may be one, too, when it is looked for: {1: 'a'}[1.0].
    if (!good && env_.is_checked())
      report(*e.args[i], "wrong_type",
             fmt::format("the key of a map is a string, int, uint or bool, not {}", plain.to_text()));
    keys = keys ? inference_.join(*keys, key) : key;
    values = values ? inference_.join(*values, value) : value;
  }
  return Type::map(keys ? *keys : inference_.fresh(), values ? *values : inference_.fresh());
}

}  // namespace shopbell::cel
