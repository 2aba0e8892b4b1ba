#pragma once
// A compiled expression with all that it points into.

#include "cel/ast.h"
#include "cel/cel.h"
#include "cel/library.h"
#include "cel/node.h"
#include "cel/regex.h"

#include <deque>
#include <string>
#include <vector>

namespace shopbell::cel {

struct Plan {
  std::string source;
  Arena arena;
  std::deque<FunctionSet> functions;
  NodePtr root;
  std::uint32_t slots = 0;
  Type type;
  std::vector<Issue> warnings;
  std::vector<std::string> fields_read;
};

/// Makes plan.root and plan.fields_read of a checked tree; what is wrong with constants of it (a
/// pattern) is added to `issues`.
void plan_nodes(Plan& plan, const Expr& root, std::vector<Issue>& issues);

// The makers of nodes, by file.
NodePtr make_constant(Value value);
NodePtr make_path(std::string_view variable, std::int32_t local, std::vector<std::string_view> fields, Mending mending);
NodePtr make_select(NodePtr operand, std::string_view field, Mending mending);
NodePtr make_optional_select(NodePtr operand, std::string_view field);
NodePtr make_has(NodePtr operand, std::string_view field);
NodePtr make_index(NodePtr operand, NodePtr index, bool optional);

NodePtr make_logical(bool is_or, Nodes operands);
NodePtr make_conditional(NodePtr condition, NodePtr yes, NodePtr no);
NodePtr make_equality(bool negated, NodePtr left, NodePtr right);
NodePtr make_order(std::string_view function, NodePtr left, NodePtr right);
NodePtr make_in(NodePtr item, NodePtr container);

/// `overloads`: those of as many parameters as there are arguments, in the call's style.
NodePtr make_function(std::string_view name, std::vector<const Overload*> overloads, Nodes args);
NodePtr make_unknown_function(std::string_view name);
NodePtr make_matches(NodePtr text, Regex regex);
NodePtr make_or_else(bool unwraps, NodePtr optional, NodePtr otherwise);
NodePtr make_list(Nodes elements, std::vector<bool> optional);
NodePtr make_map(Nodes keys_and_values, std::vector<bool> optional);

NodePtr make_fold(const Expr& fold, NodePtr range, NodePtr body, NodePtr filter);
NodePtr make_bind(std::int32_t slot, NodePtr bound, NodePtr body);
NodePtr make_block(std::int32_t first_slot, Nodes slots, NodePtr body);
NodePtr make_slot(std::int32_t slot, const Node* expression);

}  // namespace shopbell::cel
