// The shard by itself: turn by turn, over a real store, with the outside in the test's hand.

#include "base/hash.h"
#include "base/time.h"
#include "load/load.h"
#include "serve/shard.h"
#include "support/catch.h"
#include "support/program.h"

#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <set>

using namespace shopbell;

namespace {

std::shared_ptr<const Workflow> workflow(const std::string& yaml) {
  const auto read = load_workflow({"workflows/w.yaml", yaml, {}});
  std::string mistakes;
  for (const Diagnostic& d : read.diagnostics) mistakes += to_text(d);
  INFO(mistakes);
  REQUIRE(read.value);
  return *read.value;
}

/// An action whose decision throws: a fault of the engine.
Result<Effects> decide_throws(const Value&, Arena&) { throw std::runtime_error("a bug"); }
const Action buggy{.name = "buggy", .summary = "throws", .decide = decide_throws};

std::shared_ptr<const Workflow> buggy_workflow(const std::string& on) {
  auto w = std::make_shared<Workflow>();
  w->id = "buggy";
  w->version = "buggy-1";
  w->on.push_back({on, {}});
  Instruction step;
  step.op = Op::act;
  step.id = "1";
  step.action = &buggy;
  w->program.push_back(std::move(step));
  return w;
}

/// A shard on virtual time. Calls are begun when there is room, and end as the test says.
class Bench {
 public:
  explicit Bench(const std::filesystem::path& data, std::vector<std::shared_ptr<const Workflow>> workflows, ShardLimits limits = {}) : data_(data) {
    facts_.timezone = "UTC";
    open(std::move(workflows), limits);
  }

  void open(std::vector<std::shared_ptr<const Workflow>> workflows, ShardLimits limits = {}) {
    shard.reset();
    for (auto& w : workflows) kept_[w->version] = w;
    auto store = Store::open(data_);
    REQUIRE(store);
    Clock clock;
    clock.wall = [this] { return now; };
    clock.steady = [this] { return Clock::Steady{now - Time{}}; };
    auto claims = InputClaims::open(data_ / "claims");
    REQUIRE(claims);
    shard = std::make_unique<Shard>(std::move(*store), set_of(std::move(workflows)), limits, metrics, outside(), clock, std::move(*claims));
    shard->begin();
  }

  void edit(std::vector<std::shared_ptr<const Workflow>> workflows) { shard->use(set_of(std::move(workflows))); }

  void event(const std::string& id, const std::string& type, const std::string& about = "customer:7") {
    Job job;
    job.arena = std::make_unique<Arena>();
    Event event;
    event.id = job.arena->copy(id);
    event.source = "test";
    event.type = job.arena->copy(type);
    event.subject = job.arena->copy(about);
    event.at = now;
    event.data = make_map(*job.arena, {});
    job.lines.push_back("{}");
    job.entries.push_back({about, {now, Received{event, 0, {}, {}}}, event_digest("test", id), job.lines.back()});
    REQUIRE(shard->offer(job));
  }

  void turns() {
    for (int i = 0; i < 1000 && shard->turn(); ++i) continue;
  }

  std::unique_ptr<Reader> reader() const {
    auto reader = Store::reader(data_);
    REQUIRE(reader);
    return std::move(*reader);
  }
  std::size_t runs(const std::string& status) const {
    Filter filter;
    filter.status = status;
    return reader()->runs(filter, {0, 1'000'000})->size();
  }

  Time now = from_ms(1'800'000'000'000);
  Metrics metrics;
  std::unique_ptr<Shard> shard;
  std::vector<CallRow> begun;
  std::size_t room = 100;
  bool dedupes = false, freed = false, dead = false;

 private:
  std::shared_ptr<const Workflows> set_of(std::vector<std::shared_ptr<const Workflow>> workflows) {
    auto set = std::make_shared<Workflows>(facts_, std::move(workflows));
    for (const auto& [version, w] : kept_) set->keep(w);
    return set;
  }

  Shard::Outside outside() {
    Shard::Outside outside;
    outside.answer = [](Responder::Many) {};
    outside.reserve = [this](const CallRow&, bool) { return room > 0 && room-- > 0; };
    outside.release = [this](const CallRow&) { ++room; };
    outside.room = [this](const std::vector<WaitingCalls>& waiting) { return std::vector<Room>(waiting.size(), Room{room, Time::max()}); };
    outside.freed = [this] { return std::exchange(freed, false); };
    outside.start = [this](std::vector<CallRow> calls) { begun.insert(begun.end(), calls.begin(), calls.end()); };
    outside.repeatable = [this](const std::vector<CallRow>& rows) { return std::vector<bool>(rows.size(), dedupes); };
    outside.dead = [this] { dead = true; };
    return outside;
  }

  std::filesystem::path data_;
  ShopFacts facts_;
  std::map<std::string, std::shared_ptr<const Workflow>> kept_;
};

const std::string mail = "workflow: mail\non: order.placed\nsteps:\n  - email: { to: a@example.com, subject: s, text: t }\n";

}  // namespace

TEST_CASE("a call is claimed with the commit that begins it, and one without a place waits unclaimed") {
  TempFolder folder;
  Bench bench(folder.path() / "data", {workflow(mail)});
  bench.room = 1;
  bench.event("1", "order.placed");
  bench.event("2", "order.placed");
  bench.turns();
  REQUIRE(bench.begun.size() == 1);
  auto calls = *bench.reader()->calls({}, {});
  REQUIRE(calls.size() == 2);
  CHECK(calls[0].row.claimed + calls[1].row.claimed == 1);
  CHECK(calls[0].row.destination == "email");

  bench.room = 1;
  bench.freed = true;
  bench.turns();
  CHECK(bench.begun.size() == 2);
  calls = *bench.reader()->calls({}, {});
  CHECK(calls[0].row.claimed + calls[1].row.claimed == 2);
}

TEST_CASE("after a crash a call that was begun is made again with its key, as an attempt in doubt, or as the same one") {
  const auto dedupes = GENERATE(false, true);
  TempFolder folder;
  Bench bench(folder.path() / "data", {workflow(mail)});
  bench.event("1", "order.placed");
  bench.turns();
  REQUIRE(bench.begun.size() == 1);
  bench.dedupes = dedupes;
  bench.open({workflow(mail)});
  bench.turns();
  bench.now += Millis{60'000};
  bench.turns();
  REQUIRE(bench.begun.size() == 2);
  CHECK(bench.begun[1].key == bench.begun[0].key);
  CHECK(bench.begun[1].attempt == (dedupes ? 1 : 2));
  CHECK(bench.begun[1].error.empty() == dedupes);

  // A second crash leaves it in doubt again: now a person decides.
  bench.open({workflow(mail)});
  bench.turns();
  CHECK(bench.begun.size() == (dedupes ? 3 : 2));
  CHECK(bench.reader()->attention({}, {})->size() == (dedupes ? 0 : 1));
}

TEST_CASE("what waited for a place when the process ended was not begun, and is no doubt") {
  TempFolder folder;
  Bench bench(folder.path() / "data", {workflow(mail)});
  bench.room = 0;
  bench.event("1", "order.placed");
  bench.turns();
  bench.room = 1;
  bench.open({workflow(mail)});
  bench.turns();
  REQUIRE(bench.begun.size() == 1);
  CHECK(bench.begun[0].attempt == 1);
}

TEST_CASE("a failed run is opened again by a decision, durably") {
  TempFolder folder;
  Bench bench(folder.path() / "data", {workflow(mail)});
  bench.event("1", "order.placed");
  bench.turns();
  Finished finished;
  finished.run = bench.begun[0].run;
  finished.call = bench.begun[0].key;
  finished.status = Outcome::Status::failed;
  finished.error = {"refused", "550 no such user", {}};
  bench.shard->push({"customer:7", {bench.now, finished}, {}, {}});
  bench.turns();
  REQUIRE(bench.reader()->attention({}, {})->size() == 1);
  bench.open({workflow(mail)});
  bench.shard->push({"customer:7", {bench.now, Resolved{finished.run, Resolved::Remedy::retry, "ops"}}, {}, {}});
  bench.turns();
  CHECK(bench.reader()->attention({}, {})->empty());
  REQUIRE(bench.begun.size() == 2);
  CHECK(bench.begun[1].key != bench.begun[0].key);
  CHECK(bench.runs("calling") == 1);
}

TEST_CASE("an edit reaches runs that nothing happens to, however many, also when it was made while the server was down") {
  const auto restarts = GENERATE(false, true);
  const std::string old = "workflow: w\non: cart.updated\nsteps:\n  - { wait: 30d, id: pause }\n";
  const std::string now = "workflow: w\non: cart.updated\non_edit: cancel\nsteps:\n  - { wait: 40d, id: pause }\n";
  TempFolder folder;
  ShardLimits limits;
  limits.due_max = 7;
  Bench bench(folder.path() / "data", {workflow(old)}, limits);
  for (int i = 0; i < 50; ++i) bench.event(std::to_string(i), "cart.updated", "customer:" + std::to_string(i));
  bench.turns();
  REQUIRE(bench.runs("waiting") == 50);
  if (restarts) bench.open({workflow(now)}, limits);
  else bench.edit({workflow(now)});
  bench.turns();
  CHECK(bench.runs("waiting") == 0);
  CHECK(bench.runs("stopped") == 50);
}

TEST_CASE("waits that are due at once are released in their order at the configured rate, and new events do not wait for them") {
  TempFolder folder;
  ShardLimits limits;
  limits.due_max = 100;
  limits.waits_per_second = 1'000;
  Bench bench(folder.path() / "data", {workflow("workflow: w\non: cart.updated\nsteps:\n  - wait: 1h\n")}, limits);
  for (int i = 0; i < 3'000; ++i) {
    bench.event(std::to_string(i), "cart.updated", "customer:" + std::to_string(i));
    if (i % 100 == 99) {
      bench.now += Millis{1};
      bench.turns();
    }
  }
  bench.now += Millis{2 * 3'600'000};
  std::size_t before = 0;
  for (int second = 0; second < 3; ++second) {
    for (int ms = 0; ms < 1'000; ms += 10) {
      bench.now += Millis{10};
      bench.turns();
    }
    const std::size_t done = bench.runs("done");
    CHECK(done - before <= 1'100);
    CHECK(done - before >= 900);
    before = done;
    if (second == 0) {
      // In order: those that began first are over, and none of the last.
      Filter last;
      last.subject = "customer:2999";
      CHECK(bench.reader()->runs(last, {})->front().row.status == "waiting");
      last.subject = "customer:0";
      CHECK(bench.reader()->runs(last, {})->front().row.status == "done");
      bench.event("new", "cart.updated", "customer:new");
      REQUIRE(bench.shard->turn());
      last.subject = "customer:new";
      CHECK(bench.reader()->runs(last, {})->size() == 1);
    }
  }
}

TEST_CASE("an input on which the core throws is tried five times, then set aside, and its neighbours are taken") {
  TempFolder folder;
  Bench bench(folder.path() / "data", {buggy_workflow("order.placed"), workflow(mail)});
  bench.event("1", "order.cancelled");
  bench.event("2", "order.placed");
  bench.event("3", "order.cancelled");
  bench.turns();
  CHECK_FALSE(bench.dead);
  CHECK(bench.metrics.inputs_quarantined == 1);
  CHECK(bench.metrics.events_accepted == 3);
  const auto events = *bench.reader()->events_by_id("2");
  REQUIRE(events.size() == 1);
  CHECK(events[0].notes.find("quarantined") != std::string::npos);
  CHECK(bench.runs("calling") == 0);
}

TEST_CASE("of waits that are due at once the one that the engine cannot take is set aside, and the others go on") {
  TempFolder folder;
  auto faulty = workflow("workflow: faulty\non: order.placed\nsteps:\n  - wait: 1h\n  - log: x\n");
  for (Instruction& step : std::const_pointer_cast<Workflow>(faulty)->program)
    if (step.action != nullptr) step.action = &buggy;
  const std::string waits = "on: order.placed\nsteps:\n  - wait: 1h\n";
  Bench bench(folder.path() / "data", {workflow("workflow: a\n" + waits), faulty, workflow("workflow: z\n" + waits)});
  bench.event("1", "order.placed", "customer:7");
  bench.turns();
  bench.now += Millis{2 * 3'600'000};
  bench.turns();
  CHECK_FALSE(bench.dead);
  CHECK(bench.metrics.inputs_quarantined == 1);
  CHECK(bench.runs("done") == 2);
  Filter failed;
  failed.status = "failed";
  const auto runs = *bench.reader()->runs(failed, {});
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].row.workflow == "faulty");
  bench.event("2", "order.placed", "customer:7");
  bench.turns();
  CHECK(bench.runs("waiting") == 3);
}

TEST_CASE("an input that the process died of four times is taken, and at its fifth time set aside") {
  const auto deaths = GENERATE(4, 5);
  TempFolder folder;
  std::filesystem::create_directories(folder.path() / "data");
  for (int i = 0; i < deaths; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      auto claims = InputClaims::open(folder.path() / "data" / "claims");
      InputClaims::Key key{};
      const Digest digest = event_digest("test", "1");
      std::copy(digest.begin(), digest.end(), key.begin());
      claims->begin(key);
      ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
  }
  Bench bench(folder.path() / "data", {workflow(mail)});
  bench.event("1", "order.placed");
  bench.turns();
  CHECK(bench.begun.size() == (deaths == 4 ? 1 : 0));
  CHECK(bench.metrics.inputs_quarantined == (deaths == 5 ? 1 : 0));
  bench.open({workflow(mail)});  // what was taken is not counted any more
  bench.event("1", "order.placed");
  bench.event("2", "order.placed");
  bench.turns();
  CHECK(bench.metrics.inputs_quarantined == (deaths == 5 ? 1 : 0));
}

TEST_CASE("of many suspects the least counted is forgotten") {
  InputClaims claims;
  const auto key = [](std::size_t i) { return InputClaims::key_of("input " + std::to_string(i)); };
  for (int i = 0; i < 4; ++i) claims.failed(key(0));
  for (std::size_t i = 1; i < 3 * suspects_max; ++i) claims.failed(key(i));
  CHECK(claims.count(key(0)) == 4);
  CHECK_FALSE(claims.poisons(key(0)));
  claims.failed(key(0));
  CHECK(claims.poisons(key(0)));
  claims.forget(key(0));
  CHECK(claims.count(key(0)) == 0);
}
