#pragma once
// What the checker knows about type variables: the unification of cel-spec's checker, where the more
// general of two compatible types wins and dyn goes with everything.

#include "cel/type.h"

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace shopbell::cel {

class Inference {
 public:
  Type fresh();
  /// A declared type with each of its named parameters replaced by a variable of this call.
  using Names = std::vector<std::pair<std::string_view, Type>>;
  Type instantiate(const Type& declared, Names& names);

  /// Whether a value of type `from` can stand where `to` is wanted. What that says about variables
  /// is learnt; nothing is when it cannot.
  bool assign(const Type& from, const Type& to);
  bool assign_all(std::span<const Type> from, std::span<const Type> to);
  /// The type of a list that holds both; dyn when they do not go together.
  Type join(const Type& a, const Type& b);

  /// With what was learnt put in; variables that nothing is known of become dyn when asked.
  Type resolve(const Type& type, bool free_to_dyn);

 private:
  struct Change {
    std::uint32_t variable;
    std::optional<Type> before;
  };

  const Type* known(const Type& variable) const;
  void learn(const Type& variable, const Type& type);
  void roll_back(std::size_t to);
  bool unify(const Type& from, const Type& to);
  bool unify_params(const Type& from, const Type& to);
  bool substitute(const Type& type, const Type& variable, bool& was_known);
  bool occurs(const Type& variable, const Type& in) const;

  std::vector<std::optional<Type>> known_;
  std::vector<Change> changes_;
};

}  // namespace shopbell::cel
