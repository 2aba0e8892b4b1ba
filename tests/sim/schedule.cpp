#include "sim/schedule.h"

#include "sim/checks.h"

#include <filesystem>
#include <optional>
#include <stdexcept>

namespace shopbell::sim {
namespace {

constexpr Millis events_within{3 * 3'600'000};
constexpr Millis mishaps_within{5 * 3'600'000};
constexpr Millis healed_at{6 * 3'600'000};
constexpr Millis ended_within{std::chrono::hours{24 * 30}};
constexpr Millis patience{5'000};  // of a platform that has no answer

/// A new store's files, made once a thread.
const SimDisk& new_disk(const std::string& folder) {
  thread_local const std::unique_ptr<SimDisk> disk = [&] {
    auto made = std::make_unique<SimDisk>(0);
    if (!open_store(folder, made->ground())) throw std::runtime_error("no store on the simulated disk");
    return made;
  }();
  return *disk;
}

/// Where the store's lock lies; the one real file. Each thread has its own.
const std::string& real_folder() {
  thread_local const struct Folder {
    Folder() : path((std::filesystem::temp_directory_path() / "shopbell-sim-XXXXXX").string()) {
      if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("no temporary folder");
    }
    ~Folder() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
    std::string path;
  } folder;
  return folder.path;
}

class Schedule {
 public:
  Schedule(std::uint64_t seed, bool keep_lines) : world_(seed), network_(world_), disk_(seed ^ 0x5eedULL), engine_(world_, network_, disk_, real_folder(), world_.random.chance(50)) {
    world_.keeps_lines = keep_lines;
    new_disk(real_folder()).copy_to(disk_);
  }

  /// What is thrown is a finding, too, and leaves the trace up to there.
  Played play() {
    try {
      return play_and_judge();
    } catch (const std::exception& e) {
      complain(std::string("it threw: ") + e.what());
      played_.lines = world_.lines();
      return std::move(played_);
    }
  }

 private:
  Played play_and_judge() {
    choose_workflows();
    plan_events();
    plan_mishaps();
    plan_decisions();
    start();
    while (step()) {
    }
    if (engine_.up()) engine_.stop();
    return judge();
  }

  std::shared_ptr<const Workflows> workflows() const { return workflows_of(names_, edition_); }

  void choose_workflows() {
    const auto count = 2 + world_.random.below(4);
    while (names_.size() < count) names_.insert(world_.random.pick(workflow_names()));
    if (names_.contains("chain") || names_.contains("link")) names_.insert({"chain", "link"});
  }

  void plan_events() {
    Random& random = world_.random;
    const auto customers = 1 + random.below(3);
    const bool marketing = names_.contains("remind") || names_.contains("letter");
    const auto tell = [&](Millis at, std::uint64_t customer, const std::string& type, const std::string& thing, bool flag, const std::string& address_of = {}) {
      const Millis ago = type.starts_with("customer.") || random.chance(60) ? Millis{0} : Millis{random.between(1, std::min<std::int64_t>(at.count(), 30 * 60'000))};
      const Told told{std::to_string(customer), type, thing, flag, address_of};
      world_.after(at, [=, this, number = ++numbers_] { happen(make_event(world_, number, told, ago)); });
      ++awaited_;
    };
    const bool faulty = names_.contains("trap") || names_.contains("snare");
    for (std::uint64_t c = 1; marketing && c <= customers; ++c) tell(Millis{random.between(1, 60'000)}, c, "customer.updated", "", true);
    const auto count = 2 + random.below(7);
    for (std::uint64_t i = 1; i <= count; ++i) {
      const Millis at{random.between(1, events_within.count())};
      const std::uint64_t customer = 1 + random.below(customers);
      const std::string number = std::to_string(i);
      const auto kind = random.below(100);
      if (kind < 45) tell(at, customer, "order.placed", "o" + number, random.chance(70));
      if (kind < 25) tell(std::max(at + Millis{random.between(-600'000, 9'000'000)}, Millis{1}), customer, "order.paid", "o" + number, true);
      if (kind >= 45 && kind < 90) tell(at, customer, "cart.updated", "c" + number, false);
      if (kind >= 90) tell(at, customer, "customer.updated", "", random.chance(40));
      if (faulty && random.chance(20)) tell(at, customer, "order.cancelled", "x" + number, random.chance(50));
    }
    for (const char* product : {"p0", "p1"})
      if (random.chance(20)) tell(Millis{random.between(1, events_within.count())}, 1, "product.updated", product, false);
    // Two turn out to be one customer: the one states the other's address.
    if (customers > 1 && random.chance(40)) tell(Millis{random.between(1, events_within.count())}, 2 + random.below(customers - 1), "customer.updated", "", random.chance(70), "1");
  }

  void plan_mishaps() {
    Random& random = world_.random;
    for (auto count = random.below(4); count > 0; --count) {
      const Millis at{random.between(1, mishaps_within.count())};
      world_.after(at, [this] { mishap(); });
    }
    world_.after(healed_at, [this] {
      network_.heal();
      disk_.plan(0, testing::Mishap::none);
    });
  }

  void plan_decisions() {
    for (auto count = world_.random.below(5); count > 0; --count)
      world_.after(Millis{world_.random.between(1, mishaps_within.count())}, [this] { decide(); });
  }

  /// A person looks at what has failed. True: there was something.
  bool decide() {
    using Remedy = Resolved::Remedy;
    if (!engine_.up() || !disk_.powered()) return false;
    const std::vector<FailedRun> failed = failed_runs(disk_, real_folder());
    for (const FailedRun& run : failed) {
      const bool hopeless = run.workflow == "snare" && ++decisions_[run.id] > 2;
      const auto luck = world_.random.below(100);
      engine_.resolve(run.id, run.subject, hopeless || luck < 15 ? Remedy::cancel : luck < 30 ? Remedy::skip : Remedy::retry);
    }
    return !failed.empty();
  }

  void mishap() {
    Random& random = world_.random;
    const auto kind = random.below(9);
    const std::uint64_t soon = disk_.operations() + 1 + random.below(60);
    world_.trace("mishap {}", kind);
    if (kind <= 1) disk_.plan(soon, testing::Mishap::power), killed_ = random.chance(30);
    else if (kind == 2) disk_.plan(soon, testing::Mishap::error_once);
    else if (kind == 3) disk_.plan(soon, testing::Mishap::error_for_ever);
    else if (kind == 4) disk_.plan(soon, testing::Mishap::full, 1 + random.below(40));
    else if (kind == 5) disk_.power_off(), killed_ = random.chance(50);
    else if (kind == 6) world_.step_clock(Millis{random.between(-1'800'000, 1'800'000)});
    else if (kind == 7 && engine_.up()) engine_.stop(), go_down();
    else edit();
  }

  void edit() {
    edition_ = 1 - edition_;
    if (engine_.up()) engine_.use(workflows());
  }

  void start() {
    looked_at_ = 0;
    down_ += world_.now() - down_since_;  // also before a start that fails
    if (!engine_.start(workflows())) die();
  }

  /// The process is gone. With the power, or alone.
  void die() {
    ++played_.deaths;
    world_.trace("it died");
    engine_.vanish();
    if (disk_.powered()) killed_ = true;  // the disk failed it, or could not be opened
    if (killed_) {
      disk_.power_off();
      disk_.start_again();
    } else {
      ++played_.power_cuts;
      engine_.lose_power();
      disk_.power_on();
    }
    killed_ = false;
    go_down();
  }

  void go_down() {
    down_since_ = world_.now();
    world_.after(Millis{world_.random.between(1, 60'000)}, [this] { start(); });
  }

  // A platform: it sends until it is told 2xx, and sometimes once more.
  void happen(Sent event) {
    sent_.push_back(std::move(event));
    const std::size_t which = sent_.size() - 1;
    send(which);
    if (world_.random.chance(20)) world_.after(Millis{world_.random.between(1, 600'000)}, [this, which] { send(which); });
  }

  void send(std::size_t which) {
    const auto answered = std::make_shared<bool>(false);
    if (engine_.up())
      engine_.receive(sent_[which], [this, which, answered](int status) {
        *answered = status / 100 == 2;
        world_.trace("answered {} {}", sent_[which].id, status);
        if (*answered && accepted_.insert(sent_[which].id).second) --awaited_;
      });
    world_.after(patience, [this, which, answered] {
      if (!*answered) world_.after(Millis{world_.random.between(1, 10'000)}, [this, which] { send(which); });
    });
  }

  /// The next thing happens. False: it is over.
  bool step() {
    while (world_.do_next())
      if (engine_.up() && !disk_.powered()) die();
    if (engine_.up() && !engine_.work()) die();
    if (world_.next() <= world_.now()) return true;
    if (is_idle()) return decide();
    Millis next = world_.next();
    if (engine_.up()) next = std::min(next, world_.now() + engine_.sleep());
    if (next > ended_within) return complain("it never came to an end");
    world_.pass_to(next);
    return true;
  }

  bool complain(std::string what) {
    played_.findings.push_back(std::move(what));
    return false;
  }

  bool is_idle() {
    if (awaited_ > 0 || world_.now() <= healed_at || !engine_.up() || world_.next() != Millis::max()) return false;
    if (std::exchange(looked_at_, engine_.seq()) == engine_.seq()) return false;  // nothing has happened since there was work
    return open_work(disk_, real_folder()) == 0;
  }

  Played judge() {
    const Stored stored = read_stored(disk_, real_folder());
    const Replay replayed = replay(stored.inputs, engine_.editions());
    Evidence evidence{sent_, accepted_, names_, &network_, &replayed, down_ + world_.skew_moved() + engine_.waited_for_room() + Millis{2'000}};
    for (std::string& finding : check_all(evidence)) complain(std::move(finding));
    if (const std::string found = difference(stored.tables, replayed.tables); !found.empty()) complain("the log played again: " + found);
    for (const auto& [id, row] : stored.tables.runs) world_.trace("run {} {}", id, row);
    for (const auto& [key, row] : stored.tables.calls) world_.trace("call {} {}", key, row);
    played_.trace = world_.trace_hash();
    played_.lines = world_.lines();
    played_.events = sent_.size();
    played_.inputs = stored.inputs.size();
    played_.runs = stored.tables.runs.size();
    played_.calls = stored.tables.calls.size();
    for (const Moment& moment : replayed.history) {
      played_.set_aside += moment.set_aside;
      played_.decided += moment.kind == "resolved";
      played_.merged += !moment.merged.empty();
    }
    played_.arrivals = network_.arrivals().size();
    return std::move(played_);
  }

  World world_;
  Network network_;
  SimDisk disk_;
  Engine engine_;
  std::set<std::string> names_;
  int edition_ = 0, numbers_ = 0;
  std::size_t awaited_ = 0;
  std::vector<Sent> sent_;
  std::set<std::string> accepted_;
  bool killed_ = false;
  std::uint64_t looked_at_ = 0;
  std::map<std::string, int> decisions_;  // about a run
  Millis down_{0}, down_since_{0};
  Played played_;
};

}  // namespace

Played play_schedule(std::uint64_t seed, bool keep_lines) { return Schedule(seed, keep_lines).play(); }

}  // namespace shopbell::sim
