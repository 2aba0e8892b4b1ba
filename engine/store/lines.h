#pragma once
// Lines that are in the log already: read, and written over in place. One thread.

#include "store/log.h"

#include <string>
#include <string_view>

namespace shopbell {

class Lines {
 public:
  Lines(std::string folder, FileCalls calls) : folder_(std::move(folder)), calls_(std::move(calls)) {}
  ~Lines() { close(); }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  /// False: the segment, or that part of it, is not there.
  bool read(std::string_view segment, std::uint64_t offset, std::uint64_t length, std::string& line);
  /// In place of a line of the same length. False: it could not be written.
  bool write(std::string_view segment, std::uint64_t offset, std::string_view line);
  /// What was written is on the disk; the segment is given back.
  bool sync();

 private:
  bool open(std::string_view segment);
  void close();

  std::string folder_;
  FileCalls calls_;
  std::string segment_;
  int fd_ = -1;
  bool changed_ = false;
};

/// A line that says when something happened and what it was, and nothing else, as long as the line in whose place it
/// stands: behind it are blanks.
std::string erased_line(std::uint64_t seq, std::string_view source, std::string_view type, Time at, std::size_t length);
bool is_erased_line(std::string_view line);

}  // namespace shopbell
