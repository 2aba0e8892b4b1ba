#include "core/begin.h"

#include "base/hash.h"
#include "base/time.h"
#include "core/collect.h"
#include "core/conversations.h"
#include "core/profile.h"
#include "core/recent.h"
#include "core/runs.h"
#include "core/scope.h"
#include "core/step.h"

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::size_t starts_kept_max = 8;  // counters of one subject

std::size_t open_runs(const Turn& turn, const Workflow& workflow) {
  const auto& runs = turn.subject.runs;
  return static_cast<std::size_t>(std::count_if(
      runs.begin(), runs.end(), [&](const Run& r) { return r.workflow == workflow.id && !is_part(r); }));
}

std::size_t done_runs(const Turn& turn, const Workflow& workflow) {
  for (const Counter& counter : turn.subject.counters)
    if (counter.workflow == workflow.id)
      return static_cast<std::size_t>(std::count_if(counter.times.begin(), counter.times.end(), [&](Time at) {
        return at > turn.at - workflow.limit.per;
      }));
  return 0;
}

/// Why there may be no run; empty: there may. A run that `restart` is about to end does not count.
std::string over_limit(const Turn& turn, const Workflow& workflow, std::size_t open) {
  if (workflow.mode == Mode::restart) open = 0;
  if (turn.subject.runs.size() >= open_runs_max &&
      !(workflow.mode == Mode::restart && open_runs(turn, workflow) > 0))
    return "this subject has " + std::to_string(open_runs_max) + " open runs, and may not have more";
  if (workflow.limit.count == 0) return {};
  const std::size_t done = done_runs(turn, workflow);
  if (done + open < workflow.limit.count) return {};
  return "limit " + std::to_string(workflow.limit.count) + " per " + format_duration(workflow.limit.per) +
         ": " + std::to_string(done) + " done, " + std::to_string(open) + " open";
}

void end_older(Turn& turn, const Event& event, const Workflow& workflow) {
  std::vector<std::string> older;
  for (Run& run : turn.subject.runs) {
    if (run.workflow != workflow.id || is_part(run)) continue;
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
  if (turn.subject.conversations.is(Kind::map)) run.flow.lease = epoch_of(turn.subject);
  run.event.data = kept_data(turn, workflow, run.event.data);
  return run;
}

/// Each var sees those before it; one that the run was given is as given. False: one has failed, and the run
/// with it.
bool compute_vars(Turn& turn, Run& run, const Workflow& workflow) {
  for (const auto& [name, program] : workflow.vars) {
    if (is_part(run) && run.vars.find(name) != nullptr) continue;
    const Value v = program.evaluate(run_scope(turn, run, workflow), turn.arena);
    if (v.is(Kind::error)) {
      end_run(turn, run, RunStatus::failed, "vars." + name + ": " + describe(v.error(), program.source()));
      return false;
    }
    run.vars = MapBuilder(turn.arena, run.vars).add(name, v).build();
  }
  return true;
}

std::string why_started(const Turn& turn, const Received& received, const Workflow& workflow,
                        const Value& scope) {
  if (!workflow.condition) return "by " + std::string(received.event.type);
  return turn.why(*workflow.condition, scope);
}

/// What runs are counted by to find a loop: the workflow and the thing that the event is about, as an echo of
/// what a workflow did is about the same thing again, while new orders of one customer are none. Caused
/// events count as one.
std::string loop_key(const Received& received, const Workflow& workflow) {
  const std::string_view type = received.event.type;
  const Value id = received.event.data[type.substr(0, type.find('.'))]["id"];
  if (received.depth > 0 || id.is_null()) return workflow.id;
  return workflow.id + " " + cel::to_text(id);
}

/// The counter of that key; those that are over are dropped, and of more than starts_kept_max the oldest.
Counter& starts_of(Turn& turn, const std::string& key) {
  auto& starts = turn.subject.starts;
  for (Counter& counter : starts)
    std::erase_if(counter.times, [&](Time at) { return at <= turn.at - starts_per; });
  std::erase_if(starts, [&](const Counter& counter) { return counter.times.empty(); });
  const auto own =
      std::find_if(starts.begin(), starts.end(), [&](const Counter& c) { return c.workflow == key; });
  if (own != starts.end()) return *own;
  if (starts.size() >= starts_kept_max) starts.erase(starts.begin());
  return *starts.insert(starts.end(), {key, {}});
}

/// Whether the workflow has begun so often for this subject that it is a loop. It is told of once. The shop
/// and a product are shared by many: what is often there is no loop.
bool is_loop(Turn& turn, const Received& received, const Workflow& workflow) {
  if (!has_profile(turn.subject.id)) return false;
  auto& times = starts_of(turn, loop_key(received, workflow)).times;
  turn.made.subject_changed = true;
  if (times.size() < starts_max) {
    times.push_back(turn.at);
    return false;
  }
  const std::string text = std::to_string(starts_max) + " runs in " + format_duration(starts_per) +
                           " are a loop: no more is started for a while";
  turn.note("loop_stopped", text, workflow.id);
  if (times.size() == starts_max) {
    turn.made.log.push_back(workflow.id + ": " + text);  // whose it is stands in the note
    times.push_back(turn.at);
  }
  return true;
}

/// Why there may be no run, with the code of its note; empty: there may.
std::pair<std::string_view, std::string> hindrance(Turn& turn, const Received& received,
                                                   const Workflow& workflow, std::string_view run,
                                                   std::size_t open) {
  const auto same = [&](const Run& other) { return other.id == run; };
  if (std::any_of(turn.subject.runs.begin(), turn.subject.runs.end(), same))
    return {"not_started", "this event has started it already"};
  if (workflow.mode == Mode::single && open > 0)
    return {"mode_single", "a run is open already, and there may be only one"};
  if (std::string why = over_limit(turn, workflow, open); !why.empty())
    return {"limit_reached", std::move(why)};
  return {"not_started", stopped_before(turn, workflow, received.event, received.customer, turn.at)};
}

}  // namespace

std::string why_no_more(const Turn& turn, const Workflow& workflow) {
  return over_limit(turn, workflow, open_runs(turn, workflow));
}

Value kept_data(const Turn& turn, const Workflow& workflow, const Value& data) {
  if (data.find("raw") == nullptr || turn.workflows.reads_raw(workflow)) return data;
  std::vector<Member> members;
  for (const Member& m : data.members())
    if (m.key.text_or({}) != "raw") members.push_back(m);
  return freeze_map(turn.arena, members);
}

void begin_steps(Turn& turn, Run& run, const Workflow& workflow, const Value& scope) {
  if (!compute_vars(turn, run, workflow)) return;
  advance(turn, run, workflow.vars.empty() ? scope : Value());
}

void begin_run(Turn& turn, const Received& received, const Workflow& workflow, const Value& scope) {
  if (workflow.collect.quiet > Millis{0} && add_collected(turn, received.event, workflow)) return;
  Run run = new_run(turn, received, workflow);
  const std::size_t open = open_runs(turn, workflow);
  if (auto [code, why] = hindrance(turn, received, workflow, run.id, open); !why.empty())
    return turn.note(code, std::move(why), workflow.id);
  if (is_loop(turn, received, workflow)) return;
  if (workflow.mode == Mode::restart) end_older(turn, received.event, workflow);
  turn.note("started", why_started(turn, received, workflow, scope), workflow.id, run.id);
  if (workflow.collect.quiet > Millis{0}) begin_collecting(turn, run, workflow);
  else begin_steps(turn, run, workflow, scope);
  settle_new(turn, std::move(run));
}

}  // namespace shopbell
