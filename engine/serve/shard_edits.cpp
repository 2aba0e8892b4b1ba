// Runs that an edit concerns are told of it, a page at a time, however many they are: at the start, and when files
// have changed.

#include "serve/shard.h"

#include <algorithm>

namespace shopbell {

void Shard::look_for_edits(const Workflows& workflows) {
  edited_.clear();
  const auto versions = store_->open_versions();
  if (!versions) return die(versions.error().message);
  for (const std::string& version : *versions) {
    const Workflow* old = workflows.version(version);
    const Workflow* current = old != nullptr ? workflows.find(old->id) : nullptr;
    if (current != nullptr && current->on_edit != OnEdit::pin && current->version != version) edited_.push_back({version});
  }
}

void Shard::add_edited(std::vector<Job>& jobs) {
  const auto set = workflows();
  if (edits_of_ != set) look_for_edits(*set);
  edits_of_ = set;
  if (edited_.empty() || full_) return;
  auto& [version, after] = edited_.back();
  const auto runs = store_->runs_of_version(version, after, limits_.due_max);
  if (!runs) return die(runs.error().message);
  Job job;
  for (const RunOfVersion& run : *runs) {
    const bool again = !job.entries.empty() && job.entries.back().subject == run.subject;
    if (!again) job.entries.push_back({run.subject, {clock_.wall(), Edited{}}, {}, {}});
    after = run.key;
  }
  if (runs->size() < limits_.due_max) edited_.pop_back();
  if (!job.entries.empty()) jobs.push_back(std::move(job));
}

}  // namespace shopbell
