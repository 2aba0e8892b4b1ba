#pragma once
// Workflows from texts, as the tests write them.

#include "load/load.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace shopbell {

using Reading = Read<std::shared_ptr<const Workflow>>;

inline Reading read_workflow(const std::string& yaml, std::map<std::string, std::string> templates = {}) {
  return load_workflow({"workflows/w.yaml", yaml, std::move(templates), {}});
}

inline std::string all_text(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& d : diagnostics) text += to_text(d);
  return text;
}

/// A folder that goes away with the test.
class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() / ("shopbell-load-" + std::to_string(counter()++) + "-" +
                                                        std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
    std::filesystem::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  std::string path(const std::string& name = {}) const { return (name.empty() ? path_ : path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

 private:
  static int& counter() {
    static int n = 0;
    return n;
  }
  std::filesystem::path path_;
};

}  // namespace shopbell
