#pragma once
// A table as data: workflows/imports/NAME.yaml, or a file of one's own, says which columns it has, which rows belong
// together, and what events they are. workflows/imports/README.md tells how such a file is written. Compiled
// once; immutable; any thread. intake/import.h puts it to work.

#include "load/platform.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

struct ImportEvent {
  std::string type;
  cel::Program condition;  // empty: always
  cel::Program id, time;   // of the event; `time` gives a timestamp or RFC 3339
  cel::Program subject;    // empty: subject_of_data()
  Mapping data;
};

struct ImportPlan {
  std::string name, title;
  std::vector<std::string> columns;  // those without which it is another kind of table
  cel::Program group;                // what rows of one thing share; empty: each row is a thing
  std::vector<ImportEvent> events;
  std::vector<std::unique_ptr<const Mapping>> shapes;
};

/// One file's text. CEL in it sees `it`, the thing's first row, by column, and `body`: {rows, timezone}.
Read<std::shared_ptr<const ImportPlan>> load_import(const std::string& file, const std::string& yaml);

/// One that is part of the program; null: there is none of that name.
std::shared_ptr<const ImportPlan> find_import(std::string_view name);
/// Sorted.
std::vector<std::string> import_names();

}  // namespace shopbell
