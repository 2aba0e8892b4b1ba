#pragma once
// The heart: one function decides everything. Pure: no clock, no I/O, no thread, no randomness, no
// log. The same workflows, subject and input give the same transition, always.

#include "core/input.h"
#include "core/subject.h"
#include "core/workflow.h"

#include <optional>
#include <string>
#include <vector>

namespace shopbell {

/// Why something was done or not done. Codes: started, not_started, condition_false, limit_reached, mode_single,
/// restarted, queued, collected, step, branch, waiting, resumed, called, call_done, call_retry, call_failed, recorded, held_back,
/// skipped, expired, call_dropped, retried, step_skipped, not_resolved, retimed, not_retimed, migrated, stale, derived, asked, stopped, failed, done,
/// emitted, fired, ticket, tagged, note, forwarded, too_deep,
/// loop_stopped, superseded, conversation, conflict, answered, part_begun, merged, not_merged, overheard, segment_entered, segment_left, error.
struct Note {
  std::string code;
  std::string workflow;  // empty: about the event as a whole
  std::string run;       // empty: about the event
  std::string step;      // the instruction's id; empty: about the run
  std::string text;      // for a person: "order.total > 100 → 40 > 100 → false"
};

/// A call to make: new, or to be tried again (the same key, a later `due`).
struct CallOrder {
  Call call;             // args in the batch's arena
  std::string action;
  std::string step;
  Millis timeout{30'000};
  Time due;
  std::string error = {};  // of the attempt before; empty: this is the first
};

/// A call that is over, one way or the other.
struct CallEnd {
  std::string key;
  Outcome::Status status = Outcome::Status::done;
  std::uint32_t attempts = 1;
  std::string error;     // for people; empty when done
  bool recorded = false; // it was not made: its run is a replayed one
  std::string run = {};  // not empty: that run was over before, and the call in doubt; this is what came of it
};

struct TicketOpened {
  std::string id, run, workflow;
  TicketDraft draft;
  Value frozen;          // what the person is to know, as of now: see core/handoff.h
};

/// A message of a conversation, in or out.
struct MessageKept {
  std::string id, channel, direction, from, to, text, run;  // direction: "in" or "out"
  Time at;
};

/// A deciding action that was done, with what it was given.
struct Decided {
  std::string action, run, workflow, step;
  Value args;            // in the batch's arena
};

/// One instruction that was executed, and where its run stood behind it: not `at` + 1 where it branched.
struct Visit {
  const Workflow* workflow;
  std::uint32_t at, then;
};

/// A new event of the shop's own, or one forwarded to another subject: a further input, taken in the
/// same batch.
struct Following {
  std::string subject;
  Received received;
};

/// A customer is in a segment from now on, or no longer.
struct SegmentChange {
  std::string segment;
  bool entered = true;
};

/// What somebody asks for by law, and whom it is about: for the store (core/privacy.h).
struct Asked {
  std::string id, kind;                // kind: erase, export
  std::vector<std::string> subjects;   // "customer:7", "order:1001"
  std::vector<std::string> texts;      // what nobody else has, in lower case
  std::string source;                  // instead: all that it told
};

/// What became of a person's command about a conversation.
struct Told {
  std::string code;                    // empty: it was done; "conflict", "not_found", "bad_command"
  std::string message;
  Value conversation;                  // as it is now; null: there is none
};

struct Transition {
  bool subject_changed = false;        // profile, conversation or counters
  std::vector<Run> runs;               // every run that began, moved or ended; also the ended ones
  std::vector<CallOrder> calls;
  std::vector<CallEnd> calls_ended;
  std::vector<Following> following;
  std::vector<TicketOpened> tickets;
  std::vector<MessageKept> messages;
  std::vector<Decided> decided;
  std::vector<Visit> visits;
  std::vector<SegmentChange> segments;
  std::vector<Note> notes;
  std::vector<Asked> asked;
  std::vector<std::string> conversations;  // ids of those that changed
  std::optional<Told> told;
  std::vector<std::string> log;        // lines of the action `log`
};

/// Whether notes say which operands decided (shopbell why), or what happened alone.
enum class Telling : std::uint8_t { why, what };

/// Moves one subject by one input. `subject` is changed in place (ended runs leave it); everything
/// new is in `arena`. Never throws for what a merchant wrote or a platform sent: that ends in notes
/// and failed runs.
Transition apply(const Workflows& workflows, Subject& subject, const Input& input, Arena& arena,
                 Telling telling = Telling::why);

/// The subject that runs of `workflow` for this event are counted by: the event's own, or what `per` says.
Result<std::string> subject_of(const Workflow& workflow, const Value& scope, const Event& event, Arena& arena);

}  // namespace shopbell
