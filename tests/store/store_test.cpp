#include "store/support.h"

#include <shopbell/error.h>

#include <stdexcept>

using namespace shopbell;
using namespace shopbell::testing;

TEST_CASE("what a batch wrote is there after the store was closed and opened") {
  const Folder folder;
  {
    auto store = open_or_throw(folder.path());
    CHECK(store->fence() == Fence{1, 0});
    Batch batch = next(*store, {event("1001"), event("1002", "customer:8")}, at(60));
    batch.subjects = {{"customer:7", R"({"profile":{}})"}};
    batch.runs = {open_run("a", "customer:7", 1), ended_run("b", "customer:8", 2)};
    REQUIRE(store->commit(batch) == Committed::done);
    CHECK(store->fence() == Fence{1, 2});
  }
  auto store = open_or_throw(folder.path());
  CHECK(store->fence() == Fence{2, 2});
  CHECK(store->clock() == at(60));
  const auto loaded = value_of(store->load({"customer:8", "customer:7", "customer:9"},
                                           {event_digest("shop", "1002"), event_digest("shop", "9")}));
  REQUIRE(loaded.subjects.size() == 3);
  CHECK(loaded.subjects[0].id == "customer:8");
  CHECK(loaded.subjects[0].runs.empty());
  CHECK(loaded.subjects[1].state == R"({"profile":{}})");
  CHECK(loaded.subjects[1].runs == std::vector<std::string>{R"({"run":"a"})"});
  CHECK(loaded.subjects[2].state.empty());
  CHECK(loaded.seen == std::vector<std::uint64_t>{2, 0});
}

TEST_CASE("open runs are loaded oldest first, and no longer once they ended") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  for (const std::string id : {"first", "second", "third"}) {
    Batch batch = next(*store, {event(id)});
    batch.runs = {open_run(id, "customer:7", batch.inputs[0].seq)};
    REQUIRE(store->commit(batch) == Committed::done);
  }
  Batch batch = next(*store, {event("fourth")});
  batch.runs = {ended_run("second", "customer:7", 0)};
  REQUIRE(store->commit(batch) == Committed::done);
  const auto loaded = value_of(store->load({"customer:7"}, {}));
  CHECK(loaded.subjects[0].runs == std::vector<std::string>{R"({"run":"first"})", R"({"run":"third"})"});
  const auto counts = value_of(reader_or_throw(folder.path())->counts());
  CHECK(counts.events == 4);
  CHECK(counts.open_runs == 2);
}

TEST_CASE("a run keeps its event and gathers notes as it moves") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  Batch first = next(*store, {event("1")});
  first.runs = {open_run("a", "customer:7", 1, at(5))};
  first.runs[0].notes = "{\"n\":1}\n{\"n\":2}\n";
  REQUIRE(store->commit(first) == Committed::done);
  Batch second = next(*store, {event("2")});
  second.runs = {open_run("a", "customer:7", 0, at(9))};
  second.runs[0].state = "moved";
  REQUIRE(store->commit(second) == Committed::done);
  Batch third = next(*store, {event("3")});
  third.runs = {ended_run("a", "customer:7", 0)};
  third.runs[0].notes = "{\"n\":3}";
  third.runs[0].reason = "bought";
  REQUIRE(store->commit(third) == Committed::done);

  const auto reader = reader_or_throw(folder.path());
  const auto runs = value_of(reader->runs_of_event(1));
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].row.event_seq == 1);
  CHECK(runs[0].event_id == "1");
  CHECK(runs[0].row.notes == "{\"n\":1}\n{\"n\":2}\n{\"n\":3}");
  CHECK(runs[0].row.reason == "bought");
  CHECK(runs[0].row.ended == at(1));
  CHECK(!runs[0].row.due);
  CHECK(runs[0].row.state.empty());
}

TEST_CASE("a batch built on another fence is refused and leaves nothing") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  Batch stale = next(*store, {event("1")});
  REQUIRE(store->commit(next(*store, {event("2")})) == Committed::done);
  CHECK(store->commit(stale) == Committed::fenced);
  Batch of_another_epoch = next(*store, {event("3")});
  of_another_epoch.fence.epoch = 0;
  CHECK(store->commit(of_another_epoch) == Committed::fenced);
  CHECK(store->commit(next(*store, {event("4")})) == Committed::done);
  CHECK(value_of(store->load({}, {event_digest("shop", "1"), event_digest("shop", "3")})).seen ==
        std::vector<std::uint64_t>{0, 0});
}

TEST_CASE("somebody else's epoch in the database fences the store that had it before") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  auto db = value_of(sqlite::Database::open(database_path(folder.path()), SQLITE_OPEN_READWRITE, nullptr));
  REQUIRE(db.execute("UPDATE meta SET epoch = epoch + 1") == SQLITE_OK);
  CHECK(store->commit(next(*store, {event("1")})) == Committed::fenced);
}

TEST_CASE("a batch that contradicts itself is a bug, and is taken back") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  Batch gap = next(*store, {event("1"), event("2")});
  gap.inputs[1].seq = 9;
  CHECK_THROWS_AS(store->commit(gap), std::logic_error);
  Batch lost = next(*store, {event("1")});
  lost.runs = {open_run("nobody started it", "customer:7", 0)};
  CHECK_THROWS_AS(store->commit(lost), std::logic_error);
  CHECK(store->commit(next(*store, {event("1")})) == Committed::done);
  CHECK(value_of(reader_or_throw(folder.path())->line(1)).find("\"1\"") != std::string::npos);
}

TEST_CASE("a second process is told that the store is in use") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  const auto second = Store::open(folder.path());
  REQUIRE(!second);
  CHECK(second.error().code == "store_locked");
  store.reset();
  CHECK(Store::open(folder.path()));
}

TEST_CASE("waits are due in the order of their time, each subject once") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  CHECK(!value_of(store->next_due()));
  Batch batch = next(*store, {event("1")});
  batch.runs = {open_run("a", "late", 1, at(30)), open_run("b", "early", 1, at(10)),
                open_run("c", "late", 1, at(20)), open_run("d", "never", 1),
                open_run("e", "tomorrow", 1, at(86'400))};
  REQUIRE(store->commit(batch) == Committed::done);
  const auto due = value_of(store->due(at(30), 10));
  REQUIRE(due.size() == 2);
  CHECK(due[0].id == "early");
  CHECK(due[0].due == at(10));
  CHECK(due[1].id == "late");
  CHECK(due[1].due == at(20));
  CHECK(value_of(store->due(at(30), 1)).size() == 1);
  CHECK(value_of(store->due(at(30), 0)).empty());
  CHECK(value_of(store->due(at(9), 10)).empty());
  CHECK(value_of(store->next_due()) == at(10));
}

TEST_CASE("a call is open until it ends, and a retry moves its time") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  CallRow call;
  call.key = "k1";
  call.run = "r1";
  call.action = "email";
  call.args = R"({"to":"a@b.c"})";
  call.due = at(5);
  CallRow other = call;
  other.key = "k2";
  other.due = at(3);
  Batch batch = next(*store, {event("1")});
  batch.calls = {call, other};
  REQUIRE(store->commit(batch) == Committed::done);
  auto due = all_due_calls(*store, at(5));
  REQUIRE(due.size() == 2);
  CHECK(due[0].key == "k2");
  CHECK(due[1].args == call.args);
  CHECK(value_of(store->next_due()) == at(3));

  call.attempt = 2;
  call.due = at(50);
  call.error = "timed out";
  batch = next(*store, {event("2")});
  batch.calls = {call};
  batch.calls_ended = {{"k2", "failed", "550 no such user", 1, at(6)}, {"unknown", "done", "", 1, at(6)}};
  REQUIRE(store->commit(batch) == Committed::done);
  CHECK(all_due_calls(*store, at(49)).empty());
  due = all_due_calls(*store, at(50));
  REQUIRE(due.size() == 1);
  CHECK(due[0].attempt == 2);
  CHECK(due[0].error == "timed out");
  const auto reader = reader_or_throw(folder.path());
  CHECK(value_of(reader->counts()).open_calls == 1);
  Filter filter;
  filter.run = "r1";
  const auto calls = value_of(reader->calls(filter, {}));
  REQUIRE(calls.size() == 2);
  CHECK(calls[0].status == "failed");
  CHECK(calls[0].row.error == "550 no such user");
  CHECK(calls[1].status == "open");
}

TEST_CASE("versions are put when absent, and known as long as runs are open on them") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  Batch batch = next(*store, {event("1")});
  batch.versions = {{"v1", "welcome", "first"}, {"v2", "welcome", "second"}, {"v1", "welcome", "again"}};
  batch.runs = {open_run("a", "s", 1), open_run("b", "s", 1), open_run("c", "s", 1)};
  batch.runs[2].version = "v2";
  REQUIRE(store->commit(batch) == Committed::done);
  CHECK(value_of(store->version("v1"))->bundle == "first");
  CHECK(!value_of(store->version("v3")));
  CHECK(value_of(store->open_versions()) == std::vector<std::string>{"v1", "v2"});
  batch = next(*store, {event("2")});
  batch.runs = {ended_run("c", "s", 0)};
  REQUIRE(store->commit(batch) == Committed::done);
  CHECK(value_of(store->open_versions()) == std::vector<std::string>{"v1"});
}

TEST_CASE("a run that went on in another version is open on that one") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  Batch batch = next(*store, {event("1")});
  batch.runs = {open_run("a", "customer:7", 1)};
  REQUIRE(store->commit(batch) == Committed::done);
  batch = next(*store, {event("2")});
  batch.runs = {open_run("a", "customer:7", 0)};
  batch.runs[0].version = "v2";
  REQUIRE(store->commit(batch) == Committed::done);
  CHECK(value_of(store->open_versions()) == std::vector<std::string>{"v2"});
}

TEST_CASE("a batch without inputs writes versions and moves no seq") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  Batch batch = next(*store, {});
  batch.versions = {{"v1", "welcome", "bundle"}};
  REQUIRE(store->commit(batch) == Committed::done);
  CHECK(store->fence() == Fence{1, 0});
  CHECK(value_of(store->version("v1")));
}

TEST_CASE("calls wait by their destination, first and further attempts apart, and a claimed one waits no more") {
  const Folder folder;
  {
    auto store = open_or_throw(folder.path());
    Batch batch = next(*store, {event("1")});
    for (int i = 0; i < 6; ++i) {
      CallRow call;
      call.key = "k" + std::to_string(i);
      call.destination = i < 4 ? "http dead" : "email";
      call.attempt = i == 3 ? 2 : 1;
      call.due = at(i);
      call.claimed = i == 4;
      batch.calls.push_back(call);
    }
    REQUIRE(store->commit(batch) == Committed::done);
    const auto waiting = value_of(store->waiting_calls());
    REQUIRE(waiting.size() == 3);
    CHECK(waiting[0].destination == "email");
    CHECK(waiting[0].due == at(5));
    CHECK(waiting[1].due == at(0));
    CHECK(waiting[2].again);
    const auto due = value_of(store->due_calls(waiting[1], at(5), 2));
    REQUIRE(due.size() == 2);
    CHECK(due[1].key == "k1");
    batch = next(*store, {});
    batch.calls_claimed = {"k0", "k5"};
    REQUIRE(store->commit(batch) == Committed::done);
  }
  // What was claimed when the process ended may have been under way.
  auto store = open_or_throw(folder.path());
  const auto claimed = value_of(store->claimed_calls());
  REQUIRE(claimed.size() == 3);
  CHECK(claimed[0].key == "k0");
  CHECK(claimed[2].destination == "email");
  Batch batch = next(*store, {});
  batch.calls_unclaimed = {"k0"};
  batch.calls_ended = {{"k4", "unknown", "", 1, at(9)}};
  REQUIRE(store->commit(batch) == Committed::done);
  CHECK(value_of(store->claimed_calls()).size() == 1);
  CHECK(all_due_calls(*store, at(9)).size() == 4);
}

TEST_CASE("what came of a call in doubt is written down when it is known, once, and of that attempt") {
  struct Case {
    CallEndRow later;
    std::string status;
  };
  const auto c = GENERATE(values<Case>({{{"k", "done", "", 1, at(9), "a"}, "done"},
                                        {{"k", "failed", "550", 1, at(9), "a"}, "failed"},
                                        {{"k", "done", "", 2, at(9), "a"}, "unknown"},
                                        {{"k", "done", "", 1, at(9), "another"}, "unknown"},
                                        {{"k", "done", "", 1, at(9)}, "unknown"}}));
  const Folder folder;
  auto store = open_or_throw(folder.path());
  Batch batch = next(*store, {event("1")});
  batch.runs = {open_run("a", "s", 1)};
  batch.calls = {CallRow{"k", "a", "w", "s", "http", "1", "{}", 1, 1000, at(1), "http x", {}, true}};
  REQUIRE(store->commit(batch) == Committed::done);
  batch = next(*store, {});
  batch.calls_ended = {{"k", "unknown", "its run ended", 1, at(8)}};
  REQUIRE(store->commit(batch) == Committed::done);
  const auto reader = reader_or_throw(folder.path());
  const auto status = [&] { return value_of(reader->calls({}, {})).at(0).status; };
  CHECK(status() == "unknown");
  for (const std::string& further : {std::string(), std::string("failed")}) {
    batch = next(*store, {});
    CallEndRow later = c.later;
    if (!further.empty() && c.status != "unknown") later.status = further;
    batch.calls_ended = {later};
    REQUIRE(store->commit(batch) == Committed::done);
    CHECK(status() == c.status);
  }
  CHECK(value_of(reader->counts()).open_calls == 0);
}

TEST_CASE("a run that failed is kept for a person, and may be opened again") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  Batch batch = next(*store, {event("1"), event("2")});
  RunRow failed = ended_run("a", "s", 1);
  failed.status = "failed";
  failed.ended = at(7);
  failed.state = R"({"flow":{"failed_at":"mail"}})";
  batch.runs = {failed, ended_run("b", "s", 2)};
  REQUIRE(store->commit(batch) == Committed::done);
  CHECK(value_of(store->failed_runs("s")) == std::vector<std::string>{failed.state});
  const auto reader = reader_or_throw(folder.path());
  CHECK(value_of(reader->attention({}, {})).size() == 1);
  Filter filter;
  filter.step = "mail";
  filter.since = at(7);
  REQUIRE(value_of(reader->attention(filter, {})).size() == 1);
  CHECK(value_of(reader->attention(filter, {}))[0].row.step == "mail");
  filter.since = at(8);
  CHECK(value_of(reader->attention(filter, {})).empty());

  batch = next(*store, {event("3")});
  RunRow again = open_run("a", "s", 0);
  batch.runs = {again};
  REQUIRE(store->commit(batch) == Committed::done);
  CHECK(value_of(store->failed_runs("s")).empty());
  CHECK(value_of(reader->attention({}, {})).empty());
  CHECK(value_of(reader->counts()).open_runs == 1);
  CHECK(value_of(store->load({"s"}, {})).subjects[0].runs.size() == 1);
}

TEST_CASE("the runs of a version are gone through a page at a time") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  Batch batch = next(*store, {event("1")});
  for (int i = 0; i < 5; ++i) batch.runs.push_back(open_run("r" + std::to_string(i), "s" + std::to_string(i), 1));
  REQUIRE(store->commit(batch) == Committed::done);
  std::vector<std::string> subjects;
  for (std::uint64_t after = 0;;) {
    const auto page = value_of(store->runs_of_version(batch.runs[0].version, after, 2));
    for (const RunOfVersion& run : page) subjects.push_back(run.subject);
    if (page.size() < 2) break;
    after = page.back().key;
  }
  CHECK(subjects == std::vector<std::string>{"s0", "s1", "s2", "s3", "s4"});
}
