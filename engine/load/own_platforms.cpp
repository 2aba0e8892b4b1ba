// platforms/*.yaml of a shop's folder.
#include "load/platform.h"
#include "load/shop.h"

#include <fmt/format.h>

#include <filesystem>

namespace shopbell {
namespace fs = std::filesystem;

namespace {

void tell(std::vector<Diagnostic>& diagnostics, const std::string& file, std::string code,
          std::string message) {
  Diagnostic d;
  d.file = file;
  d.code = std::move(code);
  d.message = std::move(message);
  diagnostics.push_back(std::move(d));
}

}  // namespace

std::shared_ptr<const Platform> read_platform(const std::string& path,
                                              const std::vector<std::string>& own_events,
                                              std::vector<Diagnostic>& diagnostics) {
  const Result<std::string> text = read_file(path, yaml_bytes_max);
  if (!text) return tell(diagnostics, path, text.error().code, text.error().message), nullptr;
  auto read = load_platform(path, *text, own_events);
  diagnostics.insert(diagnostics.end(), read.diagnostics.begin(), read.diagnostics.end());
  if (!read.value) return nullptr;
  const std::string name = fs::path(path).stem().string();
  if ((*read.value)->name == name) return *read.value;
  tell(
      diagnostics, path, "bad_name",
      fmt::format("the file of the platform {} is called {}.yaml", (*read.value)->name, (*read.value)->name));
  return nullptr;
}

OwnPlatforms read_platforms(const std::string& folder, const std::vector<std::string>& own_events,
                            std::vector<Diagnostic>& diagnostics) {
  OwnPlatforms made;
  for (const std::string& path : yaml_files((fs::path(folder) / "platforms").string())) {
    if (made.size() == platform_files_max) {
      tell(diagnostics, path, "too_many_files", fmt::format("more than {} platforms", platform_files_max));
      break;
    }
    made[fs::path(path).stem().string()] = read_platform(path, own_events, diagnostics);
  }
  return made;
}

}  // namespace shopbell
