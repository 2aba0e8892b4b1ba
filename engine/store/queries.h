#pragma once
// What the shard asks of the rows, batches aside: what is due, which calls wait, which versions are in use. Prepared once. One
// thread, the store's; as in store.h.

#include "store/sqlite.h"
#include "store/store.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

class Queries {
 public:
  explicit Queries(const sqlite::Database& db) : db_(db) {}

  /// SQLITE_OK or an error code.
  int prepare();

  Result<std::vector<DueSubject>> due(Time upto, std::size_t max);
  Result<std::vector<WaitingCalls>> waiting_calls();
  Result<std::vector<CallRow>> due_calls(const WaitingCalls& of, Time upto, std::size_t max);
  Result<std::vector<CallRow>> claimed_calls();
  Result<std::vector<std::string>> failed_runs(std::string_view subject);
  Result<std::vector<RunOfVersion>> runs_of_version(std::string_view version, std::uint64_t after,
                                                    std::size_t max);
  Result<std::vector<SubjectRow>> subjects(std::string_view after, std::size_t max);
  Result<std::optional<Time>> next_due();
  Result<std::vector<std::string>> open_versions();
  Result<std::optional<VersionRow>> version(std::string_view version);

 private:
  const sqlite::Database& db_;
  sqlite::Statement due_, next_destination_, next_call_, due_calls_, claimed_calls_, next_due_, next_version_, get_version_,
      get_failed_runs_, runs_of_version_, next_subjects_;
};

}  // namespace shopbell
