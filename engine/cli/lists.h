#pragma once
// What the commands that list rows share: options, paging, tables or JSON lines.

#include "base/json.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/table.h"
#include "serve/views.h"

#include <fmt/format.h>

#include <memory>

namespace shopbell::cli {

struct ListOptions {
  Where where;
  Filter filter;
  Page page;
  bool json = false;
};

inline void add_where(Command command, Where& where) {
  command.add_option("DIR", where.folder, "The shop's folder (default: this one)");
  command.add_option("--data", where.data, "The data folder, when it is elsewhere");
}

inline void add_list_options(Command command, ListOptions& options) {
  add_where(command, options.where);
  command.add_option("--limit", options.page.max, "At most so many (default 50)").between(1, 100'000);
  command.add_option("--before", options.page.before, "Only those before this key: the next page");
  command.add_flag("--json", options.json, "One JSON object a line, with everything that is known");
}

template <class Row>
int print_rows(const Result<std::vector<Row>>& rows, bool json, std::vector<std::string> heads, std::vector<std::string> (*cells)(const Row&), std::string_view none) {
  if (!rows) return report(rows.error());
  Table table(std::move(heads));
  for (const Row& row : *rows) {
    Arena arena;
    if (json) fmt::print("{}\n", to_json(view(row, arena)));
    else table.add(cells(row));
  }
  if (!json) fmt::print("{}", table.empty() ? std::string(none) + "\n" : table.text());
  return 0;
}

}  // namespace shopbell::cli
