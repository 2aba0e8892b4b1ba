#include "core/schedule.h"

#include "base/hash.h"
#include "base/time.h"
#include "core/runs.h"
#include "core/step.h"

#include <algorithm>

namespace shopbell {
namespace {

Time next_multiple(Millis every, Time after) {
  const std::int64_t n = to_ms(after) / every.count() + (to_ms(after) >= 0 ? 1 : 0);
  return from_ms(n * every.count());
}

std::optional<Time> next_of(const Schedule& schedule, const ShopFacts& shop, Time after) {
  if (!schedule.cron) return next_multiple(schedule.every, after);
  const Zone* zone = find_zone(schedule.timezone.empty() ? shop.timezone : schedule.timezone);
  return next_fire(*schedule.cron, zone != nullptr ? *zone : *find_zone("UTC"), after);
}

struct Fires {
  Time last;                // the newest that is due
  std::int64_t missed = 0;  // those that were due before it
  std::optional<Time> next;
};

Fires due_fires(const Workflow& workflow, const ShopFacts& shop, Time first, Time now) {
  Fires fires{first, 0, next_fire(workflow, shop, first)};
  while (fires.next && *fires.next <= now) {
    fires.last = *fires.next;
    ++fires.missed;
    const bool many = fires.missed % static_cast<std::int64_t>(misfires_max) == 0;
    fires.next =
        next_fire(workflow, shop, many ? std::max(fires.last, now - Millis{24 * 3'600'000}) : fires.last);
  }
  return fires;
}

void fire(Turn& turn, const Workflow& workflow, Time at, std::int64_t missed) {
  Event event;
  event.id = turn.arena.copy(workflow.id + "/" + format_rfc3339(at));
  event.source = "shopbell/schedule";
  event.type = schedule_fired;
  event.subject = "shop";
  event.at = at;
  const Value schedule = make_map(
      turn.arena, {{"workflow", turn.arena.copy(workflow.id)}, {"at", Value(at)}, {"missed", Value(missed)}});
  event.data = make_map(turn.arena, {{"schedule", schedule}});
  turn.made.following.push_back({"shop", {event, 0, workflow.id, {}}});
  turn.note("fired",
            format_rfc3339(at) + (missed > 0 ? ", " + std::to_string(missed) + " before it were missed" : ""),
            workflow.id);
}

// Two versions with the same keep their clock, and what it has missed.
Value told_schedules(Arena& arena, const Workflow& workflow) {
  std::string text;
  for (const Schedule& schedule : workflow.schedules) text += schedule.text + " " + schedule.timezone + "\n";
  return make_map(arena, {{"schedules", arena.copy(text)}});
}

Run new_clock(Turn& turn, const Workflow& workflow, Time due) {
  Run run;
  run.id = id_of({"clock", workflow.id, workflow.version, std::to_string(to_ms(turn.at))});
  run.workflow = workflow.id;
  run.version = workflow.version;
  run.started = turn.at;
  run.due = due;
  run.event.source = "shopbell/schedule";
  run.event.type = schedule_fired;
  run.event.subject = turn.arena.copy(turn.subject.id);
  run.event.at = turn.at;
  run.vars = told_schedules(turn.arena, workflow);
  run.flow.clock = true;
  return run;
}

Misfire misfire_of(const Workflow& workflow) {
  return workflow.schedules.empty() ? Misfire::once : workflow.schedules.front().misfire;
}

}  // namespace

std::string schedule_subject(std::string_view workflow) { return "schedule:" + std::string(workflow); }

std::optional<Time> next_fire(const Workflow& workflow, const ShopFacts& shop, Time after) {
  std::optional<Time> first;
  for (const Schedule& schedule : workflow.schedules) {
    const auto next = next_of(schedule, shop, after);
    if (next && (!first || *next < *first)) first = next;
  }
  return first;
}

void set_clock(Turn& turn, const std::string& id) {
  const Workflow* workflow = turn.workflows.find(id);
  const auto next = workflow != nullptr && workflow->enabled
                        ? next_fire(*workflow, turn.workflows.shop(), turn.at)
                        : std::optional<Time>();
  auto& runs = turn.subject.runs;
  const auto old = std::find_if(runs.begin(), runs.end(), [](const Run& run) { return run.flow.clock; });
  if (old == runs.end()) {
    if (next) settle_new(turn, new_clock(turn, *workflow, *next));
    return;
  }
  if (next && old->version == workflow->version) return;
  if (!next) {
    end_run(turn, *old, RunStatus::done, "it has no schedule any more");
  } else {
    const Value schedules = told_schedules(turn.arena, *workflow);
    if (!same(old->vars, schedules)) old->due = *next;
    old->vars = schedules;
    old->version = workflow->version;
  }
  settle(turn, std::string(old->id));
}

void tick(Turn& turn, Run& run) {
  const Workflow* workflow = turn.workflows.find(run.workflow);
  if (workflow == nullptr || !workflow->enabled || workflow->schedules.empty())
    return end_run(turn, run, RunStatus::done, "it has no schedule any more");
  const ShopFacts& shop = turn.workflows.shop();
  const Misfire policy = misfire_of(*workflow);
  Fires fires = due_fires(*workflow, shop, run.due, turn.at);
  if (policy == Misfire::all && fires.missed > 0 && fires.missed < static_cast<std::int64_t>(misfires_max))
    fires = {run.due, 0, next_fire(*workflow, shop, run.due)};  // the others are due at once, one an input
  if (policy == Misfire::skip && turn.at - fires.last > misfire_grace)
    turn.note("skipped", "the fire of " + format_rfc3339(fires.last) + " was missed", run.workflow);
  else fire(turn, *workflow, fires.last, fires.missed);
  if (!fires.next) return end_run(turn, run, RunStatus::done, "it does not fire any more");
  run.due = *fires.next;
  run.version = workflow->version;
}

}  // namespace shopbell
