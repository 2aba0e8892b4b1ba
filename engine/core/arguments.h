#pragma once
// A step's parameters: expressions evaluated, templates rendered.

#include "core/turn.h"

namespace shopbell {

constexpr int argument_depth_max = 80;  // of lists and maps; JSON readers stop at json_depth_max

/// The value, in the turn's arena, in the scope or in the workflow. Errors are those of CEL and Liquid,
/// their place in the message; "too_deep".
Result<Value> evaluate(const Argument& argument, const Workflow& workflow, const Value& scope, Turn& turn);

}  // namespace shopbell
