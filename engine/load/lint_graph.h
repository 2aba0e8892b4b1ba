#pragma once
// How the workflows of a set hang together: which starts which, and what comes of it. Within load/, for lint.

#include "core/workflow.h"

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

using WorkflowSet = std::vector<std::shared_ptr<const Workflow>>;

/// What a run may do, with what it calls.
struct Doings {
  std::set<std::string, std::less<>> causes;  // event types
  std::set<std::string, std::less<>> calls;   // ids
  bool replies = false;     // to a message
  bool hands_over = false;  // to a person
};

/// One workflow, with what its file says.
struct Linted {
  const Workflow* workflow = nullptr;
  std::vector<bool> reached;
  Doings own, all;  // all: with those it calls
  std::set<std::string, std::less<>> silenced;
};

/// In order of id; only those that are enabled.
std::vector<Linted> examine(const WorkflowSet& workflows);

const Linted* find(const std::vector<Linted>& set, std::string_view id);
bool starts_on(const Workflow& workflow, std::string_view type);

/// The shortest way from a workflow back to itself, as ids; empty: there is none. A workflow with a `limit`
/// ends any loop.
std::vector<const Linted*> way_back(const std::vector<Linted>& set, const Linted& from);

/// The event types that can happen: the vocabulary's are not among them, `declared` are.
std::set<std::string, std::less<>> own_that_happen(const std::vector<Linted>& set,
                                                   const std::set<std::string, std::less<>>& declared);

/// Whether no event can start both: the conditions ask for different constants of the same thing.
bool exclude_each_other(const Workflow& a, const Workflow& b, std::string_view type);

}  // namespace shopbell
