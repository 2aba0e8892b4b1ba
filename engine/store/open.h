#pragma once
// What Store::open and Store::reader do, with the ground they stand on handed in: tests put ground
// there that gives way.

#include "store/log.h"
#include "store/store.h"

namespace shopbell {

struct Ground {
  FileCalls files = system_files();
  const char* vfs = nullptr;  // SQLite's name of it; null: the system's
  const char* synchronous = "FULL";  // SQLite's pragma; less than FULL loses what was answered at a power cut
};

Result<std::unique_ptr<Store>> open_store(const std::string& folder, const Ground& ground);

/// Where things are in the store's folder.
inline std::string database_path(const std::string& folder) { return folder + "/shopbell.db"; }
inline std::string log_path(const std::string& folder) { return folder + "/log"; }
inline std::string lock_path(const std::string& folder) { return folder + "/lock"; }

}  // namespace shopbell
