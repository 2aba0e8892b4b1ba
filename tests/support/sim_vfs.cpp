#include "support/sim_vfs.h"

#include <algorithm>
#include <cstring>

namespace shopbell::testing {

sqlite3_vfs SimVfs::table(SimDisk& disk, const char* name) {
  sqlite3_vfs vfs{};
  vfs.iVersion = 2;
  vfs.szOsFile = static_cast<int>(sizeof(Handle));
  vfs.mxPathname = 512;
  vfs.zName = name;
  vfs.pAppData = &disk;
  vfs.xOpen = open;
  vfs.xDelete = remove;
  vfs.xAccess = access;
  vfs.xFullPathname = full_name;
  vfs.xRandomness = randomness;
  vfs.xSleep = sleep;
  vfs.xCurrentTime = time;
  vfs.xCurrentTimeInt64 = time_ms;
  return vfs;
}

const sqlite3_io_methods* SimVfs::methods() {
  static const sqlite3_io_methods table{2,     close,      read,    write,       cut,   sync,       size,          lock,   unlock,
                                        check_lock, control, sector_size, characteristics, share, share_lock, share_barrier, unshare, nullptr, nullptr};
  return &table;
}

int SimVfs::open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  SimDisk& disk = of(vfs);
  Handle& handle = of(file);
  handle.base.pMethods = nullptr;
  std::shared_ptr<SimDisk::File> there;
  if (name == nullptr) {
    there = std::make_shared<SimDisk::File>();
  } else if (there = disk.find(name); !there) {
    if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    if (const Mishap mishap = disk.next(); mishap != Mishap::none) return code(mishap, SQLITE_IOERR);
    there = disk.names_[name] = std::make_shared<SimDisk::File>();
  }
  ++there->connections;
  handle.disk = &disk;
  handle.file = new std::shared_ptr<SimDisk::File>(std::move(there));
  handle.remove_at_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0 && name != nullptr ? new std::string(name) : nullptr;
  handle.base.pMethods = methods();
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int SimVfs::close(sqlite3_file* file) {
  Handle& handle = of(file);
  if (handle.remove_at_close != nullptr) handle.disk->names_.erase(*handle.remove_at_close);
  --(*handle.file)->connections;
  delete handle.remove_at_close;
  delete handle.file;
  return SQLITE_OK;
}

int SimVfs::remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  SimDisk& disk = of(vfs);
  if (!disk.find(name)) return SQLITE_IOERR_DELETE_NOENT;
  if (const Mishap mishap = disk.next_whole(false); mishap != Mishap::none) return code(mishap, SQLITE_IOERR_DELETE);
  disk.names_.erase(name);
  if (sync_folder != 0) disk.durable_.erase(name);
  return SQLITE_OK;
}

int SimVfs::access(sqlite3_vfs* vfs, const char* name, int, int* result) {
  *result = of(vfs).find(name) != nullptr;
  return SQLITE_OK;
}

int SimVfs::full_name(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

int SimVfs::randomness(sqlite3_vfs* vfs, int size, char* out) {
  for (int i = 0; i < size; ++i) out[i] = static_cast<char>(of(vfs).random_.next());
  return size;
}

int SimVfs::sleep(sqlite3_vfs*, int us) { return us; }

int SimVfs::time(sqlite3_vfs*, double* julian_day) {
  *julian_day = 2'461'000.5;
  return SQLITE_OK;
}

int SimVfs::time_ms(sqlite3_vfs*, sqlite3_int64* julian_ms) {
  *julian_ms = 212'630'443'200'000;
  return SQLITE_OK;
}

int SimVfs::read(sqlite3_file* file, void* to, int count, sqlite3_int64 at) {
  const std::string& bytes = (*of(file).file)->now;
  const auto from = std::min(static_cast<std::size_t>(at), bytes.size());
  const auto got = std::min(static_cast<std::size_t>(count), bytes.size() - from);
  std::memcpy(to, bytes.data() + from, got);
  if (got == static_cast<std::size_t>(count)) return SQLITE_OK;
  std::memset(static_cast<char*>(to) + got, 0, static_cast<std::size_t>(count) - got);
  return SQLITE_IOERR_SHORT_READ;
}

int SimVfs::write(sqlite3_file* file, const void* from, int count, sqlite3_int64 at) {
  Handle& handle = of(file);
  const bool was_powered = handle.disk->powered();
  const Mishap mishap = handle.disk->next();
  const bool begun = mishap == Mishap::none || (mishap == Mishap::power && was_powered);
  if (begun)
    handle.disk->change(**handle.file, {static_cast<std::uint64_t>(at), std::string(static_cast<const char*>(from), static_cast<std::size_t>(count))});
  return mishap == Mishap::none ? SQLITE_OK : code(mishap, SQLITE_IOERR_WRITE);
}

int SimVfs::cut(sqlite3_file* file, sqlite3_int64 size) {
  Handle& handle = of(file);
  if (const Mishap mishap = handle.disk->next_whole(false); mishap != Mishap::none) return code(mishap, SQLITE_IOERR_TRUNCATE);
  handle.disk->change(**handle.file, {static_cast<std::uint64_t>(size), {}, true});
  return SQLITE_OK;
}

int SimVfs::sync(sqlite3_file* file, int) {
  Handle& handle = of(file);
  if (handle.disk->next_whole(false) != Mishap::none) return SQLITE_IOERR_FSYNC;
  ++handle.disk->syncs_;
  handle.disk->sync_with_name(*handle.file);
  return SQLITE_OK;
}

int SimVfs::size(sqlite3_file* file, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>((*of(file).file)->now.size());
  return SQLITE_OK;
}

int SimVfs::lock(sqlite3_file* file, int level) {
  return level == SQLITE_LOCK_EXCLUSIVE && (*of(file).file)->connections > 1 ? SQLITE_BUSY : SQLITE_OK;
}

int SimVfs::check_lock(sqlite3_file*, int* result) {
  *result = 0;
  return SQLITE_OK;
}

int SimVfs::share(sqlite3_file* file, int region, int bytes, int extend, void volatile** to) {
  auto& shared = (*of(file).file)->shared;
  *to = nullptr;
  while (shared.size() <= static_cast<std::size_t>(region)) {
    if (extend == 0) return SQLITE_OK;
    shared.push_back(std::make_unique<char[]>(static_cast<std::size_t>(bytes)));
  }
  *to = shared[static_cast<std::size_t>(region)].get();
  return SQLITE_OK;
}

int SimVfs::unshare(sqlite3_file* file, int remove) {
  if (remove != 0) (*of(file).file)->shared.clear();
  return SQLITE_OK;
}

}  // namespace shopbell::testing
