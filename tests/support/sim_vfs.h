#pragma once
// The simulated disk as SQLite sees it: a table of functions. https://www.sqlite.org/vfs.html
// One thread, so of locks only this is kept: who is not alone gets nothing for itself, and leaves the
// write-ahead log alone when it closes.

#include "support/sim_disk.h"

#include <sqlite3.h>

namespace shopbell::testing {

struct SimVfs {
  /// Handed to SQLite as its file: what a connection has open.
  struct Handle {
    sqlite3_file base;
    SimDisk* disk;
    std::shared_ptr<SimDisk::File>* file;
    std::string* remove_at_close;
  };

  static sqlite3_vfs table(SimDisk& disk, const char* name);

 private:
  static Handle& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
  static SimDisk& of(sqlite3_vfs* vfs) { return *static_cast<SimDisk*>(vfs->pAppData); }
  static int code(Mishap mishap, int error) { return mishap == Mishap::full ? SQLITE_FULL : error; }

  static int open(sqlite3_vfs*, sqlite3_filename, sqlite3_file*, int, int*);
  static int remove(sqlite3_vfs*, const char*, int);
  static int access(sqlite3_vfs*, const char*, int, int*);
  static int full_name(sqlite3_vfs*, const char*, int, char*);
  static int randomness(sqlite3_vfs*, int, char*);
  static int sleep(sqlite3_vfs*, int);
  static int time(sqlite3_vfs*, double*);
  static int time_ms(sqlite3_vfs*, sqlite3_int64*);

  static int close(sqlite3_file*);
  static int read(sqlite3_file*, void*, int, sqlite3_int64);
  static int write(sqlite3_file*, const void*, int, sqlite3_int64);
  static int cut(sqlite3_file*, sqlite3_int64);
  static int sync(sqlite3_file*, int);
  static int size(sqlite3_file*, sqlite3_int64*);
  static int lock(sqlite3_file*, int);
  static int unlock(sqlite3_file*, int) { return SQLITE_OK; }
  static int check_lock(sqlite3_file*, int*);
  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return 4096; }
  static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }
  static int share(sqlite3_file*, int, int, int, void volatile**);
  static int share_lock(sqlite3_file*, int, int, int) { return SQLITE_OK; }
  static void share_barrier(sqlite3_file*) {}
  static int unshare(sqlite3_file*, int);
  static const sqlite3_io_methods* methods();
};

}  // namespace shopbell::testing
