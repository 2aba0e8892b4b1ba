#include "store/fault_vfs.h"

#include "store/sqlite.h"

#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <string>

namespace shopbell::testing {
namespace {

constexpr const char* vfs_name = "faulty";

sqlite3_vfs* real_vfs = nullptr;

struct Open {
  std::string name;
  const sqlite3_io_methods* real = nullptr;  // the database's own differ from the other files'
};

Open& open_as(sqlite3_file* file) {
  static std::map<sqlite3_file*, Open> files;
  return files[file];
}

bool concerns(sqlite3_file* file, int error) {
  return error != 0 && !faults().file.empty() && open_as(file).name.ends_with(faults().file);
}

/// What still fits is written: a full disk is met in the middle of a write.
int faulty_write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  const int error = faults().write_error;
  const int fits = concerns(file, error) ? std::min(count, faults().after) : count;
  const int code = fits == 0 ? SQLITE_OK : open_as(file).real->xWrite(file, bytes, fits, offset);
  if (fits == count || code != SQLITE_OK) {
    if (concerns(file, error)) faults().after -= fits;
    return code;
  }
  faults().after = 0;
  return error;
}

int faulty_sync(sqlite3_file* file, int flags) {
  const int error = faults().sync_error;
  if (concerns(file, error) && faults().after-- <= 0) return error;
  return open_as(file).real->xSync(file, flags);
}

/// The real file, its table of functions exchanged for one with the two above.
int faulty_open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  const int code = real_vfs->xOpen(real_vfs, name, file, flags, out_flags);
  if (code != SQLITE_OK) return code;
  open_as(file) = {name == nullptr ? "" : name, file->pMethods};
  static std::map<const sqlite3_io_methods*, sqlite3_io_methods> exchanged;
  sqlite3_io_methods& faulty = exchanged[file->pMethods];
  faulty = *file->pMethods;
  faulty.xWrite = faulty_write;
  faulty.xSync = faulty_sync;
  file->pMethods = &faulty;
  return code;
}

}  // namespace

Faults& faults() {
  static Faults now;
  return now;
}

const char* fault_vfs() {
  static sqlite3_vfs vfs;
  if (real_vfs == nullptr) {
    sqlite::set_up();
    real_vfs = sqlite3_vfs_find(nullptr);
    vfs = *real_vfs;
    vfs.zName = vfs_name;
    vfs.xOpen = faulty_open;
    sqlite3_vfs_register(&vfs, 0);
  }
  faults() = Faults{};
  return vfs_name;
}

}  // namespace shopbell::testing
