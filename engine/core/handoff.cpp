#include "core/handoff.h"

#include "core/conversations.h"
#include "core/profile_draft.h"
#include "core/scope.h"

#include <algorithm>

namespace shopbell {
namespace {

const Run* parent_of(const Turn& turn, const Run& run) {
  for (const Run& other : turn.subject.runs)
    if (other.id == run.flow.parent) return &other;
  return nullptr;
}

/// What the steps of the run, and of those that it is a part of, have come to.
class Findings {
 public:
  Findings(const Turn& turn, const Run& run) : turn_(turn), asked_(turn.arena), suggestions_(turn.arena) {
    for (const Run* at = &run; at != nullptr; at = parent_of(turn, *at))
      if (const Workflow* workflow = turn.workflows.version(at->version)) look(*workflow, *at);
  }
  Value heard() const { return heard_; }
  Value asked() { return asked_.build(); }
  Value suggestions() { return suggestions_.build(); }

 private:
  void look(const Workflow& workflow, const Run& run) {
    for (const Instruction& step : workflow.program) {
      const Value* output = run.outputs.find(step.id);
      if (output == nullptr || !output->is(Kind::map)) continue;
      if (step.op == Op::judge) add_answer(*output);
      if (step.action == nullptr) continue;
      if (step.action->name == "classify" && heard_.is_null()) heard_ = *output;
      if (step.action->name == "answer")
        for (const Value& candidate : items_of((*output)["candidates"])) suggestions_.add(candidate);
    }
  }

  void add_answer(const Value& output) {
    if (output["question"].is_null()) return;
    asked_.add(make_map(turn_.arena, {{"question", output["question"]},
                                      {"answer", output["value"]},
                                      {"valid", output["valid"]},
                                      {"timed_out", output["timed_out"]}}));
  }

  const Turn& turn_;
  Value heard_;
  ListBuilder asked_, suggestions_;
};

Value open_runs(const Turn& turn, const Run& own) {
  ListBuilder list(turn.arena);
  for (const Run& run : turn.subject.runs) {
    if (run.id == own.id || run.flow.clock) continue;
    const Workflow* workflow = turn.workflows.version(run.version);
    const bool stands = workflow != nullptr && run.at < workflow->program.size();
    list.add(make_map(turn.arena, {{"id", turn.arena.copy(run.id)},
                                   {"workflow", turn.arena.copy(run.workflow)},
                                   {"status", to_text(run.status)},
                                   {"step", stands ? Value(turn.arena.copy(workflow->program[run.at].id)) : Value()},
                                   {"since", Value(run.started)},
                                   {"due", run.due != Time{} ? Value(run.due) : Value()}}));
  }
  return list.build();
}

}  // namespace

Value frozen_for(const Turn& turn, const Run& run, const TicketDraft& draft) {
  Findings found(turn, run);
  const std::string id = conversation_of(run.event);
  return make_map(turn.arena, {{"reason", turn.arena.copy(draft.reason)},
                               {"note", turn.arena.copy(draft.note)},
                               {"heard", found.heard()},
                               {"asked", found.asked()},
                               {"customer", customer_of(turn, run.event, run.customer)},
                               {"orders", turn.subject.orders},
                               {"runs", open_runs(turn, run)},
                               {"conversation", turn.subject.conversation},
                               {"thread", id.empty() ? Value() : find_conversation(turn.subject, id)},
                               {"suggestions", found.suggestions()}});
}

}  // namespace shopbell
