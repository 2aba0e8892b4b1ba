#pragma once
// Workflows as a backtest runs them: what only a far side would read is not rendered, and what nobody reads is not
// taken from the log. Which runs start, where they go and whom they reach is the same, but for a message that cannot
// be rendered. Pure.

#include "core/workflow.h"
#include "intake/log_extract.h"

#include <memory>
#include <vector>

namespace shopbell::play {

/// Calls keep their `channel` alone; notes and log lines whose output nobody names keep no text, tickets their queue
/// and priority. The workflows, which nobody else may hold yet, are changed in place.
void make_lean(const std::vector<std::shared_ptr<const Workflow>>& workflows);

/// Adds what the workflows and the shop's segments read.
void add_wanted(const Workflows& workflows, Wanted& wanted);
/// Adds what a condition reads.
void add_wanted(const std::vector<std::string>& fields, Wanted& wanted);

}  // namespace shopbell::play
