#include "base/json.h"
#include "cel/ast.h"
#include "cel/parser.h"
#include "load/lint_graph.h"

#include <algorithm>
#include <map>

namespace shopbell {
namespace {

/// What a condition asks things to be: the thing as it is written, and the constants that it may be.
using Asked = std::map<std::string, std::set<std::string>, std::less<>>;

class Conjunction {
 public:
  Conjunction(std::string_view source, Asked& asked) : source_(source), asked_(asked) {}

  void read(const cel::Expr& e) {
    if (e.kind == cel::ExprKind::ident || e.kind == cel::ExprKind::select) return keep(e, {"true"});
    if (e.kind != cel::ExprKind::call) return;
    if (e.name == cel::op::logical_and)
      for (const cel::Expr* part : e.args) read(*part);
    else if (e.name == cel::op::logical_not) keep(*e.args[0], {"false"});
    else if (e.name == cel::op::equals) equal(*e.args[0], *e.args[1]);
    else if (e.name == cel::op::in && e.args[1]->kind == cel::ExprKind::list) one_of(*e.args[0], *e.args[1]);
  }

 private:
  void equal(const cel::Expr& a, const cel::Expr& b) {
    if (b.kind == cel::ExprKind::literal) keep(a, {to_json(b.literal)});
    else if (a.kind == cel::ExprKind::literal) keep(b, {to_json(a.literal)});
  }

  void one_of(const cel::Expr& thing, const cel::Expr& list) {
    std::set<std::string> constants;
    for (const cel::Expr* element : list.args) {
      if (element->kind != cel::ExprKind::literal) return;
      constants.insert(to_json(element->literal));
    }
    keep(thing, std::move(constants));
  }

  void keep(const cel::Expr& thing, std::set<std::string> constants) {
    asked_.emplace(source_.substr(thing.offset, thing.length), std::move(constants));
  }

  std::string_view source_;
  Asked& asked_;
};

void read(const std::optional<cel::Program>& condition, Asked& asked) {
  if (!condition) return;
  Arena arena;
  const auto ast = cel::Parser(condition->source(), arena, true).parse();
  if (ast) Conjunction(condition->source(), asked).read(*ast->root);
}

std::vector<Asked> asked_by(const Workflow& workflow, std::string_view type) {
  std::vector<Asked> all;
  for (const Trigger& trigger : workflow.on) {
    if (trigger.event != type) continue;
    read(trigger.where, all.emplace_back());
    read(workflow.condition, all.back());
  }
  return all;
}

bool exclude(const Asked& a, const Asked& b) {
  return std::any_of(a.begin(), a.end(), [&](const auto& one) {
    const auto other = b.find(one.first);
    return other != b.end() && std::none_of(one.second.begin(), one.second.end(), [&](const std::string& constant) {
             return other->second.contains(constant);
           });
  });
}

}  // namespace

bool exclude_each_other(const Workflow& a, const Workflow& b, std::string_view type) {
  const std::vector<Asked> those = asked_by(b, type);
  for (const Asked& one : asked_by(a, type))
    for (const Asked& other : those)
      if (!exclude(one, other)) return false;
  return true;
}

}  // namespace shopbell
