#include "access/versions.h"

namespace shopbell {

Result<void> keep_version(DeskFile& file, const std::string& workflow, const std::string& hash, std::string_view yaml, const std::string& by, Time now) {
  return file.run("INSERT OR IGNORE INTO workflow_version VALUES (?, ?, ?, ?, ?)", workflow, hash, yaml, by, now);
}

Result<std::vector<DeployedVersion>> deployed_versions(DeskFile& file, std::string_view workflow) {
  return file.read([&](DeskFile& f) -> Result<std::vector<DeployedVersion>> {
    std::vector<DeployedVersion> found;
    const auto read = f.each("SELECT hash, by, at FROM workflow_version WHERE workflow = ? ORDER BY at DESC", [&](const sqlite::Row& row) {
      found.push_back({row.text(0), row.text(1), row.time(2)});
      return true;
    }, workflow);
    if (!read) return tl::unexpected(read.error());
    return found;
  });
}

Result<std::optional<std::string>> deployed_yaml(DeskFile& file, std::string_view workflow, std::string_view hash) {
  return file.read([&](DeskFile& f) -> Result<std::optional<std::string>> {
    std::optional<std::string> yaml;
    const auto read = f.each("SELECT yaml FROM workflow_version WHERE workflow = ? AND hash = ?", [&](const sqlite::Row& row) {
      yaml = row.text(0);
      return true;
    }, workflow, hash);
    if (!read) return tl::unexpected(read.error());
    return yaml;
  });
}

}  // namespace shopbell
