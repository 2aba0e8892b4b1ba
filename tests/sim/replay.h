#pragma once
// The log's events and the other inputs, through the core again from nothing: what the store's tables must be, byte
// for byte, and what happened in which order, for the checks. It shares no code with the engine's batches.

#include "sim/engine.h"
#include "sim/tables.h"

namespace shopbell::sim {

/// What one input did.
struct Moment {
  std::uint64_t seq = 0;
  Time at;
  std::string kind, subject, event_id;
  bool set_aside = false;
  std::string merged;               // the subject that became this one
  std::string doubted;              // the call whose attempt ended in doubt
  std::vector<Run> runs;            // as they are after it; ended ones too
  std::vector<CallOrder> calls;
  std::vector<CallEnd> calls_ended;
  std::vector<Note> notes;
};

struct Replay {
  std::shared_ptr<Arena> memory = std::make_shared<Arena>(64 * 1024);  // of all values below
  Tables tables;
  std::vector<Moment> history;
  std::vector<std::string> complaints;  // a run moved before its time, an input that cannot be read
};

Replay replay(const std::vector<StoredInput>& inputs, const Editions& editions);

}  // namespace shopbell::sim
