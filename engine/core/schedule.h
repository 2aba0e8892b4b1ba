#pragma once
// The clock of a workflow: a run of its own, at a subject of its own, that waits for the next fire of its
// schedules, passes it on as an event about the shop, and waits again. So a fire is due, committed and looked
// up as any wait is.

#include "core/turn.h"

#include <optional>
#include <string>

namespace shopbell {

constexpr Millis misfire_grace{60'000};     // later than this, a fire was missed
constexpr std::size_t misfires_max = 1000;  // counted; of those before, only the last day's are looked at

/// "schedule:WORKFLOW".
std::string schedule_subject(std::string_view workflow);

/// The first fire of any of the schedules after `after`.
std::optional<Time> next_fire(const Workflow& workflow, const ShopFacts& shop, Time after);

/// The clock of the workflow as it is now: begun, changed or ended.
void set_clock(Turn& turn, const std::string& workflow);
/// A fire is due.
void tick(Turn& turn, Run& run);

}  // namespace shopbell
