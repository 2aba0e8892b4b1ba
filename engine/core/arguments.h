#pragma once
// A step's parameters: expressions evaluated, templates rendered.

#include "core/turn.h"

namespace shopbell {

constexpr int argument_depth_max = 80;  // of lists and maps; JSON readers stop at json_depth_max

/// The value, in the turn's arena, in the scope or in the workflow. Errors are those of CEL and Liquid,
/// their place in the message; "too_deep".
Result<Value> evaluate(const Argument& argument, const Workflow& workflow, const Value& scope, Turn& turn);

/// What a message to this scope's customer is rendered with: the customer's timezone and locale, the
/// order's currency, else the shop's. Views into all three.
liquid::Setting message_setting(const ShopFacts& shop, const liquid::Partials& partials, const Value& scope, Time now);

}  // namespace shopbell
