#pragma once
// What workflows were, as people deployed them: so that an edit can be taken back. Any thread.

#include "access/desk_file.h"

#include <vector>

namespace shopbell {

struct DeployedVersion {
  std::string hash, by;
  Time at;
};

/// Once for each hash; the first time counts. Within DeskFile::change().
Result<void> keep_version(DeskFile& file, const std::string& workflow, const std::string& hash, std::string_view yaml, const std::string& by, Time now);
/// Newest first.
Result<std::vector<DeployedVersion>> deployed_versions(DeskFile& file, std::string_view workflow);
/// Nothing: it was not deployed from here.
Result<std::optional<std::string>> deployed_yaml(DeskFile& file, std::string_view workflow, std::string_view hash);

}  // namespace shopbell
