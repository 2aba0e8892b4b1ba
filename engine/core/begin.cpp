#include "core/begin.h"

#include "base/hash.h"
#include "base/time.h"
#include "core/runs.h"
#include "core/scope.h"
#include "core/step.h"

#include <algorithm>

namespace shopbell {
namespace {

std::size_t open_runs(const Turn& turn, const Workflow& workflow) {
  const auto& runs = turn.subject.runs;
  return static_cast<std::size_t>(
      std::count_if(runs.begin(), runs.end(), [&](const Run& r) { return r.workflow == workflow.id; }));
}

std::size_t done_runs(const Turn& turn, const Workflow& workflow) {
  for (const Counter& counter : turn.subject.counters)
    if (counter.workflow == workflow.id)
      return static_cast<std::size_t>(std::count_if(counter.done.begin(), counter.done.end(),
                                                    [&](Time at) { return at > turn.at - workflow.limit.per; }));
  return 0;
}

/// Why there may be no run; empty: there may. A run that `restart` is about to end does not count.
std::string over_limit(const Turn& turn, const Workflow& workflow, std::size_t open) {
  if (workflow.mode == Mode::restart) open = 0;
  if (turn.subject.runs.size() >= open_runs_max && !(workflow.mode == Mode::restart && open_runs(turn, workflow) > 0))
    return "this subject has " + std::to_string(open_runs_max) + " open runs, and may not have more";
  if (workflow.limit.count == 0) return {};
  const std::size_t done = done_runs(turn, workflow);
  if (done + open < workflow.limit.count) return {};
  return "limit " + std::to_string(workflow.limit.count) + " per " + format_duration(workflow.limit.per) + ": " +
         std::to_string(done) + " done, " + std::to_string(open) + " open";
}

void end_older(Turn& turn, const Event& event, const Workflow& workflow) {
  std::vector<std::string> older;
  for (Run& run : turn.subject.runs) {
    if (run.workflow != workflow.id) continue;
    turn.note("restarted", "by a newer " + std::string(event.type), workflow.id, run.id);
    end_run(turn, run, RunStatus::stopped, "restarted by a newer " + std::string(event.type));
    older.push_back(run.id);
  }
  for (const std::string& id : older) settle(turn, id);
}

Run new_run(const Turn& turn, const Received& received, const Workflow& workflow) {
  Run run;
  run.id = id_of({"run", received.event.source, received.event.id, workflow.id, turn.subject.id});
  run.workflow = workflow.id;
  run.version = workflow.version;
  run.started = turn.at;
  run.depth = received.depth;
  run.event = received.event;
  run.customer = received.customer;
  if (run.event.data.find("raw") == nullptr || turn.workflows.reads_raw(workflow)) return run;
  std::vector<Member> members;
  for (const Member& m : run.event.data.members())
    if (m.key.text_or({}) != "raw") members.push_back(m);
  run.event.data = freeze_map(turn.arena, members);
  return run;
}

/// Each var sees those before it. False: one has failed, and the run with it.
bool compute_vars(Turn& turn, Run& run, const Workflow& workflow) {
  for (const auto& [name, program] : workflow.vars) {
    const Value v = program.evaluate(run_scope(turn, run, workflow), turn.arena);
    if (v.is(Kind::error)) {
      end_run(turn, run, RunStatus::failed, "vars." + name + ": " + describe(v.error(), program.source()));
      return false;
    }
    run.vars = MapBuilder(turn.arena, run.vars).add(name, v).build();
  }
  return true;
}

std::string why_started(const Turn& turn, const Received& received, const Workflow& workflow, const Value& scope) {
  if (!workflow.condition) return "by " + std::string(received.event.type);
  return workflow.condition->explain(scope, turn.arena);
}

}  // namespace

void begin_run(Turn& turn, const Received& received, const Workflow& workflow, const Value& scope) {
  const std::size_t open = open_runs(turn, workflow);
  Run run = new_run(turn, received, workflow);
  const auto same = [&](const Run& other) { return other.id == run.id; };
  if (std::any_of(turn.subject.runs.begin(), turn.subject.runs.end(), same))
    return turn.note("not_started", "this event has started it already", workflow.id);
  if (workflow.mode == Mode::single && open > 0)
    return turn.note("mode_single", "a run is open already, and there may be only one", workflow.id);
  if (std::string why = over_limit(turn, workflow, open); !why.empty())
    return turn.note("limit_reached", std::move(why), workflow.id);
  if (workflow.mode == Mode::restart) end_older(turn, received.event, workflow);
  turn.note("started", why_started(turn, received, workflow, scope), workflow.id, run.id);
  if (!compute_vars(turn, run, workflow)) return settle_new(turn, std::move(run));
  if (workflow.mode == Mode::queue && open > 0) {
    run.status = RunStatus::queued;
    turn.note("queued", "behind " + std::to_string(open) + " that are open", workflow.id, run.id);
  } else {
    advance(turn, run, workflow.vars.empty() ? scope : Value());
  }
  settle_new(turn, std::move(run));
}

}  // namespace shopbell
