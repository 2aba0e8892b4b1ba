// What the disk may do at any single operation, and the power at any moment: nothing that the store said is
// done is ever lost, and whatever is there is whole batches.

#include "store/support.h"
#include "support/sim_disk.h"

using namespace shopbell;
using namespace shopbell::testing;

namespace {

constexpr int batches = 8;

struct Told {
  int done = 0;     // batches that the store said are durable
  int begun = 0;    // batches that it was given
  bool full = false;
};

Batch batch_of(const Store& store, int n) {
  const std::string number = std::to_string(n);
  Batch batch = next(store, {event("a" + number), event("b" + number)}, at(n * 20'000));  // five of them are a day
  batch.subjects = {{"customer:7", "after " + number}};
  batch.runs = {open_run("run" + number, "customer:7", batch.inputs[0].seq, at(n))};
  CallRow call;
  call.key = "call" + number;
  batch.calls = {call};
  return batch;
}

/// One life of the store after the other, each of three batches and a clean end, until something goes wrong.
Told work(const std::string& folder, const Ground& ground, Told told = {}) {
  while (told.done < batches) {
    auto store = open_store(folder, ground);
    if (!store) return told;
    for (int n = 0; n < 3 && told.done < batches; ++n) {
      const Batch batch = batch_of(**store, told.done + 1);
      Committed result = Committed::full;
      told.begun = told.done + 1;
      for (int tries = 0; result == Committed::full && tries < 200; ++tries) {
        result = (*store)->commit(batch);
        told.full = told.full || result == Committed::full;
      }
      if (result != Committed::done) return told;
      ++told.done;
      (*store)->tidy();
    }
  }
  return told;
}

/// Which batches are there; the store is opened once more, on a disk in order. Each is whole or not at all.
int kept(const std::string& folder, SimDisk& disk, const Ground& ground) {
  auto store = value_of(open_store(folder, ground));
  const auto seq = store->fence().seq;
  REQUIRE(seq % 2 == 0);
  const int there = static_cast<int>(seq / 2);
  const auto number = std::to_string(there);
  const auto loaded = value_of(store->load({"customer:7"}, {event_digest("shop", "b" + number), event_digest("shop", "a" + std::to_string(there + 1))}));
  REQUIRE(loaded.subjects[0].state == (there == 0 ? "" : "after " + number));
  REQUIRE(loaded.subjects[0].runs.size() == static_cast<std::size_t>(there));
  REQUIRE(loaded.seen == std::vector<std::uint64_t>{seq, 0});
  REQUIRE(all_due_calls(*store, at(1'000'000)).size() == static_cast<std::size_t>(there));
  std::string first_day, later;
  for (int n = 1; n <= there; ++n)
    for (const char* part : {"a", "b"}) (n < 5 ? first_day : later) += std::string(event(part + std::to_string(n)).line) + "\n";
  REQUIRE(disk.text_of("2026-11-21.jsonl") == first_day);
  REQUIRE(disk.text_of("2026-11-22.jsonl") == later);
  return there;
}

std::uint64_t operations_without_mishap() {
  const Folder folder;
  SimDisk disk(1);
  REQUIRE(work(folder.path(), disk.ground()).done == batches);
  return disk.operations();
}

/// The power goes at each operation in turn, some seeds each. How many batches that were done are gone.
int lost_to_power_cuts(const char* synchronous, int seeds) {
  int lost = 0;
  const std::uint64_t all = operations_without_mishap();
  REQUIRE(all > 100);
  for (std::uint64_t at = 1; at <= all; ++at)
    for (int seed = 0; seed < seeds; ++seed) {
      const Folder folder;
      SimDisk disk(at * 1000 + static_cast<std::uint64_t>(seed));
      Ground ground = disk.ground();
      ground.synchronous = synchronous;
      INFO("the power goes at operation " << at << ", seed " << seed);
      disk.plan(at, Mishap::power);
      const Told told = work(folder.path(), ground);
      disk.power_on();
      const int there = kept(folder.path(), disk, ground);
      REQUIRE(there <= told.begun);
      lost += std::max(0, told.done - there);
    }
  return lost;
}

}  // namespace

TEST_CASE("wherever the power goes, what was done is there and what is there is whole") { CHECK(lost_to_power_cuts("FULL", 4) == 0); }

TEST_CASE("with synchronous=NORMAL the same power cuts lose batches that were done") { CHECK(lost_to_power_cuts("NORMAL", 4) > 0); }

TEST_CASE("whichever write, sync or name fails, once or for ever, what was done is there after a power cut") {
  const Mishap mishap = GENERATE(Mishap::error_once, Mishap::error_for_ever);
  const std::uint64_t all = operations_without_mishap();
  int stopped = 0;
  for (std::uint64_t at = 1; at <= all; ++at) {
    const Folder folder;
    SimDisk disk(at);
    INFO("operation " << at << " fails");
    disk.plan(at, mishap);
    const Told told = work(folder.path(), disk.ground());
    disk.power_off();
    disk.power_on();
    const int there = kept(folder.path(), disk, disk.ground());
    REQUIRE(there >= told.done);
    REQUIRE(there <= told.begun);
    stopped += told.done < batches;
  }
  CHECK(stopped > static_cast<int>(all) / 3);
}

TEST_CASE("a disk that is full for a while, from whichever operation on, loses and doubles nothing") {
  const std::uint64_t all = operations_without_mishap();
  int met = 0;
  for (std::uint64_t at = 1; at <= all; ++at) {
    const Folder folder;
    SimDisk disk(at);
    INFO("full from operation " << at << " on");
    disk.plan(at, Mishap::full, 30);
    Told told = work(folder.path(), disk.ground());
    met += told.full;
    disk.power_off();
    disk.power_on();
    REQUIRE(kept(folder.path(), disk, disk.ground()) >= told.done);
    disk.power_off();
    disk.start_again();
    told.done = kept(folder.path(), disk, disk.ground());
    REQUIRE(work(folder.path(), disk.ground(), told).done == batches);
    CHECK(kept(folder.path(), disk, disk.ground()) == batches);
  }
  CHECK(met > 20);
}
