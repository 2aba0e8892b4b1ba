#pragma once
// A run: one workflow at work for one event. A small record; recovery is a load.

#include <shopbell/error.h>
#include <shopbell/event.h>
#include <shopbell/value.h>

#include <cstdint>
#include <string>

namespace shopbell {

enum class RunStatus : std::uint8_t { waiting, calling, queued, done, stopped, failed };
std::string_view to_text(RunStatus status);
inline bool is_open(RunStatus s) { return s == RunStatus::waiting || s == RunStatus::calling || s == RunStatus::queued; }

/// What only some runs have.
struct Flow {
  std::string parent;      // of a part: the run that waits for it
  std::uint32_t part = 0;  // of a branch: its number, from 1; 0: a called workflow
  bool waited = false;     // since it last reached the customer, or began
  bool collecting = false; // it gathers triggers until `due`, and has not begun
  bool clock = false;      // it is no run of steps: it waits for the next fire of its workflow's schedules
  bool granted = false;    // the customer's contact budget has room for the step it stands at
  Time held;               // since when the step that it stands at is held back
  Time contacted;          // when the step that it stands at was counted in the contact budget
  std::int64_t lease = 0;  // of conversations: the epoch that it was decided on; see core/conversations.h
  std::uint32_t doubts = 0;         // how often the call that it waits for was in doubt
  std::uint32_t more_attempts = 0;  // of that call, granted by a person
  std::string failed_at;   // failed: the id of the step
  std::string failing;     // on_error of the workflow is at work; why
  Value loops;             // of for_each, the innermost last: a list of {at, n, items}
  Value used;              // ids of the events that wait_for has had
  Value events;            // collected, oldest first
};

struct Run {
  std::string id;        // hash of the event, the workflow and the subject
  std::string workflow;  // id
  std::string version;   // the content hash it is pinned to
  RunStatus status = RunStatus::waiting;
  Time started;
  Time ended;            // when no longer open
  std::string reason;    // of a stop or a failure, for people
  std::uint32_t at = 0;  // the instruction it stands at
  Time due;              // waiting: when it goes on; the epoch: only when something happens
  std::string call;      // calling: the key of the call it waits for
  std::uint32_t attempt = 0;
  Value args;            // calling: what the call was given; each attempt gets the same, as one key means one thing
  std::uint32_t depth = 0;  // of causes: 0 for an event from outside
  std::uint64_t steps = 0;  // instructions done so far; part of the cause of ids
  Event event;              // the trigger
  Value customer;           // a forwarded event's customer, as of then; else null
  Value vars, outputs;      // maps: what `set` named, and the outputs by the step's id
  Flow flow;
};

/// Whether it is due at that time.
inline bool is_due(const Run& run, Time at) {
  return run.status == RunStatus::waiting && run.due != Time{} && run.due <= at;
}
/// Whether it is a branch of another run, or was called by one.
inline bool is_part(const Run& run) { return !run.flow.parent.empty(); }

/// The state column of an open run, as JSON. Every kind of value comes back as it was: see core/state.h.
/// Errors of decode_run: "bad_json", "bad_state".
std::string encode_run(const Run& run);
Result<Run> decode_run(std::string_view state, Arena& arena);

}  // namespace shopbell
