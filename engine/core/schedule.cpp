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

/// What of one schedule is due: the fire to pass on, how many before it were missed, and how far that brings it.
struct Fires {
  Time at;
  std::int64_t missed = 0;
  Time upto;
};

/// Nothing: no fire after `upto` is due. `all` takes one at a time, the others are due at once.
std::optional<Fires> due_fires(const Schedule& schedule, const ShopFacts& shop, Time upto, Time now) {
  auto next = next_of(schedule, shop, upto);
  if (!next || *next > now) return {};
  Fires fires{*next, 0, *next};
  for (next = next_of(schedule, shop, *next); next && *next <= now; next = next_of(schedule, shop, *next)) {
    fires.at = *next;
    ++fires.missed;
    const bool many = fires.missed % static_cast<std::int64_t>(misfires_max) == 0;
    if (many) next = std::max(fires.at, now - Millis{24 * 3'600'000});
  }
  const bool one_by_one = schedule.misfire == Misfire::all && fires.missed < static_cast<std::int64_t>(misfires_max);
  if (one_by_one) return Fires{fires.upto, 0, fires.upto};
  fires.upto = fires.at;
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
std::string text_of(const Workflow& workflow) {
  std::string text;
  for (const Schedule& schedule : workflow.schedules) text += schedule.text + " " + schedule.timezone + "\n";
  return text;
}

// In the vars of the clock: its schedules, up to when the fires of each were passed on, and the last of them.
Value clock_vars(Arena& arena, const Workflow& workflow, const std::vector<Time>& upto, Time last) {
  std::vector<Value> times;
  for (const Time at : upto) times.emplace_back(to_ms(at));
  return make_map(arena, {{"schedules", arena.copy(text_of(workflow))},
                          {"upto", make_list(arena, times)},
                          {"last", Value(to_ms(last))}});
}

// A clock that an older version of the engine has begun knows only when it is due.
std::vector<Time> upto_of(const Run& clock, const Workflow& workflow) {
  std::vector<Time> upto(workflow.schedules.size(), clock.due - Millis{1});
  const Value kept = clock.vars["upto"];
  if (kept.is(Kind::list) && kept.size() == upto.size())
    for (std::size_t i = 0; i < upto.size(); ++i) upto[i] = from_ms(kept.items()[i].integer_or(0));
  return upto;
}

std::optional<Time> next_after(const Workflow& workflow, const ShopFacts& shop, const std::vector<Time>& upto) {
  std::optional<Time> first;
  for (std::size_t i = 0; i < upto.size(); ++i) {
    const auto next = next_of(workflow.schedules[i], shop, upto[i]);
    if (next && (!first || *next < *first)) first = next;
  }
  return first;
}

void set_schedules(Turn& turn, Run& clock, const Workflow& workflow, Time due) {
  clock.vars = clock_vars(turn.arena, workflow, std::vector<Time>(workflow.schedules.size(), turn.at), Time{});
  clock.due = due;
}

Run new_clock(Turn& turn, const Workflow& workflow, Time due) {
  Run run;
  run.id = id_of({"clock", workflow.id, workflow.version, std::to_string(to_ms(turn.at))});
  run.workflow = workflow.id;
  run.version = workflow.version;
  run.started = turn.at;
  run.event.source = "shopbell/schedule";
  run.event.type = schedule_fired;
  run.event.subject = turn.arena.copy(turn.subject.id);
  run.event.at = turn.at;
  run.flow.clock = true;
  set_schedules(turn, run, workflow, due);
  return run;
}

void pass_on(Turn& turn, const Workflow& workflow, const Schedule& schedule, const Fires& fires, Time& last) {
  if (schedule.misfire == Misfire::skip && turn.at - fires.at > misfire_grace)
    return turn.note("skipped", "the fire of " + format_rfc3339(fires.at) + " was missed", workflow.id);
  if (fires.at == last) return;  // another of its schedules has the same time
  last = fires.at;
  fire(turn, workflow, fires.at, fires.missed);
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
    if (old->vars["schedules"].text_or({}) != text_of(*workflow)) set_schedules(turn, *old, *workflow, *next);
    old->version = workflow->version;
  }
  settle(turn, std::string(old->id));
}

void tick(Turn& turn, Run& run) {
  const Workflow* workflow = turn.workflows.find(run.workflow);
  if (workflow == nullptr || !workflow->enabled || workflow->schedules.empty())
    return end_run(turn, run, RunStatus::done, "it has no schedule any more");
  const ShopFacts& shop = turn.workflows.shop();
  std::vector<Time> upto = upto_of(run, *workflow);
  Time last = from_ms(run.vars["last"].integer_or(0));
  for (std::size_t i = 0; i < upto.size(); ++i) {
    const auto fires = due_fires(workflow->schedules[i], shop, upto[i], turn.at);
    if (!fires) continue;
    upto[i] = fires->upto;
    pass_on(turn, *workflow, workflow->schedules[i], *fires, last);
  }
  const auto next = next_after(*workflow, shop, upto);
  if (!next) return end_run(turn, run, RunStatus::done, "it does not fire any more");
  run.vars = clock_vars(turn.arena, *workflow, upto, last);
  run.due = *next;
  run.version = workflow->version;
}

}  // namespace shopbell
