#include "cel/cel.h"

#include "cel/checker.h"
#include "cel/parser.h"
#include "cel/plan.h"

#include "base/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shopbell::cel {
namespace {

constexpr std::uint32_t slots_inline = 8;

using Issues = std::vector<Issue>;

tl::unexpected<Issues> refuse(Error error) { return tl::unexpected(Issues{{std::move(error), false}}); }

Value run(const Plan& plan, const Value& scope, Arena& arena, const Limits& limits, Tracer* tracer) {
  if (plan.slots == 0) {
    Call call(scope, arena, limits, nullptr, tracer);
    return plan.root->eval(call);
  }
  std::array<Value, slots_inline> few;
  Value* slots = few.data();
  if (plan.slots > slots_inline) {
    slots = arena.make<Value>(plan.slots);
    std::fill_n(slots, plan.slots, Value());
  }
  Call call(scope, arena, limits, slots, tracer);
  return plan.root->eval(call);
}

// A condition that constants decide is seldom meant; one that is written true or false is.
void warn_of_constant(Plan& plan, const Expr& root) {
  const Value* known = plan.root->constant();
  if (known == nullptr || !known->is(Kind::boolean) || root.kind == ExprKind::literal) return;
  const bool yes = known->boolean();
  plan.warnings.push_back({Error{yes ? "always_true" : "always_false",
                                 fmt::format("this is always {}", yes),
                                 {},
                                 root.offset,
                                 root.length},
                           true});
}

}  // namespace

tl::expected<Program, Issues> compile(std::string_view source, const Env& env) {
  if (source.size() > source_bytes_max)
    return refuse({"source_too_long",
                   fmt::format("the expression has more than {} bytes", source_bytes_max),
                   {},
                   static_cast<std::uint32_t>(source_bytes_max),
                   1});
  if (!utf8_valid(source)) return refuse({"syntax", "the expression is not valid UTF-8", {}, 0, 0});
  auto plan = std::make_shared<Plan>();
  plan->source = std::string(source);
  auto ast = Parser(plan->source, plan->arena, env.has_macros()).parse();
  if (!ast) return refuse(std::move(ast.error()));
  Checker checker(env, plan->arena);
  plan->type = checker.check(*ast->root);
  if (!checker.issues().empty()) return tl::unexpected(std::move(checker.issues()));
  plan->slots = checker.slots();
  plan->functions = checker.take_functions();
  Issues issues;
  plan_nodes(*plan, *ast->root, issues);
  if (!issues.empty()) return tl::unexpected(std::move(issues));
  warn_of_constant(*plan, *ast->root);
  return Program(std::move(plan));
}

Value Program::evaluate(const Value& scope, Arena& arena, const Limits& limits) const {
  return run(*plan_, scope, arena, limits, nullptr);
}

Result<bool> Program::condition(const Value& scope, Arena& arena, const Limits& limits) const {
  const Value v = run(*plan_, scope, arena, limits, nullptr);
  if (v.is(Kind::boolean)) return v.boolean();
  if (v.is(Kind::error)) return tl::unexpected(v.error());
  return fail("not_a_condition", fmt::format("the result is {}, not true or false", to_text(v, 60)), {}, 0,
              static_cast<std::uint32_t>(plan_->source.size()));
}

Trace Program::trace(const Value& scope, Arena& arena, const Limits& limits) const {
  Tracer tracer(plan_->source);
  run(*plan_, scope, arena, limits, &tracer);
  return tracer.take();
}

std::string_view Program::source() const { return plan_->source; }
const Type& Program::type() const { return plan_->type; }
const std::vector<Issue>& Program::warnings() const { return plan_->warnings; }
const std::vector<std::string>& Program::fields_read() const { return plan_->fields_read; }

}  // namespace shopbell::cel
