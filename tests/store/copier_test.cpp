// The write-ahead log, copied into the database beside the commits.

#include "store/copier.h"
#include "store/fault_vfs.h"
#include "store/support.h"

#include <thread>

using namespace shopbell;
using namespace shopbell::testing;
namespace fs = std::filesystem;

namespace {

constexpr int subjects_at_once = 100;

/// Each row fills some pages of its own.
void commit_subjects(Store& store, int& count) {
  Batch batch = next(store, {event("e" + std::to_string(count))});
  for (int i = 0; i < subjects_at_once; ++i)
    batch.subjects.push_back({"s" + std::to_string(count++), std::string(20'000, 's')});
  REQUIRE(store.commit(batch) == Committed::done);
}

/// Of the database file alone, as it would be without its write-ahead log.
int subjects_in_database(const std::string& folder) {
  const Folder alone;
  fs::copy_file(database_path(folder), database_path(alone.path()));
  auto db = value_of(sqlite::Database::open(database_path(alone.path()), SQLITE_OPEN_READWRITE, nullptr));
  int code = SQLITE_OK, count = -1;
  auto statement = db.prepare("SELECT count(*) FROM subject", code);
  statement.each([&](const sqlite::Row& row) {
    count = static_cast<int>(row.integer(0));
    return true;
  });
  return count;
}

void wait_for(const Copier& copier) {
  while (copier.busy()) std::this_thread::yield();
}

}  // namespace

TEST_CASE("what is committed while the log is copied is lost at no crash, and the log is begun anew in the end") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  int count = 0, crashes = 0;
  for (int i = 0; i < 20; ++i) {
    commit_subjects(*store, count);
    store->tidy();
    if (i % 4 != 3) continue;
    const Folder after;
    copy_as_crashed(folder.path(), after.path());
    const auto opened = open_or_throw(after.path());
    CHECK(opened->fence().seq == static_cast<std::uint64_t>(i) + 1);
    CHECK(value_of(opened->load({"s" + std::to_string(count - 1)}, {})).subjects[0].state.size() == 20'000);
    ++crashes;
  }
  CHECK(crashes == 5);
  bool anew = false;  // it is as long as before, as its beginning is written over
  for (int i = 0; i < 1'000'000 && !anew; ++i) {
    store->tidy();
    std::this_thread::yield();
    if (i % 1'000 != 0) continue;
    const auto size = fs::file_size(folder / "shopbell.db-wal");
    REQUIRE(store->commit(next(*store, {event("small " + std::to_string(i))})) == Committed::done);
    anew = fs::file_size(folder / "shopbell.db-wal") == size;
  }
  CHECK(anew);
}

TEST_CASE("a copying that cannot write says so, whether the disk is full or broken, and one later makes up for it") {
  const Folder folder;
  const char* vfs = fault_vfs();
  auto store = open_or_throw(folder.path(), {system_files(), vfs});
  const auto copier = Copier::open(database_path(folder.path()), vfs);
  REQUIRE(copier);
  int count = 0;
  for (const int error : {SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_OK}) {
    commit_subjects(*store, count);
    faults() = {".db", error, 0, 0};
    copier->begin();
    wait_for(*copier);
    faults() = {};
    CHECK(copier->result() == error);
  }
  CHECK(subjects_in_database(folder.path()) == count);
}

TEST_CASE("a copying that fails stops the store at its next tidying") {
  const Folder folder;
  const char* vfs = fault_vfs();
  auto store = open_or_throw(folder.path(), {system_files(), vfs});
  int count = 0;
  for (int i = 0; i < 15; ++i) commit_subjects(*store, count);
  faults() = {".db", SQLITE_IOERR_WRITE, 0, 0};
  Committed last = Committed::done;
  for (int i = 0; i < 1'000'000 && last == Committed::done; ++i) {
    store->tidy();
    if (i % 10'000 == 9'999) last = store->commit(next(*store, {event("next " + std::to_string(i))}));
    std::this_thread::yield();
  }
  faults() = {};
  CHECK(last == Committed::failed);
}
