#pragma once
// Whether a triggered workflow may have a run more, and that run's beginning.

#include "core/turn.h"

namespace shopbell {

/// `scope`: event_scope() as of now.
void begin_run(Turn& turn, const Received& received, const Workflow& workflow, const Value& scope);

}  // namespace shopbell
