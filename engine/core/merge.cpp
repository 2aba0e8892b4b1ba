#include "core/merge.h"

#include "base/time.h"
#include "core/conversation.h"
#include "core/conversations.h"
#include "core/derive.h"
#include "core/early_states.h"
#include "core/identity.h"
#include "core/orders.h"
#include "core/profile.h"
#include "core/profile_draft.h"
#include "core/recent.h"
#include "core/runs.h"
#include "core/step.h"
#include "core/things.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace shopbell {
namespace {

void merge_times(std::vector<Time>& into, const std::vector<Time>& from) {
  into.insert(into.end(), from.begin(), from.end());
  std::sort(into.begin(), into.end());
}

void merge_counters(std::vector<Counter>& into, const std::vector<Counter>& from) {
  for (const Counter& counter : from) {
    const auto same = std::find_if(into.begin(), into.end(), [&](const Counter& c) { return c.workflow == counter.workflow; });
    if (same == into.end()) into.push_back(counter);
    else merge_times(same->times, counter.times);
  }
}

/// Of both lists, by `order`; what has the same `key` is there once, and at most `max` are.
template <class Key, class Order>
Value merge_lists(const Value& a, const Value& b, std::size_t max, Key key, Order order, Arena& arena) {
  std::vector<Value> all(items_of(a).begin(), items_of(a).end());
  all.insert(all.end(), items_of(b).begin(), items_of(b).end());
  std::stable_sort(all.begin(), all.end(), order);
  std::set<decltype(key(Value()))> known;
  std::erase_if(all, [&](const Value& v) { return !known.insert(key(v)).second; });
  if (all.empty()) return a;
  return make_list(arena, std::span(all).subspan(all.size() > max ? all.size() - max : 0));
}

bool by_time(const Value& a, const Value& b) { return before(a["at"], b["at"]); }

Value merge_recent(const Value& a, const Value& b, Arena& arena) {
  const auto came = [](const Value& v) { return v["came"].integer_or(0); };
  const auto key = [](const Value& v) {
    return std::tuple(v["type"].text_or({}), v["source"].text_or({}), v["id"].text_or({}));
  };
  return merge_lists(a, b, recent_events_max, key, [&](const Value& x, const Value& y) { return came(x) < came(y); }, arena);
}

/// Who is in a segment under either name is in it, as before: no event tells of it.
void merge_segments(Turn& turn, const Value& before, const Value& from) {
  if (!from.is(Kind::map)) return;
  MapBuilder in(turn.arena, before);
  for (const Member& m : from.members()) {
    if (before.find(m.key.text_or({})) != nullptr) continue;
    in.add(m.key, m.value);
    turn.made.segments.push_back({std::string(m.key.text_or({})), true});
  }
  turn.set_profile(MapBuilder(turn.arena, turn.subject.profile).add("in_segments", in.build()).build());
}

void merge_things(Turn& turn, const Value& from) {
  for (const Member& m : from.is(Kind::map) ? from.members() : std::span<const Member>{}) {
    const Value known = known_of(turn, m.key.text_or({}));
    if (known.is_null() || known["e"].integer_or(0) < m.value["e"].integer_or(0))
      keep_known(turn, m.key.text_or({}), m.value);
  }
}

void merge_runs(Turn& turn, const Subject& from) {
  for (Run run : from.runs) {
    if (run.event.subject == from.id) run.event.subject = turn.arena.copy(turn.subject.id);
    turn.made.runs.push_back(run);
    turn.subject.runs.push_back(std::move(run));
  }
  std::stable_sort(turn.subject.runs.begin(), turn.subject.runs.end(),
                   [](const Run& a, const Run& b) { return a.started < b.started; });
}

void merge_identities(Subject& into, const Subject& from) {
  if (!is_called(into, from.id)) add_identity(into, from.id);
  for (const std::string& name : from.identities)
    if (!is_called(into, name)) add_identity(into, name);
  into.merged.push_back(from.id);
  into.merged.insert(into.merged.end(), from.merged.begin(), from.merged.end());
  if (into.merged.size() > merged_max)
    into.merged.erase(into.merged.begin(), into.merged.end() - static_cast<std::ptrdiff_t>(merged_max));
}

std::vector<std::string> ids_of(const std::vector<Run>& runs) {
  std::vector<std::string> ids;
  for (const Run& run : runs) ids.push_back(run.id);
  return ids;
}

Run* find_run(Turn& turn, std::string_view id) {
  const auto found = std::find_if(turn.subject.runs.begin(), turn.subject.runs.end(), [&](const Run& r) { return r.id == id; });
  return found == turn.subject.runs.end() ? nullptr : &*found;
}

void stop(Turn& turn, const std::string& id, std::string why) {
  if (Run* run = find_run(turn, id)) end_run(turn, *run, RunStatus::stopped, std::move(why));
  settle(turn, id);
}

/// What had stopped a run, had both been one when it happened.
void stop_runs(Turn& turn) {
  for (const std::string& id : ids_of(turn.subject.runs)) {
    const Run* run = find_run(turn, id);
    const Workflow* workflow = run == nullptr || is_part(*run) ? nullptr : turn.workflows.version(run->version);
    if (workflow == nullptr) continue;
    if (std::string why = stopped_before(turn, *workflow, run->event, run->customer, run->started); !why.empty())
      stop(turn, id, std::move(why));
  }
}

void resume_waits(Turn& turn) {
  for (const std::string& id : ids_of(turn.subject.runs)) {
    Run* run = find_run(turn, id);
    if (run == nullptr || run->status != RunStatus::waiting || run->flow.collecting || run->flow.clock) continue;
    const Workflow* workflow = turn.workflows.version(run->version);
    if (workflow == nullptr || run->at >= workflow->program.size()) continue;
    const Instruction& step = workflow->program[run->at];
    if (step.op != Op::wait_for) continue;
    const auto event = look_back(turn, *run, *workflow, step);
    if (!event) continue;
    resume_with(turn, *run, *event);
    settle(turn, id);
  }
}

/// `single`: the one that was there first goes on; `restart`: the one of the newest trigger.
void keep_one(Turn& turn, const Workflow& workflow) {
  const Run* kept = nullptr;
  std::vector<std::string> others;
  for (const Run& run : turn.subject.runs) {
    if (run.workflow != workflow.id || is_part(run)) continue;
    const bool better = kept == nullptr || (workflow.mode == Mode::restart && run.event.at > kept->event.at) ||
                        (workflow.mode == Mode::single && run.started < kept->started);
    if (kept != nullptr) others.push_back(better ? kept->id : run.id);
    if (better) kept = &run;
  }
  for (const std::string& id : others) stop(turn, id, "the customer has another run of it under another name");
}

void keep_one_of_each(Turn& turn) {
  std::set<std::string> workflows;
  for (const Run& run : turn.subject.runs) workflows.insert(run.workflow);
  for (const std::string& id : workflows) {
    const Workflow* workflow = turn.workflows.find(id);
    if (workflow != nullptr && (workflow->mode == Mode::single || workflow->mode == Mode::restart))
      keep_one(turn, *workflow);
  }
}

}  // namespace

void take_merged(Turn& turn, const Subject& from) {
  Subject& into = turn.subject;
  const std::string count = std::to_string(from.runs.size());
  turn.note("merged", from.id + " is the same customer: its profile, conversation and " + count + " open runs are here now");
  if (has_profile(into.id)) {
    const Value segments = into.profile["in_segments"];
    turn.set_profile(merge_profiles(into.profile, from.profile, turn.workflows.shop().currency, turn.arena));
    merge_segments(turn, segments, from.profile["in_segments"]);
  }
  into.conversation = merge_lists(into.conversation, from.conversation, conversation_messages_max,
                                  [](const Value& v) { return v["id"].text_or({}); }, by_time, turn.arena);
  merge_conversations(turn, from);
  merge_early_states(turn, from);
  merge_orders(turn, from.orders);
  into.recent = merge_recent(into.recent, from.recent, turn.arena);
  merge_things(turn, from.things);
  merge_counters(into.counters, from.counters);
  merge_counters(into.starts, from.starts);
  merge_times(into.contacts, from.contacts);
  merge_identities(into, from);
  merge_runs(turn, from);
  turn.made.subject_changed = true;
  stop_runs(turn);
  end_ordered(turn);
  resume_waits(turn);
  keep_one_of_each(turn);
}

}  // namespace shopbell
