#pragma once
// people.db: what the shop's own people are, may and keep: people, sessions, tokens, the audit trail, drafts, saved replies. A
// file of its own beside the store's, as it is written by the server's threads and by commands while the store is written by
// one thread alone. Any thread: all take turns.

#include "store/sqlite.h"

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace shopbell {

class DeskFile {
 public:
  /// Makes it where it is missing, readable by its owner alone, and migrates an older one. Errors: "store_newer", "store_broken", "io".
  static Result<std::unique_ptr<DeskFile>> open(const std::string& folder);

  /// All that `work` does in one transaction, alone. `work` gives a Result; an error undoes everything.
  template <class Work>
  auto change(Work&& work) -> decltype(work(*this)) {
    const std::lock_guard lock(mutex_);
    if (const int code = db_.execute("BEGIN IMMEDIATE"); code != SQLITE_OK) return db_.error(code);
    auto made = work(*this);
    if (!made) {
      db_.execute("ROLLBACK");
      return made;
    }
    if (const int code = db_.execute("COMMIT"); code != SQLITE_OK) {
      const auto error = db_.error(code);
      db_.execute("ROLLBACK");
      return error;
    }
    return made;
  }

  template <class Work>
  auto read(Work&& work) -> decltype(work(*this)) {
    const std::lock_guard lock(mutex_);
    return work(*this);
  }

  // Within change() or read() only.
  template <class OnRow, class... Args>
  Result<void> each(std::string_view sql, OnRow&& on_row, const Args&... args) {
    return db_.each(sql, on_row, args...);
  }
  template <class... Args>
  Result<void> run(std::string_view sql, const Args&... args) {
    return each(sql, [](const sqlite::Row&) { return true; }, args...);
  }
  /// How many rows the last run() changed.
  int changed() const { return sqlite3_changes(db_.handle()); }

 private:
  explicit DeskFile(sqlite::Database db) : db_(std::move(db)) {}
  std::mutex mutex_;
  sqlite::Database db_;
};

}  // namespace shopbell
