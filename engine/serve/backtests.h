#pragma once
// Backtests of an edited workflow beside the running shop: the recorded log through the workflows as they are and as they would be. One at a
// time, on a thread of its own that yields to the shop's; the last few results are kept in memory. Any thread.

#include "serve/staged.h"
#include "serve/worker.h"

#include <shopbell/time.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace shopbell {

constexpr std::int64_t backtest_days_otherwise = 30, backtest_days_max = 366;
constexpr std::chrono::seconds backtest_takes_max{120};
constexpr std::size_t backtest_subjects_max = 400'000;  // with names of them, of both sides
constexpr std::size_t backtests_kept = 5;
constexpr std::size_t backtest_changes_max = 500;  // customers that are named

struct BacktestWish {
  std::shared_ptr<StagedShop> edited;
  std::string folder, data;   // the shop's, and its store's
  std::string workflow, hash; // of the edited one
  std::string by;
  Time since, begun;
};

struct BacktestState {
  enum class Status : std::uint8_t { running, done, cancelled, failed };
  std::string id, workflow, hash, by;
  Status status = Status::running;
  Time begun, since;
  std::uint64_t bytes = 0, bytes_all = 0;  // of the log
  std::string findings;                    // when done: JSON, as `shopbell backtest --json` has it; `now` is the edited shop, `against` the present one
  std::string why;                         // when failed
};
std::string_view to_text(BacktestState::Status status);

class Backtests {
 public:
  ~Backtests() { stop(); }
  /// Its id. Errors: "conflict" (one is under way: its id is in the hint).
  Result<std::string> begin(BacktestWish wish);
  std::optional<BacktestState> find(const std::string& id);
  /// False: there is none of that id. One that is over stays as it is.
  bool cancel(const std::string& id);
  void stop();

 private:
  void run(const BacktestWish& wish, const std::string& id);
  Result<void> play(const BacktestWish& wish, const std::string& id);
  bool is_wanted(const std::string& id);
  template <class Change>
  void change(const std::string& id, Change make);

  std::mutex mutex_;
  std::deque<BacktestState> states_;  // the newest last
  std::string unwanted_;              // the id of the one to be left
  std::atomic<bool> stopping_ = false;
  Worker worker_{1};
};

}  // namespace shopbell
