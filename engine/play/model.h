#pragma once
// What comes of calls in a backtest, where the log does not tell: a stated model. Deterministic: what becomes of a
// call is decided by its key.

#include "core/apply.h"

#include <shopbell/error.h>

#include <map>
#include <string>
#include <vector>

namespace shopbell::play {

class Model {
 public:
  /// "http=failed", "email=retry:2%": an action, how it ends (retry: this attempt), and of how many calls. Actions that
  /// are not named succeed. Errors: "bad_model".
  static Result<Model> parse(const std::vector<std::string>& rules);

  Outcome::Status status_of(const std::string& action, const std::string& key, std::uint32_t attempt) const;
  /// In a sentence, for reports.
  std::string text() const;

 private:
  struct Rule {
    Outcome::Status status;
    double part;  // 0..1
  };
  std::map<std::string, Rule> rules_;
  std::vector<std::string> words_;
};

}  // namespace shopbell::play
