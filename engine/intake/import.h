#pragma once
// A table's rows to canonical events. Pure; one thread.

#include "intake/csv.h"
#include "load/import.h"

#include <functional>
#include <string>
#include <string_view>

namespace shopbell {

struct ImportOptions {
  std::string source;    // of the events: "import/shopify-orders"
  std::string timezone;  // of times that bear no offset; empty: UTC
  char separator = 0;
};

struct ImportCounts {
  std::uint64_t rows = 0, things = 0, events = 0, refused = 0;  // refused: rows, or things of which one event is none
};

/// Calls `event` with each event's time and its line for the log, in the table's order, and `refused` with what could
/// not be read: where, and why. Errors: "no_columns": it is another table, or no CSV at all.
Result<ImportCounts> import_table(const ImportPlan& plan, std::string_view text, const ImportOptions& options,
                                  const std::function<void(Time, std::string)>& event,
                                  const std::function<void(std::uint64_t line, std::string_view text, std::string why)>& refused);

}  // namespace shopbell
