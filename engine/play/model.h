#pragma once
// What comes of calls in a backtest: what came of the same call in the shop, where that is known; else a stated model. Deterministic: what becomes of a
// call is decided by its key.

#include "core/apply.h"

#include <shopbell/error.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace shopbell::play {

class Model {
 public:
  /// "http=failed", "email=retry:2%": an action, how it ends (retry: this attempt), and of how many calls. Actions that
  /// are not named succeed. Errors: "bad_model".
  static Result<Model> parse(const std::vector<std::string>& rules);

  /// What came of one attempt of one call, as the shop's own store has it: it goes before the rules.
  struct Recorded {
    Outcome::Status status = Outcome::Status::done;
    std::string output, error;  // output: JSON; empty: none
    std::optional<Millis> retry_after = {};
  };
  void record(std::string_view key, std::uint32_t attempt, Recorded outcome);
  /// nullptr: the shop did not make that call, or has no answer to it.
  const Recorded* recorded(const std::string& key, std::uint32_t attempt) const;

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
  std::unordered_map<std::string, Recorded> recorded_;  // by key and attempt
};

}  // namespace shopbell::play
