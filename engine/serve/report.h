#pragma once
// GET /api/report and `shopbell report`: what the store knows, for desk/report.h.

#include "desk/report.h"
#include "store/store.h"

namespace shopbell {

constexpr int report_days_otherwise = 28, report_days_max = 366;

/// What happened from `from` to `to`. Reads as far back as the store looks for a type of events (rows_looked_at_max), and the tickets
/// that workflows opened.
Result<desk::Facts> read_facts(Reader& reader, Time from, Time to);

}  // namespace shopbell
