#include "store/database.h"

#include "store/log.h"
#include "store/schema.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace shopbell {

Result<Lock> Lock::take(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) return fail("io", path + ": " + std::strerror(errno));
  Lock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return fail("io", path + ": " + std::strerror(errno));
  return fail("store_locked", "another process has the store open: " + path);
}

Lock::~Lock() {
  if (fd_ >= 0) ::close(fd_);
}

Result<sqlite::Database> open_database(const std::string& folder, const Ground& ground, const char* vfs) {
  const std::string path = database_path(folder);
  std::error_code error;
  if (!std::filesystem::exists(path) && std::filesystem::exists(log_path(folder)) &&
      !std::filesystem::is_empty(log_path(folder), error)) {
    return fail("store_broken", log_path(folder) + " has segments, but " + path + " is missing",
                "put the database back, or move the log away to begin anew");
  }
  auto db = sqlite::Database::open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs);
  if (!db) return db;
  sqlite3_busy_timeout(db->handle(), busy_ms);
  // A small cache over a mapped file: SQLite looks through its whole cache at each commit that splits a
  // page, and misses cost little where the pages are mapped. Both count as the process's memory.
  int code = db->execute(
      "PRAGMA page_size=4096;"
      "PRAGMA journal_mode=WAL;"
      "PRAGMA wal_autocheckpoint=0;"
      "PRAGMA cache_size=-4096;"
      "PRAGMA mmap_size=100663296;"
      "PRAGMA secure_delete=ON;"  // what is erased is not left in what is free
      "PRAGMA temp_store=MEMORY");
  if (code == SQLITE_OK) code = db->execute((std::string("PRAGMA synchronous=") + ground.synchronous).c_str());
  if (code != SQLITE_OK) return db->error(code);
  if (auto migrated = migrate(*db, migrations()); !migrated) return tl::unexpected(migrated.error());
  return db;
}

}  // namespace shopbell
