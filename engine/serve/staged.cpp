#include "serve/staged.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace shopbell {

namespace fs = std::filesystem;

Result<std::unique_ptr<StagedShop>> StagedShop::lay_out_config(const std::string& folder, const std::string& data, std::string_view yaml) {
  return lay_out(folder, data, "shopbell.yaml", yaml);
}

Result<std::unique_ptr<StagedShop>> StagedShop::lay_out(const std::string& folder, const std::string& data, const std::string& file, std::string_view yaml) {
  std::error_code error;
  std::string made = (fs::temp_directory_path(error) / "shopbell-staged-XXXXXX").string();
  if (error || ::mkdtemp(made.data()) == nullptr) return fail("io", "no temporary folder can be made");
  std::unique_ptr<StagedShop> staged(new StagedShop(made, file));
  const fs::path from = fs::absolute(folder, error), kept_out = fs::weakly_canonical(data, error);
  for (const auto& entry : fs::directory_iterator(from, error))
    if (entry.path().filename() != "workflows" && !(staged->is_config() && entry.path().filename() == file) && fs::weakly_canonical(entry.path(), error) != kept_out) fs::create_symlink(entry.path(), fs::path(made) / entry.path().filename(), error);
  fs::create_directory(fs::path(made) / "workflows", error);
  std::error_code none;
  for (auto at = fs::directory_iterator(from / "workflows", none); at != fs::directory_iterator(); at.increment(none))
    if (at->path().filename() != file) fs::create_symlink(at->path(), fs::path(made) / "workflows" / at->path().filename(), error);
  std::ofstream out(staged->file(), std::ios::binary);
  out << yaml;
  if (error || !out.flush()) return fail("io", "the shop's folder cannot be laid out: " + error.message());
  return staged;
}

StagedShop::~StagedShop() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::vector<Diagnostic> StagedShop::check(std::shared_ptr<const Workflow>& workflow) const {
  auto shop = load_shop(folder_);
  if (shop.value)
    for (const auto& one : shop.value->workflows)
      if (fs::path(one->source.file).filename() == name_) workflow = one;
  std::vector<Diagnostic> found = std::move(shop.diagnostics);
  for (Diagnostic& d : check_paths({folder_})) {
    const auto same = [&](const Diagnostic& other) { return other.file == d.file && other.line == d.line && other.column == d.column && other.message == d.message; };
    if (std::none_of(found.begin(), found.end(), same)) found.push_back(std::move(d));
  }
  std::stable_partition(found.begin(), found.end(), [&](const Diagnostic& d) { return fs::path(d.file).filename() == name_; });
  for (Diagnostic& d : found)
    if (d.file.starts_with(folder_ + "/")) d.file.erase(0, folder_.size() + 1);
  return found;
}

}  // namespace shopbell
