#include "support/sim_disk.h"

#include "store/sqlite.h"
#include "support/sim_vfs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <stdexcept>

namespace shopbell::testing {
namespace {

std::string folder_of(const std::string& name) { return name.substr(0, name.rfind('/')); }

}  // namespace

SimDisk::SimDisk(std::uint64_t seed) : random_(seed) {
  static std::atomic<int> made = 0;
  vfs_name_ = "simulated-" + std::to_string(++made);
  vfs_ = std::make_unique<sqlite3_vfs>(SimVfs::table(*this, vfs_name_.c_str()));
  sqlite::set_up();  // before SQLite is in use: else each of its allocations takes a lock that all threads share
  sqlite3_vfs_register(vfs_.get(), 0);
}

SimDisk::~SimDisk() { sqlite3_vfs_unregister(vfs_.get()); }

Ground SimDisk::ground() {
  Ground ground;
  ground.files = calls();
  ground.vfs = vfs_name_.c_str();
  return ground;
}

void SimDisk::plan(std::uint64_t at, Mishap mishap, std::uint64_t operations) {
  strike_at_ = at;
  strike_until_ = mishap == Mishap::error_for_ever ? UINT64_MAX : at + operations;
  planned_ = mishap;
}

/// Counts an operation, and says what is to go wrong with it. When the power goes, the operation under way
/// may still have been begun.
Mishap SimDisk::next() {
  if (!powered_) return Mishap::power;
  ++operations_;
  if (planned_ == Mishap::none || operations_ < strike_at_ || operations_ >= strike_until_) return Mishap::none;
  if (planned_ == Mishap::power) powered_ = false;
  return planned_;
}

/// For an operation that is done whole or not at all; only one that takes room meets a full disk.
Mishap SimDisk::next_whole(bool takes_room) {
  const Mishap mishap = next();
  return mishap == Mishap::full && !takes_room ? Mishap::none : mishap;
}

bool SimDisk::allowed(bool takes_room) {
  const Mishap mishap = next_whole(takes_room);
  errno = mishap == Mishap::full ? ENOSPC : EIO;
  return mishap == Mishap::none;
}

void SimDisk::apply(std::string& to, const Change& change) {
  if (change.cut) return to.resize(change.at);
  if (to.size() < change.at + change.bytes.size()) to.resize(change.at + change.bytes.size());
  std::copy(change.bytes.begin(), change.bytes.end(), to.begin() + static_cast<std::ptrdiff_t>(change.at));
}

void SimDisk::take_back(std::string& from, const Change& change) {
  from.resize(change.size_before);
  std::copy(change.before.begin(), change.before.end(), from.begin() + static_cast<std::ptrdiff_t>(change.at));
}

void SimDisk::change(File& file, Change made) {
  made.size_before = file.now.size();
  if (made.at < file.now.size()) made.before = file.now.substr(made.at, made.cut ? std::string::npos : made.bytes.size());
  apply(file.now, made);
  file.unsynced.push_back(std::move(made));
}

void SimDisk::sync(File& file) { file.unsynced.clear(); }

/// As SQLite's own file system for Unix does it: the first sync of a file is one of its folder, too.
void SimDisk::sync_with_name(const std::shared_ptr<File>& file) {
  sync(*file);
  for (const auto& [name, known] : names_) {
    if (known != file) continue;
    const auto durable = durable_.find(name);
    if (durable == durable_.end() || durable->second != file) sync_names(folder_of(name));
    return;
  }
}

/// A folder's names as they are now are on the disk.
void SimDisk::sync_names(const std::string& folder) {
  const auto in_it = [&](const std::string& name) { return folder_of(name) == folder; };
  std::erase_if(durable_, [&](const auto& entry) { return in_it(entry.first) && !names_.contains(entry.first); });
  for (const auto& [name, file] : names_)
    if (in_it(name)) durable_[name] = file;
}

/// What the disk has of a file when the power went: sectors reach it in any order, or do not.
std::string SimDisk::survived(const File& file, unsigned keep_percent) {
  std::string bytes = file.now;
  for (auto change = file.unsynced.rbegin(); change != file.unsynced.rend(); ++change) take_back(bytes, *change);
  for (const Change& change : file.unsynced) {
    if (change.cut) {
      if (random_.chance(keep_percent)) apply(bytes, change);
      continue;
    }
    for (std::uint64_t at = change.at; at < change.at + change.bytes.size();) {
      const std::uint64_t end = std::min((at / sector_bytes + 1) * sector_bytes, change.at + change.bytes.size());
      if (random_.chance(keep_percent)) apply(bytes, {at, change.bytes.substr(at - change.at, end - at)});
      at = end;
    }
  }
  return bytes;
}

void SimDisk::power_on() {
  static constexpr std::array<unsigned, 5> luck{0, 0, 30, 70, 100};
  const unsigned keep = random_.pick(luck);
  Names after;
  for (const auto& [name, file] : durable_)
    if (names_.contains(name) || !random_.chance(keep)) after[name] = file;
  for (const auto& [name, file] : names_)
    if (durable_.contains(name) || random_.chance(keep)) after[name] = file;
  for (auto& [name, file] : after) {
    auto left = std::make_shared<File>();
    left->now = survived(*file, keep);
    file = std::move(left);
  }
  names_ = durable_ = std::move(after);
  open_.clear();
  planned_ = Mishap::none;
  powered_ = true;
}

void SimDisk::start_again() {
  for (auto& [name, file] : names_) file->shared.clear();
  open_.clear();
  planned_ = Mishap::none;
  powered_ = true;
}

void SimDisk::copy_to(SimDisk& other) const {
  other.names_.clear();
  for (const auto& [name, file] : names_) {
    auto copy = std::make_shared<File>();
    copy->now = file->now;
    other.names_[name] = std::move(copy);
  }
  other.durable_ = other.names_;
}

std::string SimDisk::text_of(const std::string& name_ends) const {
  for (const auto& [name, file] : names_)
    if (name.ends_with(name_ends)) return file->now;
  return {};
}

std::shared_ptr<SimDisk::File> SimDisk::find(const std::string& name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : found->second;
}

int SimDisk::open_file(const std::string& path, int flags) {
  Open opened;
  if ((flags & O_DIRECTORY) != 0) {
    opened.folder = path;
  } else if (auto there = find(path)) {
    if ((flags & O_EXCL) != 0) return errno = EEXIST, -1;
    opened.file = std::move(there);
  } else {
    if ((flags & O_CREAT) == 0) return errno = ENOENT, -1;
    if (!allowed(true)) return -1;
    opened.file = names_[path] = std::make_shared<File>();
  }
  open_[next_fd_] = std::move(opened);
  return next_fd_++;
}

long SimDisk::write_parts(int fd, const iovec* parts, int count, long at) {
  const bool was_powered = powered_;
  const Mishap mishap = next();
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  errno = mishap == Mishap::full ? ENOSPC : EIO;
  if (mishap == Mishap::error_once || mishap == Mishap::error_for_ever) return -1;
  if (mishap == Mishap::full) bytes.resize(random_.below(bytes.size()));  // what still fits
  if (mishap == Mishap::full && bytes.empty()) return -1;
  const long wrote = static_cast<long>(bytes.size());
  const auto opened = open_.find(fd);
  if (was_powered && opened != open_.end()) change(*opened->second.file, {static_cast<std::uint64_t>(at), std::move(bytes)});
  return mishap == Mishap::power ? -1 : wrote;
}

int SimDisk::sync_fd(int fd) {
  if (!allowed(false)) return -1;
  ++syncs_;
  const Open& opened = open_.at(fd);
  if (opened.file) sync(*opened.file);
  else sync_names(opened.folder);
  return 0;
}

FileCalls SimDisk::calls() {
  FileCalls files;
  files.sync_beside = false;
  files.open = [this](const std::string& path, int flags) { return open_file(path, flags); };
  files.close = [this](int fd) { open_.erase(fd); };
  files.size = [this](int fd) { return static_cast<off_t>(open_.at(fd).file->now.size()); };
  files.make_folder = [](const std::string&) { return Result<void>(); };
  files.names = [this](const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& [name, file] : names_)
      if (name.starts_with(folder + "/")) names.push_back(name.substr(folder.size() + 1));
    return Result<std::vector<std::string>>(std::move(names));
  };
  files.remove = [this](const std::string& path) {
    if (!allowed(false)) return -1;
    names_.erase(path);
    return 0;
  };
  files.write = [this](int fd, const iovec* parts, int count, off_t at) -> ssize_t { return write_parts(fd, parts, count, at); };
  files.sync = [this](int fd) { return sync_fd(fd); };
  files.reserve = [](int, off_t, off_t) { return 0; };
  files.cut = [this](int fd, off_t size) {
    if (!allowed(false)) return -1;
    const auto opened = open_.find(fd);
    if (opened != open_.end()) change(*opened->second.file, {static_cast<std::uint64_t>(size), {}, true});
    return 0;
  };
  return files;
}

}  // namespace shopbell::testing
