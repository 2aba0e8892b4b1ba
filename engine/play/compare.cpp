#include "play/compare.h"

#include "intake/log_reader.h"
#include "load/person_reply.h"
#include "play/lean.h"

#include <algorithm>

namespace shopbell::play {
namespace {

bool has(const Candidate& version, const std::string& workflow) {
  const auto& all = version.shop.workflows;
  return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one->id == workflow; });
}

/// What a server has in use.
std::unique_ptr<Workflows> set_of(const Shop& shop) {
  auto workflows = std::make_unique<Workflows>(shop.config.facts, shop.workflows);
  workflows->keep(person_reply_workflow());
  return workflows;
}

Wanted wanted_by(const std::vector<const Candidate*>& versions, const Question& question) {
  Wanted wanted;
  add_wanted(question.meant_reads, wanted);
  for (const Candidate* version : versions) add_wanted(*version->workflows, wanted);
  return wanted;
}

}  // namespace

Read<Candidate> load_candidate(std::string name, const std::string& folder, bool render) {
  auto read = load_shop(folder);
  Read<Candidate> loaded{std::nullopt, std::move(read.diagnostics)};
  if (!read.value) return loaded;
  if (!render) make_lean(read.value->workflows);
  auto workflows = set_of(*read.value);
  loaded.value = Candidate{std::move(name), std::move(*read.value), std::move(workflows)};
  return loaded;
}

Result<void> keep_only(const std::vector<std::string>& workflows, const std::vector<Candidate*>& versions) {
  if (workflows.empty()) return {};
  for (const std::string& name : workflows)
    if (std::none_of(versions.begin(), versions.end(), [&](const Candidate* version) { return has(*version, name); }))
      return fail("no_such_workflow", "there is no workflow " + name);
  for (Candidate* version : versions) {
    std::erase_if(version->shop.workflows, [&](const auto& one) { return std::find(workflows.begin(), workflows.end(), one->id) == workflows.end(); });
    version->workflows = set_of(version->shop);
  }
  return {};
}

Result<Findings> compare(const std::vector<const Candidate*>& versions, const Question& question) {
  std::vector<const Workflows*> sides;
  std::vector<std::string> names;
  for (const Candidate* version : versions) {
    sides.push_back(version->workflows.get());
    names.push_back(version->name);
  }
  std::vector<std::vector<std::string>> logs;
  for (const std::string& log : question.logs) {
    auto files = log_files(log);
    if (!files) return tl::unexpected(files.error());
    logs.push_back(std::move(*files));
  }
  Backtest backtest(sides, wanted_by(versions, question), question.model, versions[0]->shop.config.sources, question.threads);
  if (question.meant) backtest.only(question.meant);
  backtest.within(question.bounds);
  if (auto played = backtest.play(logs); !played) return tl::unexpected(played.error());
  backtest.finish();
  return find(backtest, names, question.model.text());
}

}  // namespace shopbell::play
