#pragma once
// What is older than the shop keeps it goes, a slice at a time. Inside a transaction that is the caller's, but for the
// log's files. One thread, the store's.

#include "store/store.h"
#include "store/writer.h"

#include <string>

namespace shopbell {

constexpr std::int64_t retain_rows_max = 1'000;  // that go in one slice

class Retainer {
 public:
  explicit Retainer(const sqlite::Database& db) : db_(db) {}
  int open();

  /// Rows that are over and older than that. `gone` counts them.
  int rows(const Retention& keep, Time now, std::uint64_t& gone);
  /// Names of segments that no row leads to any more, but the newest; their rows go.
  int empty_segments(std::uint64_t newest, std::vector<std::string>& names);

 private:
  int remove(sqlite::Statement& find, Time before, const std::vector<sqlite::Statement*>& steps, std::uint64_t& gone);

  int runs(Time before, std::uint64_t& gone);

  const sqlite::Database& db_;
  sqlite::Statement old_inputs_, old_runs_, old_calls_, old_messages_, old_tickets_;
  sqlite::Statement drop_seen_, drop_input_, drop_run_id_, drop_run_, drop_call_, drop_message_, drop_ticket_;
  sqlite::Statement segments_, drop_segment_;
};

}  // namespace shopbell
