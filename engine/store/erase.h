#pragma once
// Rows about a person, emptied: that there was something, of which kind and when, stays. Inside a transaction that
// is the caller's. Each call: SQLITE_OK or an error code.

#include "store/writer.h"

namespace shopbell {

/// In place of the subject of a row whose person is forgotten.
constexpr std::string_view erased_name = "erased";

class Eraser {
 public:
  explicit Eraser(const sqlite::Database& db) : db_(db) {}
  int open();

  int input(std::uint64_t seq) { return input_.run(seq); }
  /// An open run is stopped, an open call is over: `meta` counts them no longer.
  int run(std::uint64_t key, Time now, Meta& meta);
  int call(std::uint64_t n, Time now, Meta& meta);
  int ticket(std::uint64_t n) { return ticket_.run(n); }
  int message(std::uint64_t n) { return message_.run(n); }
  int subject(std::string_view id) {
    int code = leave_segments_.run(id);
    if (code == SQLITE_OK) code = leave_conversations_.run(id);
    return code == SQLITE_OK ? subject_.run(id) : code;
  }
  int put_subject(std::string_view id, std::string_view state) { return put_subject_.run(id, state); }

  /// All that hangs on one input and its subject, by the indexes; of a subject that many share only the runs that the
  /// input began.
  int all_of(std::uint64_t seq, const std::string& subject, bool shared, Time now, Meta& meta);

 private:
  int runs(const std::vector<std::uint64_t>& keys, Time now, Meta& meta);

  const sqlite::Database& db_;
  sqlite::Statement input_, stop_run_, run_, end_call_, call_, ticket_, message_, subject_, put_subject_, leave_segments_, leave_conversations_;
  sqlite::Statement tickets_of_, messages_of_, open_runs_of_, runs_of_input_, calls_of_run_;
};

}  // namespace shopbell
