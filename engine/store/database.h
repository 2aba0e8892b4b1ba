#pragma once
// The folder's lock and its database, as both are opened.

#include "store/open.h"
#include "store/sqlite.h"

#include <shopbell/error.h>

#include <string>
#include <utility>

namespace shopbell {

constexpr int busy_ms = 5'000;  // how long SQLite waits for a reader

/// Held as long as it lives; the system gives it back when the process dies.
class Lock {
 public:
  /// Errors: "store_locked", "io".
  static Result<Lock> take(const std::string& path);
  Lock(Lock&& from) noexcept : fd_(std::exchange(from.fd_, -1)) {}
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock();

 private:
  explicit Lock(int fd) : fd_(fd) {}
  int fd_;
};

/// The folder's database, with its settings and at the newest schema; made where there is none. Errors: "store_broken" (the log
/// is there and it is missing), "store_newer", "io".
Result<sqlite::Database> open_database(const std::string& folder, const Ground& ground, const char* vfs);

}  // namespace shopbell
