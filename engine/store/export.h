#pragma once
// What is kept about a person, as one JSON document in a file of its own, written row by row.

#include "store/sqlite.h"

#include <cstdio>
#include <string>
#include <string_view>

namespace shopbell {

class Export {
 public:
  Export() = default;
  ~Export();
  Export(const Export&) = delete;
  Export& operator=(const Export&) = delete;

  /// Begins FOLDER/NAME.json anew, unseen until finish(). Readable by its owner alone.
  bool begin(const std::string& folder, const std::string& name);
  bool begun() const { return file_ != nullptr; }
  /// The next list: "events".
  void section(std::string_view name);
  /// A row by the names of its columns: JSON as JSON, JSON lines as a list. `line`, when there is one, as `event`.
  void add(const sqlite::Row& row, std::string_view line);
  /// False: it could not be written as a whole.
  bool finish();
  void abandon();

 private:
  void put(std::string_view text);

  std::FILE* file_ = nullptr;
  std::string path_;
  bool first_ = true, failed_ = false;
  int sections_ = 0;
};

}  // namespace shopbell
