// The shard's part in the calls: which attempts begin with a batch's commit, and what a process before left behind.

#include "serve/shard.h"

#include "base/crash_point.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

namespace shopbell {
namespace {

constexpr Millis look_ahead{60'000};  // calls further away are looked up again by then

}  // namespace

// Claimed calls may have been under way when the process before ended: nobody saw how.
void Shard::recover_calls() {
  auto calls = store_->claimed_calls();
  if (!calls) return die(calls.error().message);
  const std::vector<bool> repeatable = outside_.repeatable(*calls);
  for (std::size_t i = 0; i < calls->size(); ++i) {
    const CallRow& row = (*calls)[i];
    if (repeatable[i]) {
      unclaimed_.push_back(row.key);
      continue;
    }
    Finished finished;
    finished.run = row.run;
    finished.call = row.key;
    finished.attempt = row.attempt;
    finished.status = Outcome::Status::unknown;
    finished.error = {"in_doubt", "the server ended while this was under way", {}};
    push({row.subject, {clock_.wall(), std::move(finished)}, {}, {}});
  }
  crash_point("shard.calls_recovered");
}

// Calls whose time has come: further attempts, those that found no place, and after a start those that waited.
std::vector<CallRow> Shard::claim_due_calls() {
  std::vector<CallRow> claimed;
  const Time now = clock_.wall();
  if (outside_.freed()) next_call_ = now;
  if (full_ || next_call_ > now) return claimed;
  const auto waiting = store_->waiting_calls();
  if (!waiting) return die(waiting.error().message), claimed;
  next_call_ = now + look_ahead;
  const std::vector<Room> rooms = outside_.room(*waiting);
  for (std::size_t i = 0; i < waiting->size(); ++i) {
    const WaitingCalls& of = (*waiting)[i];
    if (of.due > now || rooms[i].count == 0) {
      next_call_ = std::min(next_call_, std::max(of.due, rooms[i].count == 0 ? rooms[i].at : now));
      continue;
    }
    auto calls = store_->due_calls(of, now, rooms[i].count);
    if (!calls) return die(calls.error().message), claimed;
    std::copy_if(std::make_move_iterator(calls->begin()), std::make_move_iterator(calls->end()), std::back_inserter(claimed),
                 [&](const CallRow& row) { return outside_.reserve(row, true); });
    next_call_ = now;  // what is behind them is looked at when these are claimed
  }
  return claimed;
}

// What the batch itself orders begins with it where there is a place; what it ends does not begin.
void Shard::claim(Batch& rows, std::vector<CallRow>& claimed) {
  std::unordered_set<std::string_view> ended;
  for (const CallEndRow& row : rows.calls_ended) ended.insert(row.key);
  const auto over = std::partition(claimed.begin(), claimed.end(), [&](const CallRow& row) { return !ended.contains(row.key); });
  release({over, claimed.end()});
  claimed.erase(over, claimed.end());
  for (const CallRow& row : claimed) rows.calls_claimed.push_back(row.key);
  for (CallRow& row : rows.calls) {
    if (row.due > rows.clock || ended.contains(row.key)) continue;
    row.claimed = outside_.reserve(row, false);
    if (row.claimed) claimed.push_back(row);
    else next_call_ = clock_.wall();
  }
  rows.calls_unclaimed = unclaimed_;
}

void Shard::release(const std::vector<CallRow>& claimed) {
  for (const CallRow& row : claimed) outside_.release(row);
}

}  // namespace shopbell
