#pragma once
// Requests of sources that were refused, as they came, so that they can be looked at and given once more when the cause is mended:
// rejected.db. What anybody can send is kept here, so it is bounded in every way, read by nobody but ops, and gone after a week. Any thread.

#include "serve/worker.h"
#include "store/person.h"
#include "store/sqlite.h"

#include <shopbell/time.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace shopbell {

constexpr std::size_t rejected_max = 200;                  // in all, the newest
constexpr std::size_t rejected_body_bytes_max = 256 * 1024;  // of a longer one the reason is kept alone
constexpr std::size_t rejected_a_minute_max = 30;          // more are only counted
constexpr Millis rejected_kept{std::int64_t{7} * 24 * 3'600'000};

struct RejectedRequest {
  std::int64_t id = 0;
  Time at;
  std::string source, code, reason;  // source: the name in `sources`
  std::string query, headers, body;  // headers: lines of "Name: value"
  bool whole = true;                 // false: it was too long to be kept
};

class Rejected {
 public:
  /// Makes it where it is missing, readable by its owner alone. Errors: "store_broken", "io".
  static Result<std::unique_ptr<Rejected>> open(const std::string& folder);
  ~Rejected() { stop(); }

  /// Does not block.
  void keep(RejectedRequest request);
  /// Of one source, newest first, below `before` (0: from the newest). At `now` what is over a week old is gone.
  Result<std::vector<RejectedRequest>> list(const std::string& source, std::int64_t before, std::size_t max, Time now);
  Result<std::optional<RejectedRequest>> find(std::int64_t id);
  Result<void> drop(std::int64_t id);
  /// What names the person goes.
  Result<void> forget(const Person& person);
  Result<void> forget_all();
  void stop() { worker_.stop(); }

 private:
  explicit Rejected(sqlite::Database db) : db_(std::move(db)) {}
  Result<void> write(const RejectedRequest& request);

  std::mutex mutex_;  // of the database
  sqlite::Database db_;
  std::mutex pace_mutex_;
  Time minute_{};
  std::size_t in_minute_ = 0;
  Worker worker_{64};
};

}  // namespace shopbell
