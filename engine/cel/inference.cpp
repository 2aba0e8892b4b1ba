#include "cel/inference.h"

#include <algorithm>

namespace shopbell::cel {
namespace {

bool is_variable(const Type& t) { return t.is(TypeKind::param); }

bool takes_null(const Type& t) {
  return t.is(TypeKind::null) || t.is(TypeKind::wrapper) || t.is(TypeKind::object) ||
         t.is(TypeKind::timestamp) || t.is(TypeKind::duration);
}

// Events are maps when they are evaluated, so an object may go where a map is wanted.
Type as_map(const Type& t) { return t.is(TypeKind::object) ? Type::map(TypeKind::string, Type()) : t; }

const Type& unwrapped(const Type& t) { return t.is(TypeKind::wrapper) ? t.params()[0] : t; }

bool as_general(const Type& a, const Type& b) {
  if (a.is_dyn() || is_variable(a)) return true;
  if (b.is_dyn() || is_variable(b)) return false;
  if (b.is(TypeKind::null)) return takes_null(a);
  if (a.is(TypeKind::wrapper) && !b.is(TypeKind::wrapper)) return as_general(unwrapped(a), b);
  if (a.kind() != b.kind() || a.name() != b.name() || a.params().size() != b.params().size()) return false;
  return std::equal(a.params().begin(), a.params().end(), b.params().begin(), as_general);
}

const Type& more_general(const Type& a, const Type& b) { return as_general(a, b) ? a : b; }

}  // namespace

Type Inference::fresh() {
  known_.emplace_back();
  return Type::variable(static_cast<std::uint32_t>(known_.size()));
}

Type Inference::instantiate(const Type& declared, Names& names) {
  if (!declared.generic()) return declared;
  if (is_variable(declared)) {
    for (const auto& [name, type] : names)
      if (name == declared.name()) return type;
    names.emplace_back(declared.name(), fresh());
    return names.back().second;
  }
  std::vector<Type> params;
  for (const Type& param : declared.params()) params.push_back(instantiate(param, names));
  return declared.with_params(std::move(params));
}

const Type* Inference::known(const Type& variable) const {
  const auto& found = known_[variable.number() - 1];
  return found ? &*found : nullptr;
}

void Inference::learn(const Type& variable, const Type& type) {
  auto& place = known_[variable.number() - 1];
  changes_.push_back({variable.number() - 1, place});
  place = type;
}

void Inference::roll_back(std::size_t to) {
  for (; changes_.size() > to; changes_.pop_back())
    known_[changes_.back().variable] = std::move(changes_.back().before);
}

bool Inference::assign(const Type& from, const Type& to) { return assign_all({&from, 1}, {&to, 1}); }

bool Inference::assign_all(std::span<const Type> from, std::span<const Type> to) {
  const std::size_t before = changes_.size();
  if (from.size() == to.size() && std::equal(from.begin(), from.end(), to.begin(),
                                             [&](const Type& a, const Type& b) { return unify(a, b); }))
    return true;
  roll_back(before);
  return false;
}

bool Inference::unify(const Type& from, const Type& to) {
  if (is_variable(to)) {
    bool was_known = false;
    if (substitute(from, to, was_known)) return true;
    if (was_known) return false;
  }
  if (is_variable(from)) {
    bool was_known = false;
    return substitute(to, from, was_known);
  }
  if (from.is_dyn() || to.is_dyn()) return true;
  if (from.is(TypeKind::null)) return takes_null(to);
  if (to.is(TypeKind::null)) return takes_null(from);
  if (from.is(TypeKind::wrapper) || to.is(TypeKind::wrapper)) return unify(unwrapped(from), unwrapped(to));
  if (from.is(TypeKind::object) != to.is(TypeKind::object)) return unify_params(as_map(from), as_map(to));
  return from.is(TypeKind::type) ? to.is(TypeKind::type) : unify_params(from, to);
}

bool Inference::unify_params(const Type& from, const Type& to) {
  if (from.kind() != to.kind() || from.name() != to.name() || from.params().size() != to.params().size())
    return false;
  return std::equal(from.params().begin(), from.params().end(), to.params().begin(),
                    [&](const Type& a, const Type& b) { return unify(a, b); });
}

// Whether `variable` may stand for `type`: learnt, or widened to the more general of what it was.
bool Inference::substitute(const Type& type, const Type& variable, bool& was_known) {
  if (type == variable) return was_known = true;
  const Type* found = known(variable);
  was_known = found != nullptr;
  if (found == nullptr) {
    if (occurs(variable, type)) return false;
    learn(variable, type);
    return true;
  }
  const Type before = *found;
  if (type == before) return true;
  if (!unify(type, before)) return false;
  const Type& wider = more_general(type, before);
  if (!occurs(variable, wider)) learn(variable, wider);
  return true;
}

bool Inference::occurs(const Type& variable, const Type& in) const {
  if (!in.generic()) return false;
  if (is_variable(in)) {
    if (in == variable) return true;
    const Type* found = known(in);
    return found != nullptr && occurs(variable, *found);
  }
  return std::any_of(in.params().begin(), in.params().end(),
                     [&](const Type& p) { return occurs(variable, p); });
}

Type Inference::join(const Type& a, const Type& b) { return assign(a, b) ? more_general(a, b) : Type(); }

Type Inference::resolve(const Type& type, bool free_to_dyn) {
  if (!type.generic()) return type;
  if (is_variable(type)) {
    if (type.number() == 0) return free_to_dyn ? Type() : type;
    const Type* found = known(type);
    if (found == nullptr) return free_to_dyn ? Type() : type;
    return resolve(Type(*found), free_to_dyn);
  }
  std::vector<Type> params;
  for (const Type& param : type.params()) params.push_back(resolve(param, free_to_dyn));
  return type.with_params(std::move(params));
}

}  // namespace shopbell::cel
