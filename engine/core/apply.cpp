#include "core/apply.h"

#include "base/time.h"
#include "core/answer.h"
#include "core/categories.h"
#include "core/conversations.h"
#include "core/edits.h"
#include "core/effects.h"
#include "core/merge.h"
#include "core/parts.h"
#include "core/receive.h"
#include "core/remedy.h"
#include "core/runs.h"
#include "core/scope.h"
#include "core/schedule.h"
#include "core/segments.h"
#include "core/step.h"
#include "core/turn.h"

#include <algorithm>

namespace shopbell {
namespace {

std::string_view to_text(Outcome::Status status) {
  switch (status) {
    case Outcome::Status::done: return "done";
    case Outcome::Status::retry: return "to be tried again";
    case Outcome::Status::failed: return "failed";
    case Outcome::Status::unknown: return "in doubt";
  }
  return {};
}

Run* find_run(Turn& turn, std::string_view id) {
  for (Run& run : turn.subject.runs)
    if (run.id == id) return &run;
  return nullptr;
}

void take(Turn& turn, const Received& received) { receive(turn, received); }

// An answer that nobody waits for any more. What it says was done is kept all the same: a message that
// went out did go out, also when its run was stopped meanwhile.
void take_stale(Turn& turn, const Finished& f, const Run* run) {
  turn.note("call_done", "an answer that nobody waits for was ignored: call " + f.call + ", attempt " +
                             std::to_string(f.attempt) + ", " + std::string(to_text(f.status)));
  if (f.message) keep_sent(turn, f.run, {}, f.call, *f.message);
  if (run == nullptr || run->call != f.call)
    turn.made.calls_ended.push_back({f.call,
                                     f.status == Outcome::Status::retry ? Outcome::Status::unknown : f.status,
                                     f.attempt, f.error.message, false, f.run});
}

void take(Turn& turn, const Finished& f) {
  Run* run = find_run(turn, f.run);
  if (run == nullptr || run->status != RunStatus::calling || run->call != f.call || run->attempt != f.attempt)
    return take_stale(turn, f, run);
  take_answer(turn, *run, f);
  settle(turn, f.run);
}

void take(Turn& turn, const Due& which) {
  std::vector<std::pair<Time, std::string>> due;
  for (const Run& run : turn.subject.runs)
    if (is_due(run, turn.at) && (which.run.empty() || run.id == which.run)) due.emplace_back(run.due, run.id);
  std::stable_sort(due.begin(), due.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [at, id] : due) {
    Run* run = find_run(turn, id);
    if (run == nullptr || !is_due(*run, turn.at)) continue;
    resume(turn, *run);
    settle(turn, id);
    do_parts(turn);
  }
}

void take(Turn& turn, const Resolved& resolved) { take_remedy(turn, resolved); }

void take(Turn&, const Edited&) {}  // take_edits() has done it, as before every input

void take(Turn& turn, const Broken& broken) {
  std::vector<std::string> ids;
  for (const Run& run : turn.subject.runs)
    if (broken.run.empty() ? is_due(run, turn.at) : run.id == broken.run) ids.push_back(run.id);
  for (const std::string& id : ids) {
    if (Run* run = find_run(turn, id))
      end_run(turn, *run, RunStatus::failed, "the engine could not take an input for it; that is a fault of the engine");
    settle(turn, id);
  }
}

void take(Turn& turn, const Scheduled& scheduled) { set_clock(turn, scheduled.workflow); }

void take(Turn& turn, const Merged& merged) { take_merged(turn, merged.from); }

void take(Turn& turn, const Cancelled& cancelled) {
  Run* run = find_run(turn, cancelled.run);
  if (run == nullptr)
    return turn.note("stopped", "nothing to cancel: the run " + cancelled.run + " is not open");
  end_run(turn, *run, RunStatus::stopped, "cancelled by " + cancelled.by);
  settle(turn, cancelled.run);
}

// What the input changed, and what the time that has passed did.
void look_at_segments(Turn& turn, const Input& input) {
  const auto* due = std::get_if<Due>(&input.what);
  if (due == nullptr && turn.segments_edition == turn.profile_edition) return;
  const auto* received = std::get_if<Received>(&input.what);
  const std::string cause =
      received != nullptr ? std::string(received->event.source) + " " + std::string(received->event.id) : "passed";
  update_segments(turn, cause, received != nullptr ? received->depth + 1 : 1, due != nullptr && due->new_segments);
}

}  // namespace

Transition apply(const Workflows& workflows, Subject& subject, const Input& input, Arena& arena, Telling telling) {
  Turn turn{workflows, subject, input.at, arena, telling};
  turn.shop = shop_value(workflows.shop(), arena);
  take_edits(turn);
  take_filed(turn, input.filed);
  std::visit([&turn](const auto& what) { take(turn, what); }, input.what);
  do {
    supersede(turn);
    do_parts(turn);
  } while (start_queued(turn) || turn.owner_changed);
  look_at_segments(turn, input);
  return std::move(turn.made);
}

}  // namespace shopbell
