#include "store/wal.h"

#include "store/sqlite.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <new>
#include <vector>

namespace shopbell {
namespace {

constexpr std::size_t piece_bytes = 64 * 1024;  // SQLite's own files write less than 128 KiB at once

/// What SQLite holds as its sqlite3_file: the real file stands behind it in the same memory.
struct GatheringFile : sqlite3_file {
  class Gathered;
  Gathered* gathered;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

class GatheringFile::Gathered final : public WalFile {
 public:
  explicit Gathered(sqlite3_file* real) : real_(real) { bytes_.reserve(wal_gathered_bytes_max); }

  void put_off_sync(bool off) override { put_off_ = off; }
  int sync() override {
    return owed_.exchange(false) ? real_->pMethods->xSync(real_, SQLITE_SYNC_NORMAL) : SQLITE_OK;
  }

  int write(const void* bytes, int count, sqlite3_int64 offset) {
    const auto size = static_cast<std::size_t>(count);
    const bool joins = offset == offset_ + static_cast<sqlite3_int64>(bytes_.size());
    if (!bytes_.empty() && (!joins || bytes_.size() + size > bytes_.capacity()))
      if (const int code = flush(); code != SQLITE_OK) return code;
    if (size > bytes_.capacity()) return real_->pMethods->xWrite(real_, bytes, count, offset);
    if (bytes_.empty()) offset_ = offset;
    const auto* from = static_cast<const char*>(bytes);
    bytes_.insert(bytes_.end(), from, from + size);
    return SQLITE_OK;
  }

  /// What cannot be written is gone: SQLite rolls back what it belongs to.
  int flush() {
    if (bytes_.empty()) return SQLITE_OK;
    begins_anew_ = begins_anew_ || offset_ == 0;
    int code = SQLITE_OK;
    for (std::size_t at = 0; code == SQLITE_OK && at < bytes_.size(); at += piece_bytes) {
      const auto count = static_cast<int>(std::min(piece_bytes, bytes_.size() - at));
      code = real_->pMethods->xWrite(real_, &bytes_[at], count, offset_ + static_cast<sqlite3_int64>(at));
    }
    bytes_.clear();
    return code;
  }

  int sync_now(int flags) {
    if (const int code = flush(); code != SQLITE_OK) return code;
    if (put_off_ && !begins_anew_) {
      owed_ = true;
      return SQLITE_OK;
    }
    begins_anew_ = false;
    return real_->pMethods->xSync(real_, flags);
  }

 private:
  sqlite3_file* real_;
  std::vector<char> bytes_;
  sqlite3_int64 offset_ = 0;  // where they belong
  bool put_off_ = false;
  std::atomic<bool> owed_{false};
  bool begins_anew_ = false;  // the file's first bytes were written since its last sync
};

GatheringFile::Gathered& gathered(sqlite3_file* file) { return *static_cast<GatheringFile*>(file)->gathered; }
sqlite3_file* real(sqlite3_file* file) { return static_cast<GatheringFile*>(file)->real(); }

/// First writes what was gathered, then does `call` with the real file.
template <class Call>
int written_first(sqlite3_file* file, Call call) {
  const int code = gathered(file).flush();
  return code == SQLITE_OK ? call(real(file)) : code;
}

int close_file(sqlite3_file* file) {
  const int written = gathered(file).flush();
  const int closed = real(file)->pMethods->xClose(real(file));
  delete static_cast<GatheringFile*>(file)->gathered;
  return written == SQLITE_OK ? closed : written;
}

sqlite3_io_methods make_methods() {
  sqlite3_io_methods m{};
  m.iVersion = 1;  // shared memory and mapping are the database's, not its log's
  m.xClose = close_file;
  m.xRead = [](sqlite3_file* file, void* to, int count, sqlite3_int64 offset) {
    return written_first(file, [&](sqlite3_file* f) { return f->pMethods->xRead(f, to, count, offset); });
  };
  m.xWrite = [](sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
    return gathered(file).write(bytes, count, offset);
  };
  m.xTruncate = [](sqlite3_file* file, sqlite3_int64 size) {
    return written_first(file, [&](sqlite3_file* f) { return f->pMethods->xTruncate(f, size); });
  };
  m.xSync = [](sqlite3_file* file, int flags) { return gathered(file).sync_now(flags); };
  m.xFileSize = [](sqlite3_file* file, sqlite3_int64* size) {
    return written_first(file, [&](sqlite3_file* f) { return f->pMethods->xFileSize(f, size); });
  };
  m.xLock = [](sqlite3_file* file, int level) { return real(file)->pMethods->xLock(real(file), level); };
  m.xUnlock = [](sqlite3_file* file, int level) { return real(file)->pMethods->xUnlock(real(file), level); };
  m.xCheckReservedLock = [](sqlite3_file* file, int* out) {
    return real(file)->pMethods->xCheckReservedLock(real(file), out);
  };
  m.xFileControl = [](sqlite3_file* file, int what, void* about) {
    return real(file)->pMethods->xFileControl(real(file), what, about);
  };
  m.xSectorSize = [](sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); };
  m.xDeviceCharacteristics = [](sqlite3_file* file) {
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
  };
  return m;
}

const sqlite3_io_methods* gathering_methods() {
  static const sqlite3_io_methods methods = make_methods();
  return &methods;
}

sqlite3_vfs* base_of(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

int open_file(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_vfs* const base = base_of(vfs);
  if ((flags & SQLITE_OPEN_WAL) == 0) return base->xOpen(base, name, file, flags, out_flags);
  auto* const gathering = static_cast<GatheringFile*>(file);
  gathering->pMethods = nullptr;
  gathering->gathered = new (std::nothrow) GatheringFile::Gathered(gathering->real());
  if (gathering->gathered == nullptr) return SQLITE_NOMEM;
  const int code = base->xOpen(base, name, gathering->real(), flags, out_flags);
  if (code != SQLITE_OK) {
    delete gathering->gathered;
    return code;
  }
  gathering->pMethods = gathering_methods();
  return SQLITE_OK;
}

/// Everything but the opening of files is the other's.
sqlite3_vfs make_vfs(sqlite3_vfs& base) {
  sqlite3_vfs vfs{};
  vfs.iVersion = 2;
  vfs.szOsFile = static_cast<int>(sizeof(GatheringFile)) + base.szOsFile;
  vfs.mxPathname = base.mxPathname;
  vfs.pAppData = &base;
  vfs.xOpen = open_file;
  vfs.xDelete = [](sqlite3_vfs* v, const char* name, int sync) { return base_of(v)->xDelete(base_of(v), name, sync); };
  vfs.xAccess = [](sqlite3_vfs* v, const char* name, int flags, int* out) {
    return base_of(v)->xAccess(base_of(v), name, flags, out);
  };
  vfs.xFullPathname = [](sqlite3_vfs* v, const char* name, int size, char* out) {
    return base_of(v)->xFullPathname(base_of(v), name, size, out);
  };
  vfs.xRandomness = [](sqlite3_vfs* v, int size, char* out) { return base_of(v)->xRandomness(base_of(v), size, out); };
  vfs.xSleep = [](sqlite3_vfs* v, int us) { return base_of(v)->xSleep(base_of(v), us); };
  vfs.xCurrentTime = [](sqlite3_vfs* v, double* out) { return base_of(v)->xCurrentTime(base_of(v), out); };
  if (base.xGetLastError != nullptr)
    vfs.xGetLastError = [](sqlite3_vfs* v, int size, char* out) {
      return base_of(v)->xGetLastError(base_of(v), size, out);
    };
  if (base.iVersion < 2 || base.xCurrentTimeInt64 == nullptr) vfs.iVersion = 1;
  else
    vfs.xCurrentTimeInt64 = [](sqlite3_vfs* v, sqlite3_int64* out) {
      return base_of(v)->xCurrentTimeInt64(base_of(v), out);
    };
  return vfs;
}

}  // namespace

GatheringVfs::GatheringVfs(const char* base) {
  static std::atomic<std::uint64_t> made{0};
  sqlite::set_up();
  sqlite3_vfs* const real = sqlite3_vfs_find(base);
  if (real == nullptr) {  // nothing can be opened with it, and SQLite says so
    name_ = base;
    return;
  }
  name_ = "gathering-" + std::to_string(++made);
  vfs_ = make_vfs(*real);
  vfs_.zName = name_.c_str();
  sqlite3_vfs_register(&vfs_, 0);
}

GatheringVfs::~GatheringVfs() { sqlite3_vfs_unregister(&vfs_); }

WalFile* WalFile::of(sqlite3* db) {
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) != SQLITE_OK || file == nullptr)
    return nullptr;
  return file->pMethods == gathering_methods() ? &gathered(file) : nullptr;
}

}  // namespace shopbell
