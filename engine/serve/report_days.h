#pragma once
// A report's figures day by day, for charts.

#include "core/workflow.h"
#include "desk/report.h"

#include <cstdint>
#include <vector>

namespace shopbell {

/// A row for each day of 24 hours up to facts.to, oldest first: {day, events, messages, contacts, contained, tickets, first_reply_ms, sla_met, sla_missed, csat,
/// csat_answers, nps, nps_answers, ces, ces_answers}. `events`: how many came, by the same days. Tickets count on the day that they were opened on, and so
/// do their promises: sla_met of those that are decided.
Value report_days(const desk::Facts& facts, const ShopFacts& shop, const std::vector<std::int64_t>& events, Arena& arena);

}  // namespace shopbell
