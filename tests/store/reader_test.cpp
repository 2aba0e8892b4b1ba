#include "store/support.h"

#include "base/hash.h"

#include <atomic>
#include <fstream>
#include <thread>

using namespace shopbell;
using namespace shopbell::testing;

TEST_CASE("lists are paged by key, newest first, and filters narrow them") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  for (int i = 1; i <= 7; ++i) {
    const std::string subject = i % 2 == 0 ? "customer:even" : "customer:odd";
    Batch batch = next(*store, {event(std::to_string(i), subject)}, at(i));
    if (i == 4) batch.inputs[0].type = "order.cancelled";
    batch.runs = {i == 1 ? open_run("r1", subject, batch.inputs[0].seq)
                         : ended_run("r" + std::to_string(i), subject, batch.inputs[0].seq)};
    batch.tickets = {{"t" + std::to_string(i), batch.runs[0].id, "triage", subject,
                      i < 3 ? "support" : "sales", "high", "angry", "note", "{}", at(i)}};
    batch.messages = {{"m" + std::to_string(i), subject, "chat", "in", "ada", "shop", "hello", "", at(i)}};
    REQUIRE(store->commit(batch) == Committed::done);
  }
  const auto reader = reader_or_throw(folder.path());
  Filter none, odd, cancelled, waiting, sales;
  odd.subject = "customer:odd";
  cancelled.type = "order.cancelled";
  waiting.status = "waiting";
  sales.queue = "sales";

  auto events = value_of(reader->events(none, {0, 3}));
  REQUIRE(events.size() == 3);
  CHECK(events[0].key == 7);
  CHECK(events[0].source == "shop");
  events = value_of(reader->events(none, {events[2].key, 10}));
  REQUIRE(events.size() == 4);
  CHECK(events[0].key == 4);
  CHECK(value_of(reader->events(odd, {})).size() == 4);
  events = value_of(reader->events(cancelled, {}));
  REQUIRE(events.size() == 1);
  CHECK(events[0].event_id == "4");
  CHECK(value_of(reader->events(none, {0, 0})).empty());

  CHECK(value_of(reader->runs(none, {})).size() == 7);
  auto runs = value_of(reader->runs(odd, {0, 3}));
  REQUIRE(runs.size() == 3);
  CHECK(runs[0].event_id == "7");
  runs = value_of(reader->runs(odd, {runs[2].key, 3}));
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].row.id == id_of({"r1"}));
  CHECK(value_of(reader->runs(waiting, {})).size() == 1);

  CHECK(value_of(reader->tickets(sales, {})).size() == 5);
  CHECK(value_of(reader->tickets(odd, {0, 2}))[1].row.id == "t5");
  const auto messages = value_of(reader->messages(odd, {}));
  REQUIRE(messages.size() == 4);
  CHECK(messages[0].row.text == "hello");
  CHECK(messages[0].row.to == "shop");
  CHECK(value_of(reader->counts()).tickets == 7);
}

TEST_CASE("a run is found by its id or the beginning of it") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  Batch batch = next(*store, {event("1")});
  batch.runs = {ended_run("a", "s", 1), ended_run("b", "s", 1), ended_run("c", "s", 1)};
  batch.runs[1].id = "0123456789abcdef0000000000000000";
  batch.runs[2].id = "0123456700000000ffffffffffffffff";
  REQUIRE(store->commit(batch) == Committed::done);
  const auto reader = reader_or_throw(folder.path());
  CHECK(value_of(reader->run(id_of({"a"})))->row.subject == "s");
  CHECK(value_of(reader->run(id_of({"a"}).substr(0, 8)))->row.id == id_of({"a"}));
  CHECK(value_of(reader->run("0123456789"))->row.id == batch.runs[1].id);
  CHECK(!value_of(reader->run("ffffffff")));
  CHECK(!value_of(reader->run("")));
  const auto several = reader->run("01234567");
  REQUIRE(!several);
  CHECK(several.error().code == "ambiguous");
}

TEST_CASE("an event is found by its sender's id, with what was forwarded under it") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  InputRow elsewhere = event("1001");
  elsewhere.source = "another shop";
  elsewhere.digest = event_digest("another shop", "1001");
  InputRow forwarded = event("1001", "order:1001");
  forwarded.digest.clear();
  REQUIRE(store->commit(next(*store, {event("1001"), forwarded, event("1002"), elsewhere})) ==
          Committed::done);
  const auto reader = reader_or_throw(folder.path());
  const auto found = value_of(reader->events_by_id("1001"));
  REQUIRE(found.size() == 3);
  CHECK(found[0].source == "another shop");
  CHECK(found[1].subject == "order:1001");
  CHECK(found[2].key == 1);
  CHECK(value_of(reader->events_by_id("1003")).empty());
  CHECK(value_of(reader->event(3))->event_id == "1002");
  CHECK(!value_of(reader->event(99)));
}

TEST_CASE("an event is found by the first part of a platform's id") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  REQUIRE(store->commit(next(*store, {event("98880:orders/create:demo.example"), event("98880:orders/paid:demo.example"),
                                      event("988801:orders/create:demo.example")})) == Committed::done);
  const auto reader = reader_or_throw(folder.path());
  const auto found = value_of(reader->events_by_id("98880"));
  REQUIRE(found.size() == 2);
  CHECK(found[0].event_id == "98880:orders/paid:demo.example");
  CHECK(value_of(reader->events_by_id("988")).empty());
}

TEST_CASE("a line that never was, and one whose segment was archived, are told apart") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  InputRow due;
  due.kind = "due";
  due.subject = "customer:7";
  due.detail = R"({"runs":1})";
  REQUIRE(store->commit(next(*store, {event("1"), due})) == Committed::done);
  const auto reader = reader_or_throw(folder.path());
  CHECK(reader->line(2).error().code == "no_line");
  CHECK(reader->line(3).error().code == "no_line");
  CHECK(value_of(reader->event(2))->detail == R"({"runs":1})");
  CHECK(value_of(reader->counts()).events == 1);
  std::filesystem::remove(folder / "log/2026-11-21.jsonl");
  CHECK(reader->line(1).error().code == "log_gone");
}

TEST_CASE("a folder without a store has no reader") {
  const Folder folder;
  CHECK(Store::reader(folder.path()).error().code == "no_store");
}

TEST_CASE("a reader reads a closed store, and one that a crash left, without writing to the database") {
  const Folder folder, copies;
  {
    auto store = open_or_throw(folder.path());
    REQUIRE(store->commit(next(*store, {event("1")})) == Committed::done);
    copy_as_crashed(folder.path(), copies / "crashed");
  }
  for (const std::string& path : {folder.path(), copies / "crashed"}) {
    const std::string before = read_file(database_path(path));
    CHECK(value_of(reader_or_throw(path)->event(1))->event_id == "1");
    CHECK(read_file(database_path(path)) == before);
  }
}

TEST_CASE("a reader on another thread sees whole batches while the store writes and tidies") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  std::atomic<bool> stop = false;
  std::atomic<int> looks = 0, torn = 0;
  std::thread other([&] {
    const auto reader = reader_or_throw(folder.path());
    while (!stop) {
      const auto counts = reader->counts();
      const auto events = reader->events({}, {0, 2});
      if (!counts || !events || counts->events % 2 != 0) ++torn;
      for (const auto& seen : events ? *events : std::vector<EventView>{}) {
        const auto line = reader->line(seen.key);
        if (!line || line->find('"' + seen.event_id + '"') == std::string::npos) ++torn;
      }
      if (events && events->size() == 2 && events->front().key % 2 != 0) ++torn;
      ++looks;
    }
  });
  for (int i = 0; i < 150 || looks < 20; ++i) {
    Batch batch = next(*store, {event("a" + std::to_string(i)), event("b" + std::to_string(i))});
    for (int n = 0; n < 20; ++n)
      batch.subjects.push_back({"s" + std::to_string(i * 20 + n), std::string(3'000, 's')});
    REQUIRE(store->commit(batch) == Committed::done);
    store->tidy();
  }
  stop = true;
  other.join();
  CHECK(torn == 0);
}

TEST_CASE("open runs are counted by version, status and step, the clocks of schedules aside") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  Batch batch = next(*store, {event("1"), event("2")});
  batch.runs = {open_run("a", "s", 1), open_run("b", "s", 1), open_run("c", "s", 1), ended_run("d", "s", 2)};
  batch.runs[0].step = batch.runs[1].step = "3";
  batch.runs[0].state = batch.runs[1].state = "{}";
  batch.runs[2].state = R"({"flow":{"clock":1}})";
  batch.runs.push_back(open_run("e", "s", 1));
  batch.runs.back().state = R"({"flow":{"parent":"a","part":1}})";
  batch.versions = {{"v1", "w", "{}"}};
  REQUIRE(store->commit(batch) == Committed::done);
  const auto reader = reader_or_throw(folder.path());
  const auto open = value_of(reader->open_runs());
  REQUIRE(open.size() == 2);
  CHECK(open[0].kind == "branch");
  CHECK(open[1].count == 2);
  CHECK(open[1].step == "3");
  CHECK(open[1].status == "waiting");
  CHECK(open[1].kind == "run");
  CHECK(value_of(reader->bundle("v1")) == "{}");
  CHECK_FALSE(value_of(reader->bundle("v2")).has_value());
}
