#include "store/lines.h"

#include "base/json.h"
#include "base/time.h"

#include <fcntl.h>
#include <unistd.h>

namespace shopbell {
namespace {

constexpr std::string_view erased_begin = R"({"specversion":"1.0","id":"erased)";

}  // namespace

bool Lines::open(std::string_view segment) {
  if (fd_ >= 0 && segment_ == segment) return true;
  if (!sync()) return false;
  segment_ = segment;
  fd_ = calls_.open(folder_ + "/" + segment_, O_RDWR | O_CLOEXEC);
  return fd_ >= 0;
}

void Lines::close() {
  if (fd_ >= 0) calls_.close(fd_);
  fd_ = -1;
}

bool Lines::read(std::string_view segment, std::uint64_t offset, std::uint64_t length, std::string& line) {
  if (!open(segment)) return false;
  line.resize(length);
  std::size_t got = 0;
  while (got < length) {
    const ssize_t n = ::pread(fd_, line.data() + got, length - got, static_cast<off_t>(offset + got));
    if (n <= 0) return false;
    got += static_cast<std::size_t>(n);
  }
  return true;
}

bool Lines::write(std::string_view segment, std::uint64_t offset, std::string_view line) {
  if (!open(segment)) return false;
  while (!line.empty()) {
    const iovec part{const_cast<char*>(line.data()), line.size()};  // pwritev takes no const
    const ssize_t n = calls_.write(fd_, &part, 1, static_cast<off_t>(offset));
    if (n <= 0) return false;
    changed_ = true;
    offset += static_cast<std::uint64_t>(n);
    line.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool Lines::sync() {
  const bool good = !changed_ || calls_.sync(fd_) == 0;
  changed_ = false;
  close();
  return good;
}

std::string erased_line(std::uint64_t seq, std::string_view source, std::string_view type, Time at, std::size_t length) {
  std::string line(erased_begin);
  line.append("-").append(std::to_string(seq)).append(R"(","source":)");
  append_json_string(line, source);
  line += R"(,"type":)";
  append_json_string(line, type);
  line.append(R"(,"subject":"erased","time":")").append(format_rfc3339(at)).append(R"(","data":{}})");
  // An event of few words is no longer than its own envelope was: then a blank line, which readers skip.
  if (line.size() > length) line.clear();
  line.resize(length, ' ');
  return line;
}

bool is_erased_line(std::string_view line) {
  return line.starts_with(erased_begin) || line.find_first_not_of(' ') == std::string_view::npos;
}

}  // namespace shopbell
