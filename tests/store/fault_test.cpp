#include "store/fault_vfs.h"
#include "store/support.h"

#include <cerrno>
#include <unistd.h>

using namespace shopbell;
using namespace shopbell::testing;
namespace fs = std::filesystem;

namespace {

/// What a full or dying disk answers; the real calls when nothing is set.
struct Disk {
  bool sync_fails = false;
  bool cut_fails = false;
  int write_error = 0;
  std::size_t room = 0;  // with write_error: bytes that still fit

  FileCalls calls() {
    FileCalls files = system_files();
    files.sync = [this, real = files.sync](int fd) {
      if (!sync_fails) return real(fd);
      errno = EIO;
      return -1;
    };
    files.cut = [this, real = files.cut](int fd, off_t size) {
      if (!cut_fails) return real(fd, size);
      errno = EIO;
      return -1;
    };
    files.write = [this, real = files.write](int fd, const iovec* parts, int count, off_t offset) -> ssize_t {
      if (write_error == 0) return real(fd, parts, count, offset);
      const std::size_t fits = std::min(room, parts[0].iov_len);
      room -= fits;
      if (fits > 0) return ::pwrite(fd, parts[0].iov_base, fits, offset);
      errno = write_error;
      return -1;
    };
    return files;
  }
};

/// Then nothing happens beside the caller, who sets and clears the faults.
FileCalls files_of_one_thread() {
  FileCalls files = system_files();
  files.sync_beside = false;
  return files;
}

/// The events with seq 1…n are there, with their lines and nothing else.
void check_only(const std::string& folder, const std::vector<std::string>& ids) {
  auto store = open_or_throw(folder);
  CHECK(store->fence().seq == ids.size());
  const auto reader = reader_or_throw(folder);
  std::string lines;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    CHECK(value_of(reader->event(i + 1))->event_id == ids[i]);
    lines += value_of(reader->line(i + 1)) + "\n";
  }
  CHECK(read_file(folder + "/log/2026-11-21.jsonl") == lines);
  CHECK(value_of(reader->counts()).events == ids.size());
}

}  // namespace

TEST_CASE("when the log cannot be synced a batch is never done, and the store stops") {
  const Folder folder;
  Disk disk;
  {
    auto store = open_or_throw(folder.path(), {disk.calls(), nullptr});
    REQUIRE(store->commit(next(*store, {event("1")})) == Committed::done);
    disk.sync_fails = true;
    CHECK(store->commit(next(*store, {event("2")})) == Committed::failed);
    disk.sync_fails = false;
    CHECK(store->commit(next(*store, {event("2")})) == Committed::failed);
    CHECK(store->fence().seq == 1);
  }
  check_only(folder.path(), {"1"});
}

TEST_CASE(
    "a disk that fills up in the middle of a line gives full, keeps nothing, and takes the batch again") {
  const Folder folder;
  Disk disk;
  auto store = open_or_throw(folder.path(), {disk.calls(), nullptr});
  REQUIRE(store->commit(next(*store, {event("1")})) == Committed::done);
  const Batch batch = next(*store, {event("2"), event("3")});
  for (const std::size_t room : {0, 1, 50}) {
    for (const int error : {ENOSPC, EDQUOT}) {
      INFO("room for " << room << " bytes, errno " << error);
      disk.write_error = error;
      disk.room = room;
      CHECK(store->commit(batch) == Committed::full);
      CHECK(read_file(folder / "log/2026-11-21.jsonl") == std::string(event("1").line) + "\n");
      CHECK(store->fence().seq == 1);
    }
  }
  disk.write_error = 0;
  CHECK(store->commit(batch) == Committed::done);
  store.reset();
  check_only(folder.path(), {"1", "2", "3"});
}

TEST_CASE("a full disk whose half-written line cannot be cut stops the store") {
  const Folder folder;
  Disk disk;
  {
    auto store = open_or_throw(folder.path(), {disk.calls(), nullptr});
    REQUIRE(store->commit(next(*store, {event("1")})) == Committed::done);
    disk.write_error = ENOSPC;
    disk.room = 20;
    disk.cut_fails = true;
    CHECK(store->commit(next(*store, {event("2")})) == Committed::failed);
    disk.write_error = 0;
    CHECK(store->commit(next(*store, {event("2")})) == Committed::failed);
  }
  check_only(folder.path(), {"1"});
}

TEST_CASE("any other error of a write to the log stops the store") {
  const Folder folder;
  Disk disk;
  {
    auto store = open_or_throw(folder.path(), {disk.calls(), nullptr});
    disk.write_error = EIO;
    CHECK(store->commit(next(*store, {event("1")})) == Committed::failed);
    disk.write_error = 0;
    CHECK(store->commit(next(*store, {event("1")})) == Committed::failed);
  }
  CHECK(open_or_throw(folder.path())->fence() == Fence{2, 0});
}

TEST_CASE("a full disk under the write-ahead log gives full at whichever byte, and nothing is half kept") {
  const Folder folder;
  const char* vfs = fault_vfs();
  {
    auto store = open_or_throw(folder.path(), {system_files(), vfs});
    REQUIRE(store->commit(next(*store, {event("1")})) == Committed::done);
    Batch batch = next(*store, {event("2")});
    batch.subjects = {{"customer:7", std::string(20'000, 's')}};
    batch.inputs[0].source = "another shop";  // an id that must not be remembered when it is rolled back
    batch.runs = {open_run("a", "customer:7", 2)};
    Committed result = Committed::full;
    int kilobytes = 0;
    for (; result == Committed::full && kilobytes < 500; ++kilobytes) {
      faults() = {"-wal", SQLITE_FULL, 0, kilobytes * 1'000};
      result = store->commit(batch);
      faults() = {};
      if (result == Committed::full) {
        CHECK(store->fence().seq == 1);
        CHECK(value_of(store->load({"customer:7"}, {event_digest("shop", "2")})).subjects[0].state.empty());
        CHECK(read_file(folder / "log/2026-11-21.jsonl") == std::string(event("1").line) + "\n");
      }
    }
    CHECK(result == Committed::done);
    CHECK(kilobytes > 20);
  }
  check_only(folder.path(), {"1", "2"});
  CHECK(value_of(reader_or_throw(folder.path())->event(2))->source == "another shop");
}

TEST_CASE("an I/O error of the write-ahead log, or of its sync, stops the store without a done") {
  const Faults fault =
      GENERATE(Faults{"-wal", SQLITE_IOERR_WRITE, 0, 0}, Faults{"-wal", 0, SQLITE_IOERR_FSYNC, 0});
  const Folder folder;
  const char* vfs = fault_vfs();
  {
    auto store = open_or_throw(folder.path(), {system_files(), vfs});
    REQUIRE(store->commit(next(*store, {event("1")})) == Committed::done);
    faults() = fault;
    CHECK(store->commit(next(*store, {event("2")})) == Committed::failed);
    faults() = {};
    CHECK(store->commit(next(*store, {event("2")})) == Committed::failed);
  }
  // What a failed sync left is unknown: either is whole.
  const std::uint64_t seq = open_or_throw(folder.path())->fence().seq;
  check_only(folder.path(), seq == 2 ? std::vector<std::string>{"1", "2"} : std::vector<std::string>{"1"});
}

TEST_CASE("what is written is there for the next batch, but a sync that fails means that it never was done") {
  const Folder folder;
  const char* vfs = fault_vfs();
  {
    auto store = open_or_throw(folder.path(), {system_files(), vfs});
    REQUIRE(store->commit(next(*store, {event("1")})) == Committed::done);
    faults() = {"-wal", 0, SQLITE_IOERR_FSYNC, 0};
    CHECK(store->write(next(*store, {event("2")})) == Committed::done);
    CHECK(value_of(store->load({}, {event_digest("shop", "2")})).seen == std::vector<std::uint64_t>{2});
    CHECK(store->write(next(*store, {event("3")})) == Committed::done);
    CHECK_FALSE(store->sync());
    faults() = {};
    CHECK_FALSE(store->sync());  // the system would now say that all is well
    CHECK(store->write(next(*store, {event("4")})) == Committed::failed);
    store->tidy();
  }
  const std::uint64_t seq = open_or_throw(folder.path())->fence().seq;
  CHECK((seq == 1 || seq == 3));
}

TEST_CASE("a write-ahead log that is begun anew is synced before pages of the one before are written over") {
  const Folder folder;
  const char* vfs = fault_vfs();
  auto store = open_or_throw(folder.path(), {files_of_one_thread(), vfs});
  for (int i = 0; i < 10; ++i) {
    Batch batch = next(*store, {});
    for (int n = 0; n < 100; ++n)
      batch.subjects.push_back({"s" + std::to_string(i * 100 + n), std::string(30'000, 's')});
    REQUIRE(store->commit(batch) == Committed::done);
  }
  store->tidy();
  faults() = {"-wal", 0, SQLITE_IOERR_FSYNC, 0};
  CHECK(store->write(next(*store, {event("1")})) == Committed::failed);
  faults() = {};
}

TEST_CASE(
    "a checkpoint that finds the disk full leaves all in the write-ahead log; a failed one stops the store") {
  const Folder folder;
  const char* vfs = fault_vfs();
  auto store = open_or_throw(folder.path(), {files_of_one_thread(), vfs});
  const auto grow = [&](int error, int batches) {
    for (int i = 0; i < batches; ++i) {
      Batch batch = next(*store, {});
      for (int n = 0; n < 100; ++n)
        batch.subjects.push_back({"s" + std::to_string(i * 100 + n), std::string(20'000, 's')});
      REQUIRE(store->commit(batch) == Committed::done);
    }
    faults() = {".db", error, 0, 0};
    store->tidy();
    faults() = {};
  };
  grow(SQLITE_FULL, 13);
  CHECK(store->commit(next(*store, {event("1")})) == Committed::done);
  grow(SQLITE_IOERR_WRITE, 4);
  CHECK(store->commit(next(*store, {event("2")})) == Committed::failed);
  store.reset();
  check_only(folder.path(), {"1"});
  CHECK(value_of(reader_or_throw(folder.path())->subject_state("s999"))->size() == 20'000);
}
