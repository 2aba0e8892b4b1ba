#pragma once
// A workflow as a graph: {nodes: [{id, kind, label, action, line}], edges: [{from, to, label}]}. A node's id is its step's, so that a run's
// trace finds it; jumps are no nodes. kind: trigger, condition, step, wait, branch, end.

#include "core/workflow.h"

namespace shopbell::v1 {

Value graph_of(const Workflow& workflow, Arena& arena);

}  // namespace shopbell::v1
