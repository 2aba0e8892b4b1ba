#pragma once
// A disk in memory, for the store's database and its log. What was written and not synced is at risk: at a
// power cut each sector of it is kept or lost by the seed. At any operation it can be told to fail, to be
// full, or to lose its power. One thread.

#include "store/open.h"
#include "support/random.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct sqlite3_vfs;

namespace shopbell::testing {

constexpr std::size_t sector_bytes = 512;

/// What goes wrong at an operation: a write, a sync, a cut, the making or removing of a file. A full disk
/// refuses writes and new files only.
enum class Mishap : std::uint8_t { none, error_once, error_for_ever, full, power };

class SimDisk {
 public:
  explicit SimDisk(std::uint64_t seed);
  ~SimDisk();
  SimDisk(const SimDisk&) = delete;
  SimDisk& operator=(const SimDisk&) = delete;

  /// For open_store. The lock of the store alone is a real file.
  Ground ground();

  /// The operation with this number (the first is 1) goes wrong; `full` lasts for `operations` of them.
  void plan(std::uint64_t at, Mishap mishap, std::uint64_t operations = 1);
  std::uint64_t operations() const { return operations_; }
  std::uint64_t syncs() const { return syncs_; }
  bool powered() const { return powered_; }
  /// From now on nothing has an effect, until power_on() or start_again(): the process is dead.
  void power_off() { powered_ = false; }
  /// After a power cut: unsynced sectors and names are kept or lost.
  void power_on();
  /// After the process alone has died: all that was written is there.
  void start_again();

  /// All files as they are: to begin another disk with. Both must have no file open.
  void copy_to(SimDisk& other) const;
  std::string text_of(const std::string& name_ends) const;

 private:
  friend struct SimVfs;
  struct Change {
    std::uint64_t at = 0;
    std::string bytes;
    bool cut = false;  // to `at` bytes
    std::string before = {};         // what stood there,
    std::size_t size_before = 0;     // in a file of that size
  };
  struct File {
    std::string now;
    std::vector<Change> unsynced;                 // in `now` already; none: the disk has it as it is
    std::vector<std::unique_ptr<char[]>> shared;  // SQLite's index of the write-ahead log
    int connections = 0;                          // of SQLite that have it open
  };
  using Names = std::map<std::string, std::shared_ptr<File>>;
  struct Open {
    std::shared_ptr<File> file;  // null: a folder
    std::string folder;
  };

  Mishap next();
  Mishap next_whole(bool takes_room);
  bool allowed(bool takes_room);
  static void apply(std::string& to, const Change& change);
  static void take_back(std::string& from, const Change& change);
  void change(File& file, Change made);
  static void sync(File& file);
  void sync_with_name(const std::shared_ptr<File>& file);
  void sync_names(const std::string& folder);
  std::string survived(const File& file, unsigned keep_percent);
  FileCalls calls();
  std::shared_ptr<File> find(const std::string& name) const;
  int open_file(const std::string& path, int flags);
  long write_parts(int fd, const struct iovec* parts, int count, long at);
  int sync_fd(int fd);

  Random random_;
  Names names_, durable_;  // as the process sees them, and as the disk has them
  std::map<int, Open> open_;
  int next_fd_ = 1'000'000;
  std::uint64_t operations_ = 0, syncs_ = 0;
  std::uint64_t strike_at_ = 0, strike_until_ = 0;
  Mishap planned_ = Mishap::none;
  bool powered_ = true;
  std::unique_ptr<sqlite3_vfs> vfs_;
  std::string vfs_name_;
};

}  // namespace shopbell::testing
