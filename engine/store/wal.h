#pragma once
// The write-ahead log's file, between SQLite and the system: what a commit writes is gathered and then written
// in one piece, where SQLite writes each page in two; and its sync may be left to another thread.

#include <sqlite3.h>

#include <cstddef>
#include <string>

namespace shopbell {

constexpr std::size_t wal_gathered_bytes_max = std::size_t{1} << 20;  // then they are written

/// A file system for SQLite over another one, in which write-ahead logs are as told above, and all other files
/// as they were. Registered as long as it lives, which is longer than any database opened with it.
class GatheringVfs {
 public:
  /// `base`: the other's name; null: the system's.
  explicit GatheringVfs(const char* base);
  ~GatheringVfs();
  GatheringVfs(const GatheringVfs&) = delete;
  GatheringVfs& operator=(const GatheringVfs&) = delete;
  const char* name() const { return name_.c_str(); }

 private:
  std::string name_;
  sqlite3_vfs vfs_{};
};

/// The write-ahead log of a database that was opened with a GatheringVfs. It lives as long as the database.
class WalFile {
 public:
  /// Null before the first commit, and of a database that was opened otherwise.
  static WalFile* of(sqlite3* db);

  /// While true a commit is written and not synced. What begins the file anew is synced all the same, as older
  /// pages may lie behind it; and so is what a checkpoint is about to copy. The database's thread.
  virtual void put_off_sync(bool off) = 0;
  /// Makes up for the syncs that were put off before the call. SQLITE_OK or an error code. Any one thread, also
  /// while the database is written to.
  virtual int sync() = 0;

 protected:
  ~WalFile() = default;
};

}  // namespace shopbell
