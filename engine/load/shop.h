#pragma once
// shopbell.yaml, and the shop's folder as files.

#include "load/load.h"
#include "load/report.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace shopbell {

struct ShopFile {
  ShopConfig config;
  std::vector<std::string> events;  // event types of the shop's own
};

/// shopbell.yaml's text. What it says wrong is in `report`; the result is complete either way.
ShopFile read_shop_file(Report& report, const std::string& folder);

constexpr std::size_t template_files_max = 5'000;
constexpr std::size_t workflow_files_max = 5'000;

/// A file's bytes; an Error ("no_such_file", "too_large") has no place.
Result<std::string> read_file(const std::string& path, std::size_t bytes_max);
/// The .liquid files of a folder, by name. Absent folder: none.
std::map<std::string, std::string> read_templates(const std::string& folder, std::vector<Diagnostic>& diagnostics);
/// The workflow files of a folder (*.yaml, *.yml, without *.test.yaml), sorted.
std::vector<std::string> workflow_files(const std::string& folder);

}  // namespace shopbell
