#include "store/support.h"

#include <fstream>

using namespace shopbell;
using namespace shopbell::testing;
namespace fs = std::filesystem;

namespace {

/// Commits batches of two events and copies the folder after each, as a crash would leave it.
void commit_and_copy(const std::string& folder, const std::string& copies, int batches) {
  auto store = open_or_throw(folder);
  for (int i = 1; i <= batches; ++i) {
    const std::string n = std::to_string(i);
    Batch batch = next(*store, {event("a" + n), event("b" + n)}, at(i));
    batch.subjects = {{"customer:7", "after " + n}};
    batch.runs = {open_run("run" + n, "customer:7", batch.inputs[0].seq)};
    REQUIRE(store->commit(batch) == Committed::done);
    copy_as_crashed(folder, copies + "/" + n);
  }
}

/// Whole batches only, all lines there, nothing behind them, and the store goes on. Gives how many.
std::uint64_t check_whole(const std::string& folder) {
  auto store = open_or_throw(folder);
  const std::uint64_t seq = store->fence().seq;
  REQUIRE(seq % 2 == 0);
  const std::uint64_t batches = seq / 2;
  const auto loaded =
      value_of(store->load({"customer:7"}, {event_digest("shop", "a" + std::to_string(batches)),
                                            event_digest("shop", "a" + std::to_string(batches + 1))}));
  CHECK(loaded.subjects[0].state == (batches == 0 ? "" : "after " + std::to_string(batches)));
  CHECK(loaded.subjects[0].runs.size() == batches);
  CHECK(loaded.seen == std::vector<std::uint64_t>{batches == 0 ? 0 : seq - 1, 0});
  std::string lines;
  const auto reader = reader_or_throw(folder);
  for (std::uint64_t i = 1; i <= seq; ++i) lines += value_of(reader->line(i)) + "\n";
  const std::string segment = log_path(folder) + "/2026-11-21.jsonl";
  CHECK((fs::exists(segment) ? read_file(segment) : "") == lines);
  const std::string line = R"({"id":"next"})";
  Batch batch = next(*store, {event("next")});
  batch.inputs[0].line = line;
  REQUIRE(store->commit(batch) == Committed::done);
  CHECK(value_of(reader->line(seq + 1)) == line);
  return batches;
}

}  // namespace

TEST_CASE("after a crash the store has exactly what was committed") {
  const Folder folder, copies;
  commit_and_copy(folder / "live", copies.path(), 6);
  for (std::uint64_t i = 1; i <= 6; ++i) {
    INFO("crashed after batch " << i);
    CHECK(check_whole(copies / std::to_string(i)) == i);
  }
}

TEST_CASE("a tail of the log that no row points to is cut, at whatever byte it ends") {
  const Folder folder, copies;
  commit_and_copy(folder / "live", copies.path(), 2);
  const std::string segment = "/log/2026-11-21.jsonl";
  const std::string tail = R"({"specversion":"1.0","id":"never committed"})"
                           "\n"
                           R"({"spec)";
  for (std::size_t bytes = 1; bytes <= tail.size(); ++bytes) {
    INFO(bytes << " bytes of a tail");
    const std::string crashed = copies / "tail";
    fs::remove_all(crashed);
    fs::copy(copies / "2", crashed, fs::copy_options::recursive);
    std::ofstream(crashed + segment, std::ios::app | std::ios::binary) << tail.substr(0, bytes);
    CHECK(check_whole(crashed) == 2);
  }
}

TEST_CASE("a write-ahead log cut at any place gives whole batches, up to the cut") {
  const Folder folder, copies;
  commit_and_copy(folder / "live", copies.path(), 4);
  const std::string whole = read_file(copies / "4/shopbell.db-wal");
  REQUIRE(whole.size() > 10'000);
  std::uint64_t last = 0;
  for (std::size_t bytes = read_file(copies / "1/shopbell.db-wal").size(); bytes <= whole.size();
       bytes += 997) {
    INFO("cut after " << bytes << " of " << whole.size() << " bytes");
    const std::string crashed = copies / "cut";
    fs::remove_all(crashed);
    fs::copy(copies / "4", crashed, fs::copy_options::recursive);
    fs::resize_file(crashed + "/shopbell.db-wal", bytes);
    const std::uint64_t batches = check_whole(crashed);
    CHECK(batches >= std::max<std::uint64_t>(last, 1));
    last = batches;
  }
  CHECK(last >= 3);
}

TEST_CASE("a segment that was begun and never committed to is removed") {
  const Folder folder, copies;
  commit_and_copy(folder / "live", copies.path(), 2);
  const std::string next_day = copies / "2/log/2026-11-22.jsonl";
  std::ofstream(next_day) << "{}\n";
  CHECK(check_whole(copies / "2") == 2);
  CHECK(!fs::exists(next_day));
}

TEST_CASE("more segments than a crash can leave are not removed: the database is an old one") {
  const Folder folder, copies;
  commit_and_copy(folder / "live", copies.path(), 1);
  std::ofstream(copies / "1/log/2026-11-22.jsonl") << "{}\n";
  std::ofstream(copies / "1/log/2026-11-23.jsonl") << "{}\n";
  const auto store = Store::open(copies / "1");
  REQUIRE(!store);
  CHECK(store.error().code == "store_broken");
  CHECK(fs::exists(copies / "1/log/2026-11-23.jsonl"));
}

TEST_CASE("committed lines that are missing make the store broken, and say where") {
  const Folder folder, copies;
  commit_and_copy(folder / "live", copies.path(), 2);
  const std::string segment = copies / "2/log/2026-11-21.jsonl";
  fs::resize_file(segment, fs::file_size(segment) - 1);
  auto store = Store::open(copies / "2");
  REQUIRE(!store);
  CHECK(store.error().code == "store_broken");
  CHECK(store.error().message.find("2026-11-21.jsonl") != std::string::npos);
  fs::remove(copies / "2/shopbell.db");
  fs::remove(copies / "2/shopbell.db-wal");
  store = Store::open(copies / "2");
  REQUIRE(!store);
  CHECK(store.error().code == "store_broken");
}

TEST_CASE("a database that is none is refused as broken") {
  const Folder folder;
  std::ofstream(folder / "shopbell.db") << std::string(8192, 'x');
  const auto store = Store::open(folder.path());
  REQUIRE(!store);
  CHECK(store.error().code == "store_broken");
}

TEST_CASE("a closed store leaves plain lines, a segment a day") {
  const Folder folder;
  {
    auto store = open_or_throw(folder.path());
    REQUIRE(store->commit(next(*store, {event("1")}, at(0))) == Committed::done);
    REQUIRE(store->commit(next(*store, {event("2")}, at(86'400))) == Committed::done);
    REQUIRE(store->commit(next(*store, {event("3")}, at(86'399))) == Committed::done);
  }
  CHECK(read_file(folder / "log/2026-11-21.jsonl") == std::string(event("1").line) + "\n");
  CHECK(read_file(folder / "log/2026-11-22.jsonl") ==
        std::string(event("2").line) + "\n" + std::string(event("3").line) + "\n");
  CHECK(!fs::exists(folder / "shopbell.db-wal"));
  CHECK(value_of(reader_or_throw(folder.path())->line(3)) == event("3").line);
}
