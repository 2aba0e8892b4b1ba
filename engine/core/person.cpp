#include "core/person.h"

#include "core/effects.h"

#include <algorithm>

namespace shopbell {
namespace {

// Among the outputs by step id; with spaces, which no id has.
constexpr std::string_view handed_over = "handed over by classify";

const Run* parent_of(const Turn& turn, const Run& run) {
  const auto& runs = turn.subject.runs;
  const auto parent = std::find_if(runs.begin(), runs.end(), [&](const Run& r) { return r.id == run.flow.parent; });
  return is_part(run) && parent != runs.end() ? &*parent : nullptr;
}

}  // namespace

Value waits_for_person(const Turn& turn, const Run& run, const Workflow& workflow) {
  Value heard;
  const Workflow* by = &workflow;
  for (const Run* at = &run; at != nullptr && by != nullptr;) {
    for (const Instruction& step : by->program) {
      const Value* output = step.action == nullptr ? nullptr : at->outputs.find(step.id);
      if (output == nullptr) continue;
      if (step.action->name == "handoff" && output->find("error") == nullptr) return {};
      if (step.action->name == "classify" && (*output)["to_person"].boolean_or(false)) heard = *output;
    }
    at = parent_of(turn, *at);
    if (at != nullptr) by = turn.workflows.version(at->version);
  }
  return heard;
}

void hand_over(Turn& turn, Run& run, const Instruction& step, const Value& heard) {
  if (run.outputs.find(handed_over) != nullptr) return;
  Effects effects;
  effects.ticket = TicketDraft{.queue = std::string(heard["queue"].text_or("care")),
                               .priority = "high",
                               .reason = std::string(heard["reason"].text_or("")),
                               .note = "The workflow " + run.workflow + " would have answered by a machine."};
  do_effects(turn, run, step, effects);
  run.outputs = MapBuilder(turn.arena, run.outputs).add(handed_over, Value(true)).build();
}

}  // namespace shopbell
