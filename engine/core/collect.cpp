#include "core/collect.h"

#include "base/time.h"
#include "core/begin.h"
#include "core/conversations.h"
#include "core/runs.h"
#include "core/scope.h"

#include <algorithm>

namespace shopbell {
namespace {

void add_event(Turn& turn, Run& run, const Event& event) {
  std::vector<Value> events;
  if (run.flow.events.is(Kind::list))
    events.assign(run.flow.events.items().begin(), run.flow.events.items().end());
  const auto behind =
      std::upper_bound(events.begin(), events.end(), event.at, [](Time at, const Value& other) {
        const Value then = other["time"];
        return then.is(Kind::timestamp) && at < from_ms(then.seconds() * 1000 + then.nanos() / 1'000'000);
      });
  events.insert(behind, nouns_of(turn.arena, event));
  run.flow.events = make_list(turn.arena, events);
}

}  // namespace

bool add_collected(Turn& turn, const Event& event, const Workflow& workflow) {
  auto& runs = turn.subject.runs;
  const auto run = std::find_if(runs.begin(), runs.end(),
                                [&](const Run& r) { return r.flow.collecting && r.workflow == workflow.id; });
  if (run == runs.end()) return false;
  add_event(turn, *run, event);
  if (event.at >= run->event.at) {
    const Value data = event.data;
    run->event = event;
    run->event.data = kept_data(turn, workflow, data);
  }
  const bool full = run->flow.events.size() >= collected_max;
  run->due = full ? turn.at : std::min(turn.at + workflow.collect.quiet, run->started + workflow.collect.max);
  turn.note("collected",
            std::to_string(run->flow.events.size()) + " events, until " + format_rfc3339(run->due),
            workflow.id, run->id);
  settle(turn, std::string(run->id));
  return true;
}

void begin_collecting(Turn& turn, Run& run, const Workflow& workflow) {
  add_event(turn, run, run.event);
  run.status = RunStatus::waiting;
  run.flow.collecting = true;
  run.due = turn.at + std::min(workflow.collect.quiet, workflow.collect.max);
  turn.note("waiting", "for more, until " + format_rfc3339(run.due), workflow.id, run.id);
}

void begin_collected(Turn& turn, Run& run, const Workflow& workflow) {
  run.flow.collecting = false;
  if (turn.subject.conversations.is(Kind::map)) run.flow.lease = epoch_of(turn.subject);  // it is decided now
  run.due = {};
  turn.note("started", "with " + std::to_string(run.flow.events.size()) + " events", workflow.id, run.id);
  begin_steps(turn, run, workflow, {});
}

}  // namespace shopbell
