#pragma once
// A shop's folder with one workflow file as it would be, laid out in a temporary folder: so that an edit is checked and tested by
// what reads the shop itself, before it is one. Any thread.

#include "load/load.h"

#include <memory>
#include <string>

namespace shopbell {

class StagedShop {
 public:
  /// `file`: its name in FOLDER/workflows; there already, or new. `data`: the store's folder, which is left out. Errors: "io".
  static Result<std::unique_ptr<StagedShop>> lay_out(const std::string& folder, const std::string& data, const std::string& file, std::string_view yaml);
  /// The same with another shopbell.yaml.
  static Result<std::unique_ptr<StagedShop>> lay_out_config(const std::string& folder, const std::string& data, std::string_view yaml);
  ~StagedShop();
  StagedShop(const StagedShop&) = delete;
  StagedShop& operator=(const StagedShop&) = delete;

  const std::string& folder() const { return folder_; }
  std::string file() const { return is_config() ? folder_ + "/" + name_ : folder_ + "/workflows/" + name_; }
  /// What is wrong with the shop as it would be, that file's first; the workflow, unless it has mistakes.
  std::vector<Diagnostic> check(std::shared_ptr<const Workflow>& workflow) const;

 private:
  bool is_config() const { return name_ == "shopbell.yaml"; }
  StagedShop(std::string folder, std::string name) : folder_(std::move(folder)), name_(std::move(name)) {}
  std::string folder_, name_;
};

}  // namespace shopbell
