#pragma once
// The log: events as lines of CloudEvents JSON in FOLDER/YYYY-MM-DD.jsonl, then .1.jsonl, .2.jsonl … of
// the same day. Files are only ever appended to; what no row points to is cut when they are opened.
// One thread writes; the sync itself runs on a thread of the log's own, unless FileCalls says otherwise.

#include <shopbell/error.h>
#include <shopbell/time.h>

#include <sys/types.h>
#include <sys/uio.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

constexpr std::uint64_t segment_bytes_max = std::uint64_t{1} << 30;  // then the day's next one begins
constexpr std::uint64_t segment_reserve_bytes = std::uint64_t{64} << 20;

/// What the log asks of the system, each as its man page says; tests hand in ones that fail, or a disk of their own.
struct FileCalls {
  std::function<int(const std::string& path, int flags)> open;  // a file or a folder; made with mode 0640
  std::function<void(int fd)> close;
  std::function<off_t(int fd)> size;
  std::function<Result<void>(const std::string& folder)> make_folder;
  std::function<Result<std::vector<std::string>>(const std::string& folder)> names;  // of the files in it
  std::function<int(const std::string& path)> remove;
  std::function<ssize_t(int fd, const iovec* parts, int count, off_t at)> write;
  std::function<int(int fd)> sync;
  std::function<int(int fd, off_t at, off_t bytes)> reserve;  // blocks only: the size stays
  std::function<int(int fd, off_t size)> cut;
  bool sync_beside = true;  // on a thread of the log's own, while its caller writes rows
};
FileCalls system_files();

/// Where the committed part of the log ends.
struct LogEnd {
  std::string segment;  // file name; empty: nothing was ever written
  std::uint64_t offset = 0;
};

class Log {
 public:
  enum class Wrote : std::uint8_t { ok, full, failed };

  /// Cuts what is behind `committed`. Errors: "store_broken" when less is there than was committed, "io".
  static Result<std::unique_ptr<Log>> open(const std::string& folder, const LogEnd& committed,
                                           FileCalls calls);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Appends lines, each ended by a line break, all to one segment: that of `at`'s day, or the newest when
  /// that is of a later day. `offsets` gets where each begins.
  Wrote append(Time at, const std::vector<std::string_view>& lines, std::vector<std::uint64_t>& offsets);
  /// Starts to sync what was appended, beside the caller; finish_sync waits and says if all is on the disk.
  void start_sync();
  bool finish_sync();
  /// The appended lines stay; or they go (false: they could not be cut).
  void keep() { kept_ = end_; }
  bool cut();
  /// Gives back the room that was reserved. Without it the files stay just as they are.
  void close();
  const LogEnd& end() const { return end_; }

 private:
  class Syncer;

  Log(std::string folder, FileCalls calls);
  Result<void> open_last(const LogEnd& committed);
  Result<void> remove_after(const std::string& last);
  bool begin_segment(const std::string& name);
  std::string segment_for(Time at) const;
  Wrote write_all(std::vector<iovec>& parts);
  void reserve(std::uint64_t bytes);

  std::string folder_;
  FileCalls calls_;
  int fd_ = -1;
  LogEnd end_, kept_;
  std::uint64_t reserved_ = 0;
  bool synced_ = true;               // without a syncer: how the last sync ended
  std::unique_ptr<Syncer> syncer_;   // null: syncs are not made beside the caller
};

/// One line as committed. Errors: "log_gone" (the segment is no longer there), "store_broken", "io".
Result<std::string> read_line(const std::string& folder, const std::string& segment, std::uint64_t offset,
                              std::uint64_t length);

}  // namespace shopbell
