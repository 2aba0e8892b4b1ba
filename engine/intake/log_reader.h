#pragma once
// The lines of a log, whatever it is packed in: plain, gzip (RFC 1952) or Zstandard (RFC 8878), told apart by
// their first bytes; standard input; a folder of segments, as a shop's own journal is. Memory is bounded by one
// block and one line, not by the log. One thread.

#include <shopbell/error.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

constexpr std::size_t log_line_bytes_max = 8 * 1024 * 1024;
constexpr std::size_t log_padding_bytes = 64;  // that a block has room for behind its last line

/// The files behind a path of a command line, in order: of a folder its *.jsonl, *.jsonl.gz and *.jsonl.zst (or
/// those of its `log`, when it is a shop's data folder) by day and number, else the path. "-" is standard input.
/// Errors: "no_such_file", "no_log" (a folder without any).
Result<std::vector<std::string>> log_files(const std::string& path);

/// Whole lines.
struct LogBlock {
  std::string bytes;            // each line with its break; the file's last one may lack it
  std::uint64_t first_line = 1; // its number in the file
};

/// Calls `line` for each line of a block without its break, and its number; blank ones are left out.
void for_each_line(const LogBlock& block, const std::function<void(std::string_view, std::uint64_t)>& line);

class LogReader {
 public:
  /// Errors: "no_such_file", "io".
  static Result<std::unique_ptr<LogReader>> open(const std::string& path);
  ~LogReader();
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  /// The next lines, about `bytes` of them and at least one; false: the end. Errors: "broken_log" (packed bytes that
  /// cannot be unpacked; the line before stands in the message), "io". What came before an error was given.
  Result<bool> read(LogBlock& block, std::size_t bytes);
  /// Numbers of lines that were longer than log_line_bytes_max, and left out.
  const std::vector<std::uint64_t>& too_long() const { return too_long_; }
  /// Bytes of the file that were read so far, as packed; and of the whole file (0: not known).
  std::uint64_t position() const { return position_; }
  std::uint64_t size() const { return size_; }

  class Unpacker;

 private:
  LogReader(int fd, std::uint64_t size);
  Result<std::size_t> read_file(char* to, std::size_t bytes);
  Result<bool> fill(std::string& to, std::size_t bytes);
  bool keep_whole_lines(LogBlock& block, bool ended);
  Result<void> begin();
  void empty_long_lines(LogBlock& block);

  int fd_;
  std::uint64_t size_, position_ = 0, line_ = 1;
  std::string packed_;     // read, and not unpacked yet
  std::string rest_;       // the beginning of a line
  bool begun_ = false, ended_ = false, skipping_ = false;
  std::unique_ptr<Unpacker> unpacker_;  // nullptr: plain
  std::optional<Error> failed_;  // told when all before it was given
  std::vector<std::uint64_t> too_long_;
};

}  // namespace shopbell
