#include "store/log.h"

#include "base/crash_point.h"
#include "base/time.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <thread>

namespace shopbell {
namespace {

constexpr std::size_t parts_max = 1024;  // IOV_MAX of Linux

/// What orders the segments: the day, then the number within it. Not a segment's name: nothing.
struct SegmentName {
  std::string day;
  std::uint64_t number = 0;
  auto operator<=>(const SegmentName&) const = default;
};

std::optional<SegmentName> parse_segment(std::string_view name) {
  constexpr std::string_view ending = ".jsonl";
  if (!name.ends_with(ending) || name.size() < 10 + ending.size()) return std::nullopt;
  name.remove_suffix(ending.size());
  SegmentName parsed{std::string(name.substr(0, 10)), 0};
  if (!parse_rfc3339(parsed.day + "T00:00:00Z")) return std::nullopt;
  name.remove_prefix(10);
  if (name.empty()) return parsed;
  if (name.front() != '.' || name.size() < 2 || name[1] == '0') return std::nullopt;
  const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), parsed.number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return parsed;
}

std::string segment_text(const SegmentName& name) {
  return name.number == 0 ? name.day + ".jsonl" : name.day + "." + std::to_string(name.number) + ".jsonl";
}

tl::unexpected<Error> io_error(const std::string& path) {
  return fail("io", path + ": " + std::strerror(errno));
}

bool no_room(int error) { return error == ENOSPC || error == EDQUOT; }

bool sync_folder(const std::string& folder, const FileCalls& calls) {
  const int fd = calls.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = calls.sync(fd) == 0;
  calls.close(fd);
  return synced;
}

Result<void> make_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail("io", folder + ": " + error.message());
  return {};
}

Result<std::vector<std::string>> names_in(const std::string& folder) {
  std::error_code error;
  std::filesystem::directory_iterator files(folder, error);
  if (error) return fail("io", folder + ": " + error.message());
  std::vector<std::string> names;
  for (const auto& file : files) names.push_back(file.path().filename().string());
  return names;
}

}  // namespace

FileCalls system_files() {
  FileCalls calls;
  calls.open = [](const std::string& path, int flags) { return ::open(path.c_str(), flags, 0640); };
  calls.close = [](int fd) { ::close(fd); };
  calls.size = [](int fd) { return ::lseek(fd, 0, SEEK_END); };
  calls.make_folder = make_folder;
  calls.names = names_in;
  calls.remove = [](const std::string& path) { return ::unlink(path.c_str()); };
  calls.write = [](int fd, const iovec* parts, int count, off_t at) {
    return ::pwritev(fd, parts, count, at);
  };
  calls.sync = [](int fd) { return ::fdatasync(fd); };
  calls.reserve = [](int fd, off_t at, off_t bytes) {
    return ::fallocate(fd, FALLOC_FL_KEEP_SIZE, at, bytes);
  };
  calls.cut = [](int fd, off_t size) { return ::ftruncate(fd, size); };
  return calls;
}

/// Runs one sync at a time beside the caller.
class Log::Syncer {
 public:
  explicit Syncer(const FileCalls& calls) : calls_(calls), thread_([this] { loop(); }) {}
  ~Syncer() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Syncer(const Syncer&) = delete;
  Syncer& operator=(const Syncer&) = delete;

  void start(int fd) {
    {
      const std::lock_guard lock(mutex_);
      fd_ = fd;
    }
    changed_.notify_all();
  }

  bool finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return fd_ < 0; });
    return synced_;
  }

 private:
  void loop() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stop_ || fd_ >= 0; });
      if (fd_ < 0) return;
      const int fd = fd_;
      lock.unlock();
      crash_point("log.sync_begun");
      const bool synced = calls_.sync(fd) == 0;
      crash_point("log.synced");
      lock.lock();
      synced_ = synced;
      fd_ = -1;
      changed_.notify_all();
    }
  }

  const FileCalls& calls_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int fd_ = -1;
  bool synced_ = true;
  bool stop_ = false;
  std::thread thread_;  // last: it uses all of the above
};

Log::Log(std::string folder, FileCalls calls)
    : folder_(std::move(folder)), calls_(std::move(calls)), syncer_(calls_.sync_beside ? std::make_unique<Syncer>(calls_) : nullptr) {}

Log::~Log() {
  syncer_.reset();
  if (fd_ >= 0) calls_.close(fd_);
}

Result<std::unique_ptr<Log>> Log::open(const std::string& folder, const LogEnd& committed, FileCalls calls) {
  if (auto made = calls.make_folder(folder); !made) return tl::unexpected(made.error());
  std::unique_ptr<Log> log(new Log(folder, std::move(calls)));
  if (auto removed = log->remove_after(committed.segment); !removed) return tl::unexpected(removed.error());
  if (auto opened = log->open_last(committed); !opened) return tl::unexpected(opened.error());
  return log;
}

/// A crash leaves at most one segment without a row: more of them are the log of a newer database.
Result<void> Log::remove_after(const std::string& last) {
  const auto newest = parse_segment(last);
  const auto files = calls_.names(folder_);
  if (!files) return tl::unexpected(files.error());
  std::vector<std::string> left_behind;
  for (const std::string& file : *files) {
    const auto name = parse_segment(file);
    if (name && (!newest || *name > *newest)) left_behind.push_back(folder_ + "/" + file);
  }
  if (left_behind.size() > 1) {
    return fail("store_broken",
                folder_ + " has " + std::to_string(left_behind.size()) +
                    " segments that the database knows nothing of",
                "was an older database put back? keep the log, and move it away to go on");
  }
  for (const std::string& path : left_behind) {
    if (calls_.remove(path) != 0) return io_error(path);
  }
  return {};
}

Result<void> Log::open_last(const LogEnd& committed) {
  if (committed.segment.empty()) return {};
  const std::string path = folder_ + "/" + committed.segment;
  fd_ = calls_.open(path, O_RDWR | O_CLOEXEC);
  if (fd_ < 0 && errno == ENOENT)
    return fail("store_broken", path + " is missing, though its lines were committed");
  if (fd_ < 0) return io_error(path);
  const off_t size = calls_.size(fd_);
  if (size < 0) return io_error(path);
  if (static_cast<std::uint64_t>(size) < committed.offset) {
    return fail("store_broken", path + " has " + std::to_string(size) + " bytes, but " +
                                    std::to_string(committed.offset) + " were committed");
  }
  end_ = kept_ = committed;
  reserved_ = committed.offset;
  if (calls_.cut(fd_, static_cast<off_t>(committed.offset)) != 0) return io_error(path);
  crash_point("log.tail_cut");
  return {};
}

std::string Log::segment_for(Time at) const {
  const std::string day = format_rfc3339(to_ms(at) / 1000, 0).substr(0, 10);
  const auto current = parse_segment(end_.segment);
  if (!current || current->day < day) return segment_text({day, 0});
  if (end_.offset >= segment_bytes_max) return segment_text({current->day, current->number + 1});
  return end_.segment;
}

bool Log::begin_segment(const std::string& name) {
  const std::string path = folder_ + "/" + name;
  const int fd = calls_.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC);
  if (fd < 0) return false;
  crash_point("log.segment_made");
  if (!sync_folder(folder_, calls_)) {
    const int error = errno;
    calls_.close(fd);
    calls_.remove(path);
    errno = error;
    return false;
  }
  close();
  crash_point("log.segment_named");
  fd_ = fd;
  end_ = LogEnd{name, 0};
  kept_ = end_;
  reserved_ = 0;
  return true;
}

void Log::close() {
  if (fd_ < 0) return;
  if (reserved_ > kept_.offset) static_cast<void>(calls_.cut(fd_, static_cast<off_t>(kept_.offset)));
  calls_.close(fd_);
  fd_ = -1;
}

/// Room is taken ahead in large pieces: fewer extents, and a full disk is met before half a line is
/// written. A file system that cannot, or has no room for that much, is written to as it is.
void Log::reserve(std::uint64_t bytes) {
  if (end_.offset + bytes <= reserved_) return;
  const std::uint64_t more = std::max(bytes, segment_reserve_bytes);
  if (calls_.reserve(fd_, static_cast<off_t>(end_.offset), static_cast<off_t>(more)) == 0)
    reserved_ = end_.offset + more;
}

Log::Wrote Log::append(Time at, const std::vector<std::string_view>& lines,
                       std::vector<std::uint64_t>& offsets) {
  const std::string name = segment_for(at);
  if (fd_ < 0 || name != end_.segment) {
    if (!begin_segment(name)) return no_room(errno) ? Wrote::full : Wrote::failed;
  }
  std::vector<iovec> parts;
  parts.reserve(lines.size() * 2);
  std::uint64_t offset = end_.offset;
  static constexpr char line_break = '\n';
  for (const std::string_view line : lines) {
    offsets.push_back(offset);
    parts.push_back({const_cast<char*>(line.data()), line.size()});  // writev takes no const
    parts.push_back({const_cast<char*>(&line_break), 1});
    offset += line.size() + 1;
  }
  reserve(offset - end_.offset);
  crash_point("log.room_reserved");
  const Wrote wrote = write_all(parts);
  crash_point("log.lines_written");
  return wrote;
}

Log::Wrote Log::write_all(std::vector<iovec>& parts) {
  std::size_t next = 0;
  while (next < parts.size()) {
    const int count = static_cast<int>(std::min(parts.size() - next, parts_max));
    const ssize_t wrote = calls_.write(fd_, &parts[next], count, static_cast<off_t>(end_.offset));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return wrote == 0 || no_room(errno) ? Wrote::full : Wrote::failed;
    auto left = static_cast<std::size_t>(wrote);
    end_.offset += left;
    for (; next < parts.size() && left >= parts[next].iov_len; ++next) left -= parts[next].iov_len;
    if (left > 0) {
      parts[next].iov_base = static_cast<char*>(parts[next].iov_base) + left;
      parts[next].iov_len -= left;
    }
  }
  return Wrote::ok;
}

void Log::start_sync() {
  if (syncer_) syncer_->start(fd_);
  else synced_ = calls_.sync(fd_) == 0;
}

bool Log::finish_sync() { return syncer_ ? syncer_->finish() : synced_; }

bool Log::cut() {
  if (fd_ < 0) return true;
  if (calls_.cut(fd_, static_cast<off_t>(kept_.offset)) != 0) return false;
  end_ = kept_;
  reserved_ = kept_.offset;
  return true;
}

Result<std::string> read_line(const std::string& folder, const std::string& segment, std::uint64_t offset,
                              std::uint64_t length) {
  const std::string path = folder + "/" + segment;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return fail("log_gone", path + " is no longer there", "was it archived?");
  if (fd < 0) return io_error(path);
  std::string line(length, '\0');
  std::size_t got = 0;
  ssize_t read = 0;
  while (got < length &&
         (read = ::pread(fd, line.data() + got, length - got, static_cast<off_t>(offset + got))) > 0) {
    got += static_cast<std::size_t>(read);
  }
  const int error = errno;
  ::close(fd);
  errno = error;
  if (read < 0) return io_error(path);
  if (got < length)
    return fail("store_broken", path + " ends before byte " + std::to_string(offset + length));
  return line;
}

}  // namespace shopbell
