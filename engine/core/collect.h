#pragma once
// `collect`: triggers that come close together start one run, which sees them all as `events`.

#include "core/turn.h"

namespace shopbell {

constexpr std::size_t collected_max = 100;  // events of one run; the last of them ends the collecting

/// Whether a run of the workflow is collecting, and has taken the event.
bool add_collected(Turn& turn, const Event& event, const Workflow& workflow);
/// A new run collects, beginning with its trigger.
void begin_collecting(Turn& turn, Run& run, const Workflow& workflow);
/// The collecting is over: the run begins, its event the newest by time.
void begin_collected(Turn& turn, Run& run, const Workflow& workflow);

}  // namespace shopbell
