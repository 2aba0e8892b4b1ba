#include "cel/checker.h"

#include <fmt/format.h>

#include <algorithm>

namespace shopbell::cel {

// Each variable has a slot of its own: cel.block evaluates its parts late, inside other bodies.
std::int32_t Checker::enter(std::initializer_list<Local> locals) {
  const std::int32_t first = slots_;
  for (Local l : locals) {
    l.slot = slots_++;
    if (!l.name.empty()) locals_.push_back(l);
  }
  return first;
}

void Checker::leave(std::size_t locals) { locals_.resize(locals, Local{{}, {}, 0}); }

bool Checker::range_types(const Expr& e, const Type& range, Type& first, Type& second) {
  const bool wants_optional = e.fold == Fold::opt_map || e.fold == Fold::opt_flat_map;
  if (range.is(TypeKind::param)) inference_.assign(Type(), range);
  if (range.is_dyn() || range.is(TypeKind::param)) return true;
  if (wants_optional != range.is(TypeKind::optional)) return false;
  if (wants_optional) {
    first = range.params()[0];
  } else if (range.is(TypeKind::list)) {
    first = e.var2.empty() ? range.params()[0] : Type(TypeKind::integer);
    second = range.params()[0];
  } else if (range.is(TypeKind::map) && e.fold != Fold::sort_by) {
    first = range.params()[0];
    second = range.params()[1];
  } else if (range.is(TypeKind::object) && e.fold != Fold::sort_by) {
    first = TypeKind::string;
  } else {
    return false;
  }
  return true;
}

Type Checker::visit_fold(Expr& e) {
  const Type range = inference_.resolve(visit(*e.args[0]), false);
  Type first;
  Type second;
  if (!range_types(e, range, first, second) && env_.is_checked()) {
    const bool wants_optional = e.fold == Fold::opt_map || e.fold == Fold::opt_flat_map;
    report(*e.args[0], "wrong_type",
           fmt::format("{}() needs {}, not {}", e.name,
                       wants_optional            ? "an optional"
                       : e.fold == Fold::sort_by ? "a list"
                                                 : "a list or a map",
                       name_of(range)));
  }
  const std::size_t outer = locals_.size();
  e.local = enter({Local{e.var, first, 0}, Local{e.var2, second, 0}});
  if (e.args.size() == 3) {
    const Type filter = visit(*e.args[2]);
    want(*e.args[2], filter, TypeKind::boolean, fmt::format("the filter of {}()", e.name));
  }
  const Type body = visit(*e.args[1]);
  leave(outer);
  return fold_result(e, range, first, body);
}

Type Checker::fold_result(Expr& e, const Type& range, const Type& first, const Type& body) {
  switch (e.fold) {
    case Fold::all:
    case Fold::exists:
    case Fold::exists_one: return want(*e.args[1], body, TypeKind::boolean, fmt::format("{}()", e.name));
    case Fold::filter: want(*e.args[1], body, TypeKind::boolean, "filter()"); return Type::list(first);
    case Fold::map: return Type::list(body);
    case Fold::map_values: return Type::map(range.is(TypeKind::list) ? Type(TypeKind::integer) : first, body);
    case Fold::map_entries: {
      const Type entries = Type::map(inference_.fresh(), inference_.fresh());
      if (inference_.assign(body, entries)) return inference_.resolve(entries, false);
      if (env_.is_checked())
        report(*e.args[1], "wrong_type", fmt::format("{}() needs a map, not {}", e.name, name_of(body)));
      return {};
    }
    case Fold::opt_map: return Type::optional(body);
    case Fold::opt_flat_map: {
      const Type inner = Type::optional(inference_.fresh());
      if (inference_.assign(body, inner)) return inference_.resolve(inner, false);
      if (env_.is_checked())
        report(*e.args[1], "wrong_type",
               fmt::format("optFlatMap() needs an optional, not {}", name_of(body)));
      return {};
    }
    case Fold::sort_by: return range;
  }
  return {};
}

Type Checker::visit_bind(Expr& e) {
  const Type bound = visit(*e.args[0]);
  const std::size_t outer = locals_.size();
  e.local = enter({Local{e.var, bound, 0}});
  const Type result = visit(*e.args[1]);
  leave(outer);
  return result;
}

Type Checker::visit_block(Expr& e) {
  e.local = slots_;
  slots_ += static_cast<std::int32_t>(e.args.size() - 1);
  block_slots_.push_back(e.local);
  blocks_.emplace_back();
  for (Expr* slot : e.args.first(e.args.size() - 1)) {
    const Type type = visit(*slot);
    blocks_.back().push_back(type);
  }
  const Type result = visit(*e.args.back());
  blocks_.pop_back();
  block_slots_.pop_back();
  return result;
}

Type Checker::visit_slot(Expr& e) {
  const auto number = static_cast<std::uint64_t>(e.literal.integer());
  if (blocks_.empty() || number >= blocks_.back().size()) {
    report(e, "bad_macro", fmt::format("there is no slot {} before this", number));
    return TypeKind::error;
  }
  e.local = block_slots_.back() + static_cast<std::int32_t>(number);
  return blocks_.back()[number];
}

}  // namespace shopbell::cel
