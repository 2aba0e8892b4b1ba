#pragma once
// Copies the write-ahead log into the database on a thread and a connection of its own, while the store goes on
// committing: a commit does not wait for thousands of pages to be copied and synced. What is written meanwhile is left
// to the store's own checkpoint, which then has little to do and begins the log anew.

#include "store/sqlite.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace shopbell {

class Copier {
 public:
  /// `vfs`: SQLite's name of the file system; null: the system's. Null when the database cannot be opened; `path` is
  /// one that is open, and stays so for longer.
  static std::unique_ptr<Copier> open(const std::string& path, const char* vfs);
  /// Waits for the copying that has begun.
  ~Copier();
  Copier(const Copier&) = delete;
  Copier& operator=(const Copier&) = delete;

  // The three of one thread, the store's.
  void begin();
  bool busy() const;
  /// How the last copying ended: SQLITE_OK, also where a reader was in the way; SQLITE_FULL: no room on the disk; or the error.
  int result() const;

 private:
  explicit Copier(sqlite::Database db);
  void run();
  int copy();

  sqlite::Database db_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool wanted_ = false, ending_ = false;
  int result_ = SQLITE_OK;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace shopbell
