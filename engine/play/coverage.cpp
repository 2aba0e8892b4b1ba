#include "play/coverage.h"

#include <algorithm>

namespace shopbell::play {
namespace {

/// What the loader put in between is no step of the merchant's.
bool is_step(const Instruction& i) { return i.op != Op::jump && i.op != Op::next && i.op != Op::join && i.op != Op::branch; }

std::string name_of(const Instruction& i) { return i.label.empty() ? "step " + i.id : i.label; }

}  // namespace

void Coverage::add(const std::vector<Visit>& visits) {
  for (const Visit& visit : visits) {
    auto& seen = by_version_[visit.workflow->version];
    if (seen.empty()) seen.resize(visit.workflow->program.size());
    seen[visit.at].done = true;
    if (visit.workflow->program[visit.at].op == Op::branch) (visit.then == visit.at + 1 ? seen[visit.at].held : seen[visit.at].failed) = true;
  }
}

WorkflowCoverage Coverage::of(const Workflow& workflow) const {
  WorkflowCoverage made;
  made.workflow = workflow.id;
  made.file = workflow.source.file;
  const auto found = by_version_.find(workflow.version);
  for (std::size_t at = 0; at < workflow.program.size(); ++at) {
    const Instruction& i = workflow.program[at];
    const Seen seen = found == by_version_.end() ? Seen{} : found->second[at];
    if (is_step(i)) {
      ++made.steps;
      made.steps_done += seen.done;
      if (!seen.done) made.uncovered.push_back({i.line, name_of(i)});
    } else if (i.op == Op::branch && i.condition) {
      made.ways += 2;
      made.ways_gone += seen.held + seen.failed;
      if (!seen.held) made.uncovered.push_back({i.line, name_of(i) + ", when it holds"});
      if (!seen.failed) made.uncovered.push_back({i.line, name_of(i) + ", when it does not hold"});
    }
  }
  std::stable_sort(made.uncovered.begin(), made.uncovered.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
  return made;
}

}  // namespace shopbell::play
