#pragma once
// Names and types: what each identifier and function means, which types go together, and the slots of
// local variables. Writes what it finds into the tree for the planner.

#include "cel/ast.h"
#include "cel/cel.h"
#include "cel/inference.h"
#include "cel/library.h"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell::cel {

class Checker {
 public:
  Checker(const Env& env, Arena& arena);

  /// The type of the whole; issues() then has the mistakes.
  Type check(Expr& root);

  std::vector<Issue>& issues() { return issues_; }
  std::uint32_t slots() const { return static_cast<std::uint32_t>(slots_); }
  /// The functions of the Env, which the tree points to.
  std::deque<FunctionSet> take_functions() { return std::move(own_functions_); }

 private:
  struct Local {
    std::string_view name;
    Type type;
    std::int32_t slot;
  };

  // checker.cpp: values and names
  Type visit(Expr& e);
  Type visit_ident(Expr& e);
  Type visit_select(Expr& e);
  Type field_of(const Expr& e, const Type& operand);
  Type visit_list(Expr& e);
  Type visit_map(Expr& e);
  Type element(Expr& e, bool optional);
  const Local* local(std::string_view name) const;
  const Env::Variable* variable(std::string_view name, bool absolute) const;
  template <class Found>
  auto in_container(std::string_view name, bool absolute, Found found) const;
  std::optional<Type> resolve_dotted(Expr& e);
  void unknown_variable(const Expr& e);

  // checker_calls.cpp: operators and functions
  Type visit_call(Expr& e);
  Type visit_logical(Expr& e);
  Type visit_conditional(Expr& e);
  Type visit_index(Expr& e);
  Type visit_function(Expr& e);
  const FunctionSet* function(std::string_view name) const;
  const FunctionSet* function_in_container(std::string_view name, bool absolute) const;
  bool resolve_namespace(Expr& e);
  Type choose_overload(const Expr& e, std::span<const Type> args);
  void unknown_function(const Expr& e);
  void no_overload(const Expr& e, std::span<const Type> args);
  std::string number_hint(const Expr& e, const Type& left, const Type& right);

  // checker_folds.cpp: macros
  Type visit_fold(Expr& e);
  Type fold_result(Expr& e, const Type& range, const Type& first, const Type& body);
  bool range_types(const Expr& e, const Type& range, Type& first, Type& second);
  Type visit_bind(Expr& e);
  Type visit_block(Expr& e);
  Type visit_slot(Expr& e);
  std::int32_t enter(std::initializer_list<Local> locals);
  void leave(std::size_t locals);

  void report(const Expr& e, std::string code, std::string message, std::string hint = {});
  void report_at(std::uint32_t offset, std::size_t length, std::string code, std::string message, std::string hint);
  Type want(const Expr& e, const Type& is, const Type& wanted, std::string_view where);
  std::string name_of(const Type& type) { return inference_.resolve(type, true).to_text(); }

  const Env& env_;
  Arena& arena_;
  Inference inference_;
  std::vector<Local> locals_;
  std::int32_t slots_ = 0;
  std::vector<std::vector<Type>> blocks_;
  std::vector<std::int32_t> block_slots_;
  bool dotted_variables_ = false;
  std::deque<FunctionSet> own_functions_;
  std::vector<Issue> issues_;
};

/// "a.b.c" of a chain of plain fields that begins at an identifier, or an empty text.
std::string dotted_name(const Expr& e);
/// The identifier that such a chain begins with, or nullptr.
const Expr* root_of(const Expr& e);

}  // namespace shopbell::cel
