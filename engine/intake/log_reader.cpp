#include "intake/log_reader.h"

#include "intake/unpack.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace shopbell {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t packed_bytes = 64 * 1024;

/// "2026-11-21.12.jsonl.gz" -> "2026-11-21", 12: so that a day's tenth segment comes behind its second.
std::pair<std::string, std::uint64_t> day_and_number(const std::string& path) {
  const std::string name = fs::path(path).filename().string();
  const std::string base = name.substr(0, name.find(".jsonl"));
  const std::size_t dot = base.rfind('.');
  const std::string_view digits = dot == std::string::npos ? std::string_view() : std::string_view(base).substr(dot + 1);
  const bool numbered = !digits.empty() && digits.size() < 10 && digits.find_first_not_of("0123456789") == std::string_view::npos;
  return numbered ? std::pair(base.substr(0, dot), std::uint64_t{std::stoull(std::string(digits))}) : std::pair(base, std::uint64_t{0});
}

bool is_segment(const std::string& name) {
  return name.ends_with(".jsonl") || name.ends_with(".jsonl.gz") || name.ends_with(".jsonl.zst");
}

// Lines are long: from break to break is quicker than byte by byte.
std::uint64_t lines_of(std::string_view bytes) {
  std::uint64_t lines = 0;
  for (std::size_t at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1)) ++lines;
  return lines;
}

}  // namespace

Result<std::vector<std::string>> log_files(const std::string& path) {
  std::error_code ignored;
  if (path == "-" || (fs::exists(path, ignored) && !fs::is_directory(path, ignored))) return std::vector{path};
  if (!fs::exists(path, ignored)) return fail("no_such_file", "there is no log " + path);
  const fs::path folder = fs::is_directory(fs::path(path) / "log", ignored) ? fs::path(path) / "log" : fs::path(path);
  std::vector<std::string> files;
  for (auto at = fs::directory_iterator(folder, ignored); at != fs::directory_iterator(); at.increment(ignored))
    if (is_segment(at->path().filename().string())) files.push_back(at->path().string());
  if (files.empty()) return fail("no_log", "there is no log in the folder " + path, "a log's files end in .jsonl, .jsonl.gz or .jsonl.zst");
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return day_and_number(a) < day_and_number(b); });
  return files;
}

void for_each_line(const LogBlock& block, const std::function<void(std::string_view, std::uint64_t)>& line) {
  std::uint64_t number = block.first_line;
  const std::string_view all = block.bytes;
  for (std::size_t at = 0; at < all.size(); ++number) {
    const std::size_t end = std::min(all.find('\n', at), all.size());
    const std::string_view text = all.substr(at, end - at);
    at = end + 1;
    if (text.find_first_not_of(" \t\r") != std::string_view::npos) line(text, number);
  }
}

Result<std::unique_ptr<LogReader>> LogReader::open(const std::string& path) {
  const int fd = path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail("no_such_file", fmt::format("{} cannot be read: {}", path, std::strerror(errno)));
  struct stat about {};
  const bool known = ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
  return std::unique_ptr<LogReader>(new LogReader(fd, known ? static_cast<std::uint64_t>(about.st_size) : 0));
}

LogReader::LogReader(int fd, std::uint64_t size) : fd_(fd), size_(size) {}
LogReader::~LogReader() { ::close(fd_); }

Result<std::size_t> LogReader::read_file(char* to, std::size_t bytes) {
  for (;;) {
    const ssize_t got = ::read(fd_, to, bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail("io", fmt::format("the log cannot be read: {}", std::strerror(errno)));
    position_ += static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
  }
}

// The first bytes tell how it is packed; a pipe may give them one by one.
Result<void> LogReader::begin() {
  begun_ = true;
  std::string first(4, '\0');
  std::size_t have = 0;
  while (have < first.size()) {
    const auto got = read_file(first.data() + have, first.size() - have);
    if (!got) return tl::unexpected(got.error());
    if (*got == 0) break;
    have += *got;
  }
  first.resize(have);
  unpacker_ = Unpacker::find(first);
  (unpacker_ ? packed_ : rest_) = std::move(first);
  return {};
}

/// Appends some bytes; false: there are no more.
Result<bool> LogReader::fill(std::string& to, std::size_t bytes) {
  std::string& raw = unpacker_ ? packed_ : to;
  const std::size_t want = unpacker_ ? packed_bytes : bytes;
  const std::size_t before = raw.size();
  raw.resize(before + want);
  const auto got = read_file(raw.data() + before, want);
  raw.resize(before + (got ? *got : 0));
  if (!got) return tl::unexpected(got.error());
  if (!unpacker_) return *got > 0;
  if (auto done = unpacker_->unpack(packed_, to); !done) {
    done.error().message += fmt::format(" (behind line {})", line_ - 1);
    return tl::unexpected(done.error());
  }
  if (*got == 0 && !unpacker_->complete())
    return fail("broken_log", fmt::format("the packed log ends too soon (behind line {})", line_ - 1));
  return *got > 0;
}

/// Of a line that is too long only its break stays, so that the others keep their numbers.
void LogReader::empty_long_lines(LogBlock& block) {
  std::uint64_t number = line_;
  for (std::size_t at = 0; block.bytes.size() > log_line_bytes_max && at < block.bytes.size(); ++number) {
    const std::size_t end = std::min(block.bytes.find('\n', at), block.bytes.size());
    if (end - at <= log_line_bytes_max) {
      at = end + 1;
      continue;
    }
    too_long_.push_back(number);
    block.bytes.erase(at, end - at);
    ++at;
  }
}

/// Leaves in the block its whole lines; what is behind them begins the next. Whether there are any.
bool LogReader::keep_whole_lines(LogBlock& block, bool ended) {
  if (skipping_) {
    const std::size_t end = block.bytes.find('\n');
    block.bytes.erase(0, end == std::string::npos ? block.bytes.size() : end + 1);
    if (end == std::string::npos) return false;
    skipping_ = false;
    ++line_;
  }
  const std::size_t last = block.bytes.rfind('\n');
  if (!ended) {
    rest_.assign(block.bytes, last == std::string::npos ? 0 : last + 1);
    block.bytes.resize(block.bytes.size() - rest_.size());
  }
  if (rest_.size() > log_line_bytes_max) {
    too_long_.push_back(line_ + lines_of(block.bytes));
    rest_.clear();
    skipping_ = true;
  }
  return !block.bytes.empty();
}

Result<bool> LogReader::read(LogBlock& block, std::size_t bytes) {
  block.bytes.clear();
  if (!begun_)
    if (auto good = begin(); !good) return tl::unexpected(good.error());
  while (!ended_) {
    block.bytes.reserve(bytes + log_padding_bytes);  // its room is used again
    block.bytes.assign(rest_);
    rest_.clear();
    while (!ended_ && block.bytes.size() < bytes) {
      const auto more = fill(block.bytes, bytes - block.bytes.size());
      if (!more) failed_ = more.error();
      ended_ = !more || !*more;
    }
    if (!keep_whole_lines(block, ended_ && !failed_)) {
      bytes += bytes;  // a line that is longer than a block
      continue;
    }
    block.first_line = line_;
    empty_long_lines(block);
    line_ += lines_of(block.bytes);
    return true;
  }
  if (failed_) return tl::unexpected(*failed_);
  return false;
}

}  // namespace shopbell
