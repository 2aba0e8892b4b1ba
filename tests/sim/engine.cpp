#include "sim/engine.h"

#include "intake/cloudevent.h"

#include <filesystem>
#include <stdexcept>

namespace shopbell::sim {
namespace {

constexpr int turns_max = 10'000;  // at one moment: more is a loop

struct SimResponder : Responder {
  explicit SimResponder(std::function<void(int)> f) : answered(std::move(f)) {}
  void answer(ServerResponse response) override { answered(response.status); }
  std::function<void(int)> answered;
};

}  // namespace

Engine::Engine(World& world, Network& network, SimDisk& disk, std::string folder, bool lags)
    : world_(world), network_(network), disk_(disk), folder_(std::move(folder)), lags_(lags) {
  for (const char* file : {"/claims", "/sent"}) std::filesystem::remove(folder_ + file);
}

bool Engine::start(std::shared_ptr<const Workflows> workflows) {
  auto store = open_store(folder_, disk_.ground());
  if (!store) {
    world_.trace("cannot start: {}", store.error().code);
    return false;
  }
  auto claims = InputClaims::open(folder_ + "/claims");
  auto marks = SentMarks::open(folder_ + "/sent", "boot " + std::to_string(boots_));
  if (!claims || !marks) throw std::runtime_error("the marks cannot be mapped");
  store_ = store->get();
  failed_ = sync_planned_ = false;
  ++lives_;
  metrics_ = std::make_unique<Metrics>();
  dispatch_ = std::make_unique<Dispatch>(shop_config(), network_.client(), network_.mailer(), *metrics_,
                                         [this](Entry entry) { if (shard_) shard_->push(std::move(entry)); }, world_.clock(), std::move(*marks));
  Shard::Outside outside{
      .answer = [](Responder::Many answers) { for (auto& [responder, response] : answers) responder->answer(std::move(response)); },
      .reserve = [this](const CallRow& row, bool waited) { return dispatch_->reserve(row, waited); },
      .release = [this](const CallRow& row) { dispatch_->release(row); },
      .room = [this](const std::vector<WaitingCalls>& waiting) { return dispatch_->room(waiting); },
      .freed = [this] { return dispatch_->freed(); },
      .start = [this](std::vector<CallRow> calls) { dispatch_->start(std::move(calls)); },
      .repeatable = [this](const std::vector<CallRow>& begun) { return dispatch_->repeatable(begun); },
      .settled = [this](const std::string& call, std::uint32_t attempt) { dispatch_->settled(call, attempt); },
      .dead = [this] { failed_ = true; },
  };
  shard_ = std::make_unique<Shard>(std::move(*store), workflows, ShardLimits{}, *metrics_, std::move(outside), world_.clock(), std::move(*claims));
  note_edition(std::move(workflows));
  shard_->begin(lags_);
  world_.trace("started at {}", store_->fence().seq);
  return true;
}

void Engine::vanish() {
  if (metrics_) waited_for_room_ += Millis{1000 * static_cast<std::int64_t>(metrics_->disk_full.load())};
  auto dying = std::move(shard_);  // what still ends in the calls goes nowhere
  dispatch_.reset();
  dying.reset();
  metrics_.reset();
  store_ = nullptr;
}

void Engine::lose_power() {
  ++boots_;
  if (world_.random.chance(50)) std::filesystem::remove(folder_ + "/claims");
}

void Engine::stop() {
  dispatch_->stop(Millis{0});
  work();
  shard_->sync();
  vanish();
}

void Engine::note_edition(std::shared_ptr<const Workflows> workflows) {
  editions_.emplace_back(store_->fence().seq + 1, std::move(workflows));
}

void Engine::use(std::shared_ptr<const Workflows> workflows) {
  note_edition(workflows);
  shard_->use(std::move(workflows));
}

void Engine::receive(const Sent& sent, std::function<void(int)> answered) {
  Job job;
  job.arena = std::make_unique<Arena>(4 * 1024);
  auto taken = read_event(sent.json, world_.wall(), *job.arena);
  if (!taken) throw std::logic_error("the simulated event is none: " + taken.error().message);
  job.arrived = world_.clock().steady();
  job.responder = std::make_unique<SimResponder>(std::move(answered));
  job.lines.push_back(std::move(taken->line));
  job.entries.push_back({std::string(taken->event.subject), {{}, Received{taken->event, 0, {}, {}}}, std::move(taken->digest), job.lines.back()});
  if (!shard_->offer(job)) job.responder->answer({503, {}, {}, {}});
}

void Engine::resolve(const std::string& run, const std::string& subject, Resolved::Remedy remedy) {
  world_.trace("remedy {} for {}", static_cast<int>(remedy), run);
  shard_->push({subject, {world_.wall(), Resolved{run, remedy, "a person"}}, {}, {}});
}

bool Engine::work() {
  try {
    for (int turns = 0; !failed_ && disk_.powered() && shard_->turn(); ++turns)
      if (turns >= turns_max) throw std::logic_error("the shard finds work for ever");
  } catch (const Died&) {
    world_.trace("it dies of an input");
    return false;
  }
  if (shard_->has_unsynced() && !sync_planned_) sync_later();
  return !failed_ && disk_.powered();
}

void Engine::sync_later() {
  sync_planned_ = true;
  const bool slow = world_.random.chance(10);
  world_.after(Millis{slow ? world_.random.between(100, 5'000) : world_.random.between(0, 20)}, [this, life = lives_] {
    if (!up() || life != lives_) return;
    sync_planned_ = false;
    shard_->sync();
  });
}

/// The shard looks a minute ahead; where it knows of nothing, the simulation passes over its polls.
Millis Engine::sleep() {
  const Millis pause = shard_->pause();
  const auto due = store_->next_due();
  if (!due || !*due) return std::max(pause, Millis{1});
  return std::max({pause, **due - world_.wall(), Millis{1}});
}

}  // namespace shopbell::sim
