// A checked tree into nodes. Constants are computed here, once.

#include "cel/plan.h"

#include <algorithm>

namespace shopbell::cel {
namespace {

constexpr std::uint64_t constant_cost_max = 10'000;  // what computing a constant may cost

class Planner {
 public:
  Planner(Plan& plan, std::vector<Issue>& issues) : plan_(plan), issues_(issues) {}

  NodePtr plan(const Expr& e) {
    NodePtr node = make(e);
    node->offset = e.offset;
    node->length = e.length;
    return node;
  }

 private:
  NodePtr make(const Expr& e) {
    switch (e.kind) {
      case ExprKind::literal: return make_constant(e.literal);
      case ExprKind::ident:
      case ExprKind::select: return access(e);
      case ExprKind::call: return call(e);
      case ExprKind::list:
      case ExprKind::map: return collection(e);
      case ExprKind::fold:
        return make_fold(e, plan(*e.args[0]), plan(*e.args[1]),
                         e.args.size() == 3 ? plan(*e.args[2]) : nullptr);
      case ExprKind::bind: return bind(e);
      case ExprKind::block: return block(e);
      case ExprKind::slot: return make_slot(e.local, slots_[static_cast<std::size_t>(e.local)]);
    }
    return nullptr;
  }

  Nodes all(std::span<Expr* const> parts) {
    Nodes nodes;
    for (const Expr* part : parts) nodes.push_back(plan(*part));
    return nodes;
  }

  NodePtr access(const Expr& e) {
    std::vector<std::string_view> fields;
    const Expr* root = e.test ? e.args[0] : &e;
    for (; root->kind == ExprKind::select && !root->optional && !root->test; root = root->args[0])
      fields.push_back(root->name);
    std::reverse(fields.begin(), fields.end());
    if (root->kind == ExprKind::ident && root->local < 0)
      remember(root->name, fields, e.test ? e.name : std::string_view{});
    if (e.test) return make_has(plan_operand(*e.args[0]), e.name);
    if (e.optional) return make_optional_select(plan(*e.args[0]), e.name);
    if (root->kind == ExprKind::ident) return make_path(root->name, root->local, fields, e.mending);
    return make_select(plan(*e.args[0]), e.name, e.mending);
  }

  // The operand of has(), whose path was remembered with the field that is asked for.
  NodePtr plan_operand(const Expr& e) {
    const std::size_t known = plan_.fields_read.size();
    NodePtr node = plan(e);
    if (root_is_variable(e)) plan_.fields_read.resize(known);
    return node;
  }

  static bool root_is_variable(const Expr& e) {
    const Expr* at = &e;
    while (at->kind == ExprKind::select && !at->optional && !at->test) at = at->args[0];
    return at->kind == ExprKind::ident;
  }

  void remember(std::string_view variable, const std::vector<std::string_view>& fields,
                std::string_view last) {
    std::string path(variable);
    for (const std::string_view field : fields) (path += '.') += field;
    if (!last.empty()) (path += '.') += last;
    plan_.fields_read.push_back(std::move(path));
  }

  static bool constant(const Nodes& nodes) {
    return std::all_of(nodes.begin(), nodes.end(), [](const NodePtr& n) { return n->constant() != nullptr; });
  }

  NodePtr collection(const Expr& e) {
    Nodes parts = all(e.args);
    const bool is_constant = constant(parts);
    std::vector<bool> marks(e.marks.begin(), e.marks.end());
    NodePtr node = e.kind == ExprKind::list ? make_list(std::move(parts), std::move(marks))
                                            : make_map(std::move(parts), std::move(marks));
    return is_constant ? fold_constant(e, std::move(node)) : std::move(node);
  }

  NodePtr call(const Expr& e) {
    Nodes args = all(e.args);
    // The code of a host's own function need not give the same result each time.
    const bool is_constant =
        constant(args) && (e.functions == nullptr || e.functions == standard_function(e.functions->name));
    NodePtr node = e.member ? member(e, std::move(args)) : global(e, std::move(args));
    return is_constant ? fold_constant(e, std::move(node)) : std::move(node);
  }

  // What is made of constants alone is one, unless it fails: then it does so at each evaluation.
  NodePtr fold_constant(const Expr& e, NodePtr node) {
    Call call(scope_, plan_.arena, Limits{constant_cost_max}, nullptr, nullptr);
    const Value value = node->eval(call);
    if (!value.is(Kind::error)) return make_constant(value);
    if (const Error& why = value.error(); why.code != "cost_too_high")
      plan_.warnings.push_back({Error{"always_fails", why.message, why.hint, e.offset, e.length}, true});
    return node;
  }

  NodePtr global(const Expr& e, Nodes args) {
    if (e.name == op::logical_and || e.name == op::logical_or)
      return logical(e.name == op::logical_or, std::move(args));
    if (e.name == op::conditional)
      return make_conditional(std::move(args[0]), std::move(args[1]), std::move(args[2]));
    if (e.name == op::index || e.name == op::opt_index)
      return make_index(std::move(args[0]), std::move(args[1]), e.name == op::opt_index);
    if (e.name == op::equals || e.name == op::not_equals)
      return make_equality(e.name == op::not_equals, std::move(args[0]), std::move(args[1]));
    if (e.name == op::in) return make_in(std::move(args[0]), std::move(args[1]));
    if (e.name == op::less || e.name == op::less_equals || e.name == op::greater ||
        e.name == op::greater_equals)
      return make_order(e.name, std::move(args[0]), std::move(args[1]));
    return function(e, std::move(args));
  }

  NodePtr member(const Expr& e, Nodes args) {
    if (args.size() == 2 && (e.name == "or" || e.name == "orValue"))
      return make_or_else(e.name == "orValue", std::move(args[0]), std::move(args[1]));
    return function(e, std::move(args));
  }

  // An operand that decides alone makes the whole a constant: true || x.
  NodePtr logical(bool is_or, Nodes operands) {
    for (const NodePtr& operand : operands) {
      const Value* known = operand->constant();
      if (known != nullptr && known->is(Kind::boolean) && known->boolean() == is_or)
        return make_constant(*known);
    }
    return make_logical(is_or, std::move(operands));
  }

  NodePtr function(const Expr& e, Nodes args) {
    if (e.functions == nullptr) return make_unknown_function(e.name);
    if (e.name == "matches" && args.size() == 2) {
      const Value* pattern = args[1]->constant();
      if (pattern != nullptr && pattern->is(Kind::string))
        return matches(*e.args[1], std::move(args[0]), pattern->text());
    }
    std::vector<const Overload*> overloads;
    for (const Overload& o : e.functions->overloads)
      if (o.member == e.member && o.params.size() == args.size()) overloads.push_back(&o);
    return make_function(e.name, std::move(overloads), std::move(args));
  }

  NodePtr matches(const Expr& place, NodePtr text, std::string_view pattern) {
    auto regex = Regex::compile(pattern);
    if (regex) return make_matches(std::move(text), std::move(*regex));
    regex.error().offset = place.offset;
    regex.error().length = place.length;
    issues_.push_back({regex.error(), false});
    return text;
  }

  NodePtr bind(const Expr& e) {
    NodePtr bound = plan(*e.args[0]);
    return make_bind(e.local, std::move(bound), plan(*e.args[1]));
  }

  NodePtr block(const Expr& e) {
    Nodes parts;
    const auto first = static_cast<std::size_t>(e.local);
    slots_.resize(std::max(slots_.size(), first + e.args.size()));
    for (std::size_t i = 0; i + 1 < e.args.size(); ++i) {
      parts.push_back(plan(*e.args[i]));
      slots_[first + i] = parts.back().get();
    }
    return make_block(e.local, std::move(parts), plan(*e.args.back()));
  }

  Plan& plan_;
  std::vector<Issue>& issues_;
  Value scope_;
  std::vector<const Node*> slots_;
};

}  // namespace

void plan_nodes(Plan& plan, const Expr& root, std::vector<Issue>& issues) {
  plan.root = Planner(plan, issues).plan(root);
  std::sort(plan.fields_read.begin(), plan.fields_read.end());
  plan.fields_read.erase(std::unique(plan.fields_read.begin(), plan.fields_read.end()),
                         plan.fields_read.end());
}

}  // namespace shopbell::cel
