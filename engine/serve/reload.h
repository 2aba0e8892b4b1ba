#pragma once
// Workflows that change while the server runs. The main thread asks now and then.

#include "core/workflow.h"
#include "load/load.h"
#include "store/store.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace shopbell {

/// Names, times and sizes of these files and of all that is below these folders: another text when one
/// of them has changed. What is not there has none.
std::string fingerprint_of(const std::vector<std::filesystem::path>& paths);

class Reload {
 public:
  explicit Reload(std::string folder);

  /// The set to begin with: the shop's workflows, and the versions that open runs are pinned to.
  Result<std::shared_ptr<const Workflows>> first(const Shop& shop, Store& store);
  /// The new set when files have changed, have been still for one call, and are all in order; else
  /// null. Mistakes are logged with their places, once, and the present set stays.
  std::shared_ptr<const Workflows> changed();
  bool refused() const { return refused_; }  // the last call met a broken file

 private:
  std::shared_ptr<const Workflows> set_of(const Shop& shop);
  std::string fingerprint() const;

  std::string folder_;
  std::string seen_, loaded_;  // fingerprints: at the last call, and of the set in use
  std::map<std::string, std::shared_ptr<const Workflow>> kept_;  // every version met so far
  bool refused_ = false;
};

}  // namespace shopbell
