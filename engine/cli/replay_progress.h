#pragma once
// How far a replay has come: a line on the terminal, a small file to go on from, and the lines that were set aside.

#include "cli/replay_sender.h"

#include <chrono>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace shopbell::cli {

/// What must be the same for a replay to go on where it ended.
struct ReplayIdentity {
  std::vector<std::string> logs;
  std::string to, options;
};

/// The file of --resume. Absent: from the beginning. Errors: "io", "other_replay" (it is of other logs or options).
Result<LinePlace> read_progress(const std::string& path, const ReplayIdentity& identity);
/// Whole or not at all: written beside it, and renamed. Error: "io".
Result<void> write_progress(const std::string& path, const ReplayIdentity& identity, LinePlace next);

/// Lines that nobody could take, as they were: LOG.rejected.jsonl beside each log. Any thread.
class Rejected {
 public:
  /// `keep`: what an earlier part of the same replay has set aside stays.
  explicit Rejected(bool keep) : keep_(keep) {}
  /// Says it on standard error, with its number.
  void add(const std::string& log, std::uint64_t line, std::string_view text, std::string_view why);
  std::uint64_t count();
  std::vector<std::string> files();

 private:
  std::mutex mutex_;
  bool keep_;
  std::map<std::string, std::ofstream> files_;
  std::vector<std::string> unwritable_;
  std::uint64_t count_ = 0;
};

/// "[#######-------]  48%  1,204,311 events  18,400/s  32s left" on standard error, when that is a terminal.
class ProgressLine {
 public:
  ProgressLine();
  /// Draws it anew when a while has passed. `share`: of all bytes; negative: nobody knows.
  void show(double share, std::uint64_t events);
  void end();

 private:
  bool shown_ = false, terminal_;
  std::chrono::steady_clock::time_point began_, last_;
};

/// "1,204,311"
std::string with_commas(std::uint64_t n);

}  // namespace shopbell::cli
