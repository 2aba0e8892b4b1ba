// Steps that repeat others, do some at the same time, or call another workflow.

#include "core/walk.h"

#include "base/hash.h"
#include "base/time.h"
#include "core/effects.h"
#include "core/parts.h"
#include "core/step.h"

#include <algorithm>
#include <vector>

namespace shopbell {
namespace {

std::vector<Value> items_of(const Value& list) {
  return list.is(Kind::list) ? std::vector<Value>(list.items().begin(), list.items().end())
                             : std::vector<Value>();
}

bool sets(const Instruction& step, std::string_view name) {
  const auto& parts = step.arguments.parts;
  return step.op == Op::set &&
         std::any_of(parts.begin(), parts.end(), [&](const auto& p) { return p.first == name; });
}

// The run's own map with what a branch has made of it: the members that `made_there` tells. Other branches
// make others.
template <class MadeThere>
Value with_part(Arena& arena, const Value& own, const Value& part, const MadeThere& made_there) {
  MapBuilder made(arena, own.is(Kind::map) ? own : freeze_map(arena, {}));
  for (const Member& m : part.is(Kind::map) ? part.members() : std::span<const Member>{})
    if (made_there(m.key.text_or({}))) made.add(m.key, m.value);
  return made.size() == 0 ? own : made.build();
}

}  // namespace

// flow.loops has a loop for each `each` that the run is in, the innermost last.
void Walk::each(const Instruction& step) {
  std::vector<Value> loops = items_of(run_.flow.loops);
  const bool within = !loops.empty() && loops.back()["at"].integer_or(-1) == run_.at;
  Value items = within ? loops.back()["items"] : Value();
  const std::int64_t n = within ? loops.back()["n"].integer_or(0) : 0;
  if (within) {
    loops.pop_back();
  } else {
    items = step.condition ? step.condition->evaluate(scope(), turn_.arena) : Value();
    if (items.is(Kind::error))
      return fail_step(step, problem(items.error().code, describe(items.error(), step.condition->source())));
    if (!items.is(Kind::list))
      return fail_step(step, problem("no_list", "for_each needs a list, and this is " + cel::to_text(items)));
    if (items.size() > for_each_items_max)
      return fail_step(
          step, problem("too_many", "for_each takes at most " + std::to_string(for_each_items_max) +
                                        " elements, and this list has " + std::to_string(items.size())));
    note("step", step, label_of(step) + ": " + std::to_string(items.size()) + " elements");
  }
  if (n < static_cast<std::int64_t>(items.size())) {
    loops.push_back(
        make_map(turn_.arena, {{"at", Value(std::int64_t{run_.at})}, {"n", Value(n + 1)}, {"items", items}}));
    keep_output(step, items.items()[static_cast<std::size_t>(n)]);
  } else {
    run_.at = step.target;
  }
  run_.flow.loops = loops.empty() ? Value() : make_list(turn_.arena, loops);
}

bool Walk::may_begin_parts(const Instruction& step, std::size_t count) {
  if (turn_.subject.runs.size() + turn_.parts_begun.size() + count > open_runs_max)
    fail_step(step, problem("too_many", "this subject has too many open runs"));
  else if (depth_of_part(turn_, run_) >= parts_deep_max)
    fail_step(step, problem("too_deep", "parts of runs are nested more than " +
                                            std::to_string(parts_deep_max) + " deep"));
  else return true;
  return false;
}

/// The run waits for its parts, at most for the step's duration.
void Walk::begin_part(const Instruction& step, Run part) {
  part.flow.parent = run_.id;
  part.flow.used = run_.flow.used;
  part.flow.lease = run_.flow.lease;
  part.flow.waited = run_.flow.waited;
  part.status = RunStatus::waiting;
  part.started = turn_.at;
  part.due = {};
  part.steps = 0;
  turn_.parts_begun.push_back(std::move(part));
  pause(step.duration > Millis{0} ? turn_.at + step.duration : Time{});
}

void Walk::fork(const Instruction& step) {
  if (!may_begin_parts(step, step.branches.size())) return;
  note("waiting", step, label_of(step) + ": " + std::to_string(step.branches.size()) + " branches");
  for (std::size_t i = 0; i < step.branches.size(); ++i) {
    Run part = run_;
    part.id = id_of({"branch", cause_of(run_, step), std::to_string(i)});
    part.at = step.branches[i];
    part.flow = {};
    part.flow.part = static_cast<std::uint32_t>(i + 1);
    begin_part(step, std::move(part));
  }
}

/// Whether `if` of the workflow to call holds. False: that is dealt with.
bool Walk::is_wanted(const Instruction& step, const Workflow& called) {
  if (!called.condition) return true;
  const auto holds = called.condition->condition(scope(), turn_.arena);
  if (!holds) {
    fail_step(step, problem("undecided", describe(holds.error(), called.condition->source())));
  } else if (!*holds) {
    note("condition_false", step, label_of(step) + ": " + turn_.why(*called.condition, scope()));
    keep_output(step, make_map(turn_.arena, {{"status", "not_started"}}));
  }
  return holds && *holds;
}

void Walk::call_workflow(const Instruction& step) {
  const Workflow* called = turn_.workflows.find(step.text);
  if (called == nullptr)
    return fail_step(step, problem("no_workflow", "there is no workflow " + step.text + " any more"));
  const auto inputs = arguments(step);
  if (!inputs || !is_wanted(step, *called) || !may_begin_parts(step, 1)) return;
  Run part = run_;
  part.id = id_of({"call", cause_of(run_, step), called->id});
  part.workflow = called->id;
  part.version = called->version;
  part.at = 0;
  part.flow = {};
  part.outputs = {};
  part.vars = *inputs;
  note("waiting", step, label_of(step));
  begin_part(step, std::move(part));
}

bool Walk::take_part(const Instruction& step, const Run& part, std::size_t others) {
  run_.flow.waited = run_.flow.waited || part.flow.waited || part.started < turn_.at;
  if (step.op == Op::fork) return join_branch(step, part, others);
  run_.due = {};
  if (part.status == RunStatus::failed) {
    fail_step(step, problem("failed", step.text + " has failed: " + part.reason));
    return true;
  }
  note("step", step, label_of(step) + " is " + std::string(to_text(part.status)));
  const Value vars = part.vars.is(Kind::map) ? part.vars : freeze_map(turn_.arena, {});
  keep_output(step, make_map(turn_.arena, {{"status", to_text(part.status)},
                                           {"reason", turn_.arena.copy(part.reason)},
                                           {"vars", vars}}));
  return true;
}

bool Walk::join_branch(const Instruction& step, const Run& part, std::size_t others) {
  const std::string which = "branch " + std::to_string(part.flow.part);
  const bool failed = part.status == RunStatus::failed;
  if (part.status == RunStatus::stopped) {
    end(RunStatus::stopped, part.reason);
    return false;
  }
  note("step", step, failed ? which + " has failed: " + part.reason : which + " is done");
  if (!failed) take_results(step, part);
  if (others > 0 && failed == step.any) return false;
  run_.due = {};
  end_parts(turn_, run_.id, which + (failed ? " has failed" : " was done first"));
  if (failed) {
    fail_step(step, problem("failed", which + " has failed: " + part.reason));
    return true;
  }
  keep_output(step, make_map(turn_.arena, {{"branch", Value(std::int64_t{part.flow.part})}}));
  run_.at = step.target;
  return true;
}

void Walk::take_results(const Instruction& step, const Run& part) {
  const std::size_t n = part.flow.part;
  const auto first = workflow_.program.begin() + step.branches[n - 1];
  const auto last = workflow_.program.begin() + (n < step.branches.size() ? step.branches[n] : step.target);
  run_.vars = with_part(turn_.arena, run_.vars, part.vars, [&](std::string_view name) {
    return std::any_of(first, last, [&](const Instruction& i) { return sets(i, name); });
  });
  run_.outputs = with_part(turn_.arena, run_.outputs, part.outputs, [&](std::string_view id) {
    return std::any_of(first, last, [&](const Instruction& i) { return i.id == id; });
  });
  scope_fresh_ = false;
}

}  // namespace shopbell
