#pragma once
// What can happen to a subject.

#include "core/subject.h"

#include <shopbell/action.h>
#include <shopbell/event.h>

#include <string>
#include <variant>
#include <vector>

namespace shopbell {

constexpr std::uint32_t cause_depth_max = 8;  // events that cause events

/// An event arrived. `workflow` not empty: it was forwarded for that workflow alone, because its
/// `per` is this subject and not the event's own.
struct Received {
  Event event;
  std::uint32_t depth = 0;
  std::string workflow;
  Value customer;  // forwarded: the profile of the event's own subject, as of then
  std::vector<std::string> only = {};  // ids of the workflows that it may start; empty: all
  bool overheard = false;  // another customer's event, out of a cart or browser that was this one's: it stops
                           // runs and is waited for, and does nothing else
};

/// A call's attempt came back.
struct Finished {
  std::string run, call;
  std::uint32_t attempt = 1;
  Outcome::Status status = Outcome::Status::done;
  Value output;
  Error error;
  std::optional<Millis> retry_after;
  std::optional<SentMessage> message;
};

/// Waits of this subject are due (those whose time is not after `at`), or its segments have changed with time.
struct Due {
  bool new_segments = false;  // what segments are has changed: who is in one now is so without an event
  std::string run = {};       // not empty: only that one's wait
};

/// A person ended a run.
struct Cancelled {
  std::string run, by;
};

/// A person decided about a run that has failed; it is among the subject's `failed`.
struct Resolved {
  enum class Remedy : std::uint8_t { retry, skip, cancel };
  std::string run;
  Remedy remedy = Remedy::retry;
  std::string by;
};

/// The workflows were edited: runs of this subject that an edit concerns are to take it.
struct Edited {};

/// An input of this subject made the engine itself fail, again and again: the run that it was for fails; without
/// one, those that are due.
struct Broken {
  std::string run;
};

/// A workflow with schedules is there, anew or as before: its clock is set. About the subject schedule_subject().
struct Scheduled {
  std::string workflow;
};

/// Two subjects are the same customer: `from` becomes part of this one.
struct Merged {
  Subject from;
};

struct Input {
  Time at;  // logical time; never goes back for a shard
  std::variant<Received, Finished, Due, Cancelled, Scheduled, Resolved, Edited, Broken, Merged> what;
  Value filed = {};  // of an event or Due: categories of what its subject bought that the profile lacks, see core/categories.h
};

}  // namespace shopbell
