#pragma once
// SQLite's file system with a switch: writes or syncs of the files whose name ends in `file` fail.

#include <string>

namespace shopbell::testing {

struct Faults {
  std::string file;     // "-wal", ".db"; empty: nothing fails
  int write_error = 0;  // what a write answers: SQLITE_FULL, SQLITE_IOERR_WRITE; 0: it works
  int sync_error = 0;   // what a sync answers: SQLITE_IOERR_FSYNC
  int after = 0;        // so many bytes can still be written, or syncs succeed
};

Faults& faults();
/// Registers it; its name.
const char* fault_vfs();

}  // namespace shopbell::testing
