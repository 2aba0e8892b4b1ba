#pragma once
// `shopbell events --export`: the journal as an event log.

#include "cli/files.h"
#include "cli/log_filter.h"

namespace shopbell::cli {

struct ExportOptions {
  LogFilterOptions filter;
  std::string out;    // a file; empty: standard output
  bool all = false;   // with what workflows caused, and what was replayed beside the shop
};

/// Writes the lines of the journal that are committed as it begins, as they stand there.
int export_journal(const Where& where, const ExportOptions& options);

}  // namespace shopbell::cli
