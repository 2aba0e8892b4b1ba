#include "serve/reload.h"

#include "base/crash_point.h"
#include "core/person_reply.h"
#include "load/person_reply.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace shopbell {

namespace fs = std::filesystem;

Reload::Reload(std::string folder) : folder_(std::move(folder)), seen_(fingerprint()), loaded_(seen_) {}

std::string fingerprint_of(const std::vector<fs::path>& paths) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const fs::path& path : paths) {
    if (fs::is_regular_file(path, ignored)) files.push_back(path);
    for (auto at = fs::recursive_directory_iterator(path, ignored); at != fs::end(at); at.increment(ignored))
      if (at->is_regular_file(ignored)) files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  std::string print;
  for (const std::string& file : files) {
    const auto time = fs::last_write_time(file, ignored).time_since_epoch().count();
    print += fmt::format("{} {} {}\n", file, time, fs::file_size(file, ignored));
  }
  return print;
}

std::string Reload::fingerprint() const {
  const fs::path folder = folder_;
  return fingerprint_of({folder / "workflows", folder / "templates", folder / "locales", folder / "segments.yaml", folder / "shopbell.yaml"});
}

std::shared_ptr<const Workflows> Reload::set_of(const Shop& shop) {
  auto set = std::make_shared<Workflows>(shop.config.facts, shop.workflows);
  for (const auto& workflow : shop.workflows) kept_[workflow->version] = workflow;
  for (const auto& [version, workflow] : kept_) set->keep(workflow);
  set->keep(person_reply_workflow());
  return set;
}

Result<std::shared_ptr<const Workflows>> Reload::first(const Shop& shop, Store& store) {
  for (const auto& workflow : shop.workflows) kept_[workflow->version] = workflow;
  crash_point("reload.first_begun");
  const auto versions = store.open_versions();
  if (!versions) return tl::unexpected(versions.error());
  for (const std::string& version : *versions) {
    if (kept_.contains(version) || version == person_reply) continue;
    crash_point("reload.version_wanted");
    const auto row = store.version(version);
    if (!row) return tl::unexpected(row.error());
    if (!*row) continue;  // the core fails such a run with a note
    const auto source = decode_source((*row)->bundle);
    auto read = source ? load_workflow(*source) : Read<std::shared_ptr<const Workflow>>{};
    if (read.value) kept_[version] = *read.value;
    else spdlog::error("open runs of {} stand on version {}, which this version of Shopbell cannot read", (*row)->workflow, version);
  }
  return set_of(shop);
}

std::shared_ptr<const Workflows> Reload::changed() {
  refused_ = false;
  const std::string now = fingerprint();
  const bool still = now == seen_;
  seen_ = now;
  if (now == loaded_ || !still) return nullptr;
  loaded_ = now;
  crash_point("reload.noticed");
  const auto read = load_shop(folder_);
  for (const Diagnostic& d : read.diagnostics) spdlog::log(d.severity == Severity::error ? spdlog::level::err : spdlog::level::warn, "{}", to_text(d));
  if (!read.value) {
    refused_ = true;
    spdlog::error("the changed files are not taken up; the workflows from before go on");
    return nullptr;
  }
  crash_point("reload.read");
  spdlog::info("workflows taken up anew: {}", read.value->workflows.size());
  return set_of(*read.value);
}

}  // namespace shopbell
