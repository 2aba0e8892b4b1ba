#pragma once
// The tree of an expression. Nodes live in the program's arena; names point into its source.

#include <shopbell/arena.h>
#include <shopbell/value.h>

#include <cstdint>
#include <span>
#include <string_view>

namespace shopbell::cel {

struct FunctionSet;

enum class ExprKind : std::uint8_t {
  literal,
  ident,   // name; absolute: written ".name"
  select,  // args: operand; name: the field; optional: ".?"; test: has()
  call,    // name; args; member: args[0] stood before the dot. Operators are calls, too
  list,    // args: elements; marks: which were written with "?"
  map,     // args: key, value, key, value ...; marks: one an entry
  fold,    // a macro over a list, map or optional; args: range, body, perhaps a filter
  bind,    // cel.bind; args: what is bound, body
  block,   // cel.block; args: the slots, last the result
  slot,    // cel.index: the number in literal
};

enum class Fold : std::uint8_t {
  all,
  exists,
  exists_one,
  filter,
  map,
  map_values,
  map_entries,
  opt_map,
  opt_flat_map,
  sort_by
};

/// JSON has fewer types than the declarations: where a double is declared a whole number is one, where a timestamp
/// is declared a text of RFC 3339 is one.
enum class Mending : std::uint8_t { none, real, timestamp };

struct Expr {
  ExprKind kind = ExprKind::literal;
  Fold fold = Fold::all;
  bool absolute = false;
  bool optional = false;
  bool test = false;
  bool member = false;
  std::uint32_t id = 0;  // below Ast::nodes
  std::uint32_t depth = 1;
  std::uint32_t offset = 0;  // bytes of the source it was read from
  std::uint32_t length = 0;
  std::uint32_t name_offset = 0;
  std::string_view name;
  std::string_view var;   // fold, bind
  std::string_view var2;  // fold with two variables
  Value literal;
  std::span<Expr*> args;
  std::span<const bool> marks;

  // The checker's findings.
  Mending mending = Mending::none;  // ident, select: how the data's value becomes what was declared
  std::int32_t local = -1;  // ident: the slot of a fold's or bind's variable; these: their first slot
  const FunctionSet* functions = nullptr;  // call: what it may mean; nullptr: unknown
};

struct Ast {
  Expr* root = nullptr;
  std::uint32_t nodes = 0;
};

// Operators as functions, by cel-spec's names.
namespace op {
constexpr std::string_view conditional = "_?_:_", logical_or = "_||_", logical_and = "_&&_",
                           logical_not = "!_";
constexpr std::string_view equals = "_==_", not_equals = "_!=_", less = "_<_", less_equals = "_<=_",
                           greater = "_>_", greater_equals = "_>=_";
constexpr std::string_view in = "@in", add = "_+_", subtract = "_-_", multiply = "_*_", divide = "_/_",
                           modulo = "_%_", negate = "-_";
constexpr std::string_view index = "_[_]", opt_index = "_[?_]";
}  // namespace op

/// An operator as it is written: "_<_" is "<"; other names as they are.
std::string_view written(std::string_view function);

}  // namespace shopbell::cel
