#pragma once
// What is allowed, and seldom meant: warnings over a whole set of workflows. Each has an id, a section in
// workflows/LINT.md, and is silenced by `silence: [ID]` in a workflow that it names.

#include "base/diagnostic.h"
#include "core/workflow.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace shopbell {

constexpr Millis retention_otherwise{std::int64_t{400} * 24 * 3600 * 1000};

struct LintShop {
  std::set<std::string, std::less<>> declared;  // event types of the shop's own that come from outside
  Millis retention = retention_otherwise;       // what is older may be gone
  bool whole = false;                           // the set is all that the shop has
};

/// Warnings in order of file and place; the code is the id. Pure.
std::vector<Diagnostic> lint(const std::vector<std::shared_ptr<const Workflow>>& workflows, const LintShop& shop);

}  // namespace shopbell
