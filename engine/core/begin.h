#pragma once
// Whether a triggered workflow may have a run more, and that run's beginning.

#include "core/turn.h"

namespace shopbell {

/// `scope`: event_scope() as of now.
void begin_run(Turn& turn, const Received& received, const Workflow& workflow, const Value& scope);

/// Its first steps, vars computed before; or it is queued behind another.
void begin_steps(Turn& turn, Run& run, const Workflow& workflow, const Value& scope);

/// Why its workflow may have no run more of the subject: its limit, or the number of open runs. Empty: it may.
std::string why_no_more(const Turn& turn, const Workflow& workflow);

/// The data of an event as a run of the workflow carries it: with the platform's body only if a step may read it.
Value kept_data(const Turn& turn, const Workflow& workflow, const Value& data);

}  // namespace shopbell
