#pragma once
// A folder as it was in a revision of git, laid out in a temporary folder. Asks the program `git`.

#include <shopbell/error.h>

#include <memory>
#include <string>

namespace shopbell::cli {

class Revision {
 public:
  /// Errors: "no_git", "no_such_revision", "io".
  static Result<std::unique_ptr<Revision>> check_out(const std::string& folder, const std::string& revision);
  ~Revision();
  Revision(const Revision&) = delete;
  Revision& operator=(const Revision&) = delete;

  const std::string& path() const { return path_; }

 private:
  explicit Revision(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace shopbell::cli
