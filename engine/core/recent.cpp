#include "core/recent.h"

#include "base/time.h"
#include "core/ask.h"
#include "core/conversations.h"
#include "core/scope.h"

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::size_t used_max = 100;  // of one run: the newest

Value name_of(Arena& arena, const Event& event) {
  return arena.copy(std::string(event.source) + " " + std::string(event.id));
}

std::span<const Value> items_of(const Value& list) {
  return list.is(Kind::list) ? list.items() : std::span<const Value>{};
}

bool is_needed(const Turn& turn, const Value& item) {
  if (from_ms(item["came"].integer_or(0)) > turn.at - recent_kept) return true;
  const Time at = from_ms(item["at"].integer_or(0));
  return std::any_of(turn.subject.runs.begin(), turn.subject.runs.end(), [&](const Run& run) {
    const Workflow* workflow = turn.workflows.version(run.version);
    return run.event.at <= at && workflow != nullptr && listens(*workflow, item["type"].text_or({}));
  });
}

Event event_of(const Turn& turn, const Value& item) {
  return {item["id"].text_or({}), item["source"].text_or({}),        item["type"].text_or({}),
          turn.subject.id,        from_ms(item["at"].integer_or(0)), item["data"], item["stale"].boolean_or(false)};
}

bool is_same(const Event& a, const Event& b) { return a.id == b.id && a.source == b.source; }

// Whether the condition of a trigger holds; one that cannot be decided does not, and that is noted.
bool holds(Turn& turn, const Trigger& trigger, const Value& scope, const Run* run, const Workflow& workflow) {
  if (!trigger.where) return true;
  const auto result = trigger.where->condition(scope, turn.arena);
  if (!result)
    turn.note("error", "where cannot be decided: " + describe(result.error(), trigger.where->source()),
              workflow.id, run != nullptr ? run->id : std::string());
  return result && *result;
}

bool fits(Turn& turn, const Run& run, const Workflow& workflow, const Instruction& step, const Event& event) {
  const Value name = name_of(turn.arena, event);
  for (const Value& used : items_of(run.flow.used))
    if (used.text_or({}) == name.text()) return false;
  if (step.asks && conversation_of(event) != conversation_spoken_to(question_of(run, step))) return false;
  for (const Trigger& trigger : step.triggers)
    if (trigger.event == event.type &&
        (!trigger.where || holds(turn, trigger, awaited_scope(turn, run, workflow, event), &run, workflow)))
      return true;
  return false;
}

}  // namespace

Value without_raw(const Value& data, Arena& arena) {
  if (data.find("raw") == nullptr) return data;
  std::vector<Member> members;
  for (const Member& m : data.members())
    if (m.key.text_or({}) != "raw") members.push_back(m);
  return freeze_map(arena, members);
}

void remember(Turn& turn, const Event& event) {
  const Memory memory = turn.workflows.memory_of(event.type);
  if (memory == Memory::nothing) return;
  std::vector<Value> kept;
  for (const Value& item : items_of(turn.subject.recent)) {
    const bool same_type = memory == Memory::time && item["type"].text_or({}) == event.type;
    if (same_type && item["at"].integer_or(0) > to_ms(event.at)) return;  // the newest one's time is known
    if (!same_type && is_needed(turn, item)) kept.push_back(item);
  }
  MapBuilder item(turn.arena);
  item.add("type", event.type).add("at", Value(to_ms(event.at))).add("came", Value(to_ms(turn.at)));
  item.add("id", event.id).add("source", event.source);
  if (event.stale) item.add("stale", Value(true));
  if (memory == Memory::data) item.add("data", without_raw(event.data, turn.arena));
  kept.push_back(item.build());
  const std::size_t over = kept.size() > recent_events_max ? kept.size() - recent_events_max : 0;
  turn.subject.recent = make_list(turn.arena, std::span(kept).subspan(over));
  turn.made.subject_changed = true;
}

std::optional<Event> look_back(Turn& turn, const Run& run, const Workflow& workflow,
                               const Instruction& step) {
  std::optional<Event> found;
  for (const Value& item : items_of(turn.subject.recent)) {
    const Event event = event_of(turn, item);
    if (step.asks && item["came"].integer_or(0) <= question_of(run, step)["at"].integer_or(0)) continue;
    if (!is_after({event.at, from_ms(item["came"].integer_or(0))}, {run.event.at, run.started}) || is_same(event, run.event) || (found && found->at <= event.at)) continue;
    if (fits(turn, run, workflow, step, event)) found = event;
  }
  return found;
}

bool is_awaited(Turn& turn, const Run& run, const Workflow& workflow, const Instruction& step,
                const Event& event) {
  if (event.at < run.event.at || (run.due != Time{} && event.at > run.due) || is_same(event, run.event))
    return false;
  return fits(turn, run, workflow, step, event);
}

Value with_used(Arena& arena, const Value& used, const Event& event) {
  const auto had = items_of(used);
  ListBuilder list(arena);
  for (const Value& name : had.subspan(had.size() >= used_max ? had.size() - used_max + 1 : 0))
    list.add(name);
  list.add(name_of(arena, event));
  return list.build();
}

bool is_after(const Happened& event, const Happened& began) {
  return event.at > began.at || (event.at == began.at && event.came > began.came);
}

std::string stopped_before(Turn& turn, const Workflow& workflow, const Event& trigger,
                           const Value& forwarded, Time started) {
  if (workflow.stop_on.empty()) return {};
  for (const Value& item : items_of(turn.subject.recent)) {
    const Event event = event_of(turn, item);
    if (!is_after({event.at, from_ms(item["came"].integer_or(0))}, {trigger.at, started}) || is_same(event, trigger)) continue;
    for (const Trigger& stop : workflow.stop_on)
      if (stop.event == event.type && (!stop.where || event.data.is(Kind::map)) &&
          holds(turn, stop, stop.where ? event_scope(turn, event, forwarded) : Value(), nullptr, workflow))
        return std::string(event.type) + " at " + format_rfc3339(event.at) + " has come already";
  }
  return {};
}

}  // namespace shopbell
