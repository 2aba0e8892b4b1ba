#pragma once
// Which steps of a workflow a run can come to.

#include "core/workflow.h"

#include <vector>

namespace shopbell {

/// For each instruction whether a run can come to it, whatever happens outside: behind `stop` and behind a
/// condition that constants decide it cannot. Pure.
std::vector<bool> reachable(const Workflow& workflow);

}  // namespace shopbell
