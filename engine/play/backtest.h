#pragma once
// A log of events through one or two versions of a shop's workflows, on a virtual clock. Memory is bounded by the
// subjects and one stretch of the log, not by the log. The result depends on log and files alone: not on the number of
// threads, nor on how the log is cut into stretches.

#include "intake/log_extract.h"
#include "load/load.h"
#include "play/side.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shopbell::play {

constexpr std::size_t stretch_block_bytes = 256 * 1024;  // of the log, as one thread reads at once: its cache holds it
constexpr std::size_t stretch_blocks_a_thread = 32;       // in one stretch of all logs together
constexpr std::size_t repeats_remembered = 1'000'000;         // events that a later one is a repetition of
constexpr std::size_t bad_lines_kept = 20;

struct BadLine {
  std::string file;
  std::uint64_t line;
  std::string why;
};

/// What the log is.
struct LogSummary {
  std::uint64_t lines = 0, events = 0;
  std::uint64_t ignored = 0;   // recorded webhooks that make no event
  std::uint64_t left_out = 0;  // not among those that are meant
  std::uint64_t own = 0;       // events that the engine itself had made: it makes them again
  std::uint64_t repeated = 0;  // told before
  std::uint64_t late = 0;      // came before the line above it: played at its time
  std::uint64_t bad = 0;       // cannot be read
  std::vector<BadLine> bad_lines;  // the first of them
  Time first{}, last{};
  std::string cut;  // why it was not played to its end: "time", "subjects" (a bound was reached); empty: it was
};

/// How far it is.
struct Progress {
  const LogSummary& log;
  std::uint64_t bytes = 0, bytes_all = 0;  // of the files, as they are packed; all: 0 where that cannot be known
};

/// When to stop before the log ends; looked at between two stretches of the log.
struct Bounds {
  std::optional<std::chrono::steady_clock::time_point> until{};
  std::size_t subjects_max = 0;                          // and names of them, of all sides together; 0: as many as there are
  std::function<bool(const Progress&)> go_on{};          // called by the thread that plays; false: somebody has cancelled it
};

class Backtest {
 public:
  /// `sides`: one or two sets of workflows; they outlive it. `sources`: for recorded webhooks.
  Backtest(std::vector<const Workflows*> sides, const Wanted& wanted, const Model& model, std::vector<SourceConfig> sources, std::size_t threads);
  ~Backtest();

  /// Only these events are played; called by several threads.
  void only(std::function<bool(const Event&, Arena&)> meant);
  void within(Bounds bounds);
  /// Plays logs beside each other, by the time at which their events came; each is some files, one behind the other.
  /// Where a bound is reached it ends there, and log().cut says so. Errors: those of LogReader, "cancelled"; what came
  /// before was played.
  Result<void> play(const std::vector<std::vector<std::string>>& logs);
  Result<void> play(const std::string& path) { return play(std::vector<std::vector<std::string>>{{path}}); }
  /// After the last one.
  void finish();

  const LogSummary& log() const;
  const Side& side(std::size_t i) const;
  std::size_t sides() const;

 private:
  struct Log;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace shopbell::play
