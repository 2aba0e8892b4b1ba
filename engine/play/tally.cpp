#include "play/tally.h"

#include <algorithm>

namespace shopbell::play {
namespace {

template <class Map>
void add_all(Map& to, const Map& from) {
  for (const auto& [key, count] : from) to[key] += count;
}

void add_one(WorkflowTally& to, const WorkflowTally& from) {
  to.started += from.started;
  to.done += from.done;
  to.stopped += from.stopped;
  to.failed += from.failed;
  to.open += from.open;
  to.endless += from.endless;
  for (std::size_t i = 0; i < hindrances.size(); ++i) to.hindered[i] += from.hindered[i];
  add_all(to.ends, from.ends);
  add_all(to.deeds, from.deeds);
}

}  // namespace

void Tally::add(const Tally& other) {
  for (std::size_t i = 0; i < by_workflow.size(); ++i) add_one(by_workflow[i], other.by_workflow[i]);
  add_all(by_channel, other.by_channel);
  add_all(by_day, other.by_day);
  events += other.events;
  inputs += other.inputs;
}

// An event's type is followed by its time; a step's place by what went wrong there; other reasons are the
// workflow's own words, in which numbers differ from run to run.
std::string kind_of_end(const std::string& reason) {
  const auto digit = [&](std::size_t at) { return at < reason.size() && reason[at] >= '0' && reason[at] <= '9'; };
  if (const std::size_t at = reason.find(" at "); at != std::string::npos && reason.find(' ') == at && digit(at + 4)) return reason.substr(0, at);
  if (reason.starts_with("if holds no longer")) return "if holds no longer";
  if (reason.starts_with("step ")) return reason.substr(0, reason.find(':'));
  std::string kind;
  for (const char c : reason.substr(0, 80))
    if (c >= '0' && c <= '9') kind += kind.ends_with('#') ? "" : "#";
    else kind += c;
  return kind.empty() ? "as a step says" : kind;
}

}  // namespace shopbell::play
