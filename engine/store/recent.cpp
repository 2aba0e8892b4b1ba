#include "store/recent.h"

#include <algorithm>
#include <iterator>

namespace shopbell {
namespace {

constexpr std::size_t place_bytes = 200;  // of the list, the table and the strings' own

std::size_t size_of(const RecentSubjects::Subject& subject) {
  std::size_t bytes = place_bytes + subject.id.size() + subject.state.size();
  for (const auto& run : subject.runs) bytes += sizeof run + run.id.size() + run.state.size();
  return bytes;
}

}  // namespace

RecentSubjects::Order::iterator RecentSubjects::at(const std::string& id) {
  const auto place = places_.find(id);
  return place == places_.end() ? order_.end() : place->second;
}

const RecentSubjects::Subject* RecentSubjects::find(const std::string& id) {
  const auto found = at(id);
  if (found == order_.end()) return nullptr;
  order_.splice(order_.begin(), order_, found);
  return &*found;
}

void RecentSubjects::keep(Subject subject) {
  forget(subject.id);
  bytes_ += size_of(subject);
  order_.push_front(std::move(subject));
  places_.emplace(order_.front().id, order_.begin());
  while (bytes_ > bytes_max_) forget(std::string(order_.back().id));
}

void RecentSubjects::forget(const std::string& id) {
  const auto found = at(id);
  if (found == order_.end()) return;
  bytes_ -= size_of(*found);
  places_.erase(found->id);
  order_.erase(found);
}

void RecentSubjects::clear() {
  places_.clear();
  order_.clear();
  bytes_ = 0;
}

void RecentSubjects::committed(const Batch& batch, std::uint64_t first_seq) {
  for (const SubjectRow& row : batch.subjects) {
    const auto found = at(row.id);
    if (found == order_.end()) continue;
    bytes_ += row.state.size();
    bytes_ -= found->state.size();
    found->state = row.state;
  }
  for (const MoveRow& move : batch.moves) {
    forget(move.from);
    forget(move.to);
  }
  for (const RunRow& run : batch.runs) put_run(run, first_seq);
  while (bytes_ > bytes_max_) forget(std::string(order_.back().id));
}

void RecentSubjects::put_run(const RunRow& run, std::uint64_t first_seq) {
  const auto subject = at(run.subject);
  if (subject == order_.end()) return;
  auto& runs = subject->runs;
  const auto known = std::find_if(runs.begin(), runs.end(), [&](const OpenRun& open) { return open.id == run.id; });
  bytes_ -= size_of(*subject);
  if (known != runs.end() && run.ended) runs.erase(known);
  else if (known != runs.end()) known->state = run.state;
  else if (!run.ended && run.event_seq >= first_seq) runs.push_back({run.id, run.state});
  bytes_ += size_of(*subject);
  // One that is open again, or new of an event of before: where it stands among the others, the rows know.
  if (known == runs.end() && !run.ended && run.event_seq < first_seq) forget(run.subject);
}

}  // namespace shopbell
