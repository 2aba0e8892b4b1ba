#include "sim/engine.h"

#include "intake/cloudevent.h"

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

bool Engine::start(std::shared_ptr<const Workflows> workflows) {
  auto store = open_store(folder_, disk_.ground());
  if (!store) {
    world_.trace("cannot start: {}", store.error().code);
    return false;
  }
  store_ = store->get();
  failed_ = false;
  metrics_ = std::make_unique<Metrics>();
  dispatch_ = std::make_unique<Dispatch>(shop_config(), network_.client(), network_.mailer(), *metrics_,
                                         [this](Entry entry) { if (shard_) shard_->push(std::move(entry)); }, world_.clock());
  Shard::Outside outside{
      .answer = [](Responder::Many answers) { for (auto& [responder, response] : answers) responder->answer(std::move(response)); },
      .reserve = [this](const CallRow& row, bool waited) { return dispatch_->reserve(row, waited); },
      .release = [this](const CallRow& row) { dispatch_->release(row); },
      .room = [this](const std::vector<WaitingCalls>& waiting) { return dispatch_->room(waiting); },
      .freed = [this] { return dispatch_->freed(); },
      .start = [this](std::vector<CallRow> calls) { dispatch_->start(std::move(calls)); },
      .dedupes = [this](const CallRow& row) { return dispatch_->dedupes(row); },
      .dead = [this] { failed_ = true; },
  };
  shard_ = std::make_unique<Shard>(std::move(*store), workflows, ShardLimits{}, *metrics_, std::move(outside), world_.clock());
  note_edition(std::move(workflows));
  shard_->begin();
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

void Engine::stop() {
  dispatch_->stop(Millis{0});
  work();
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

bool Engine::work() {
  for (int turns = 0; !failed_ && disk_.powered() && shard_->turn(); ++turns)
    if (turns >= turns_max) throw std::logic_error("the shard finds work for ever");
  return !failed_ && disk_.powered();
}

/// The shard looks a minute ahead; where it knows of nothing, the simulation passes over its polls.
Millis Engine::sleep() {
  const Millis pause = shard_->pause();
  const auto due = store_->next_due();
  if (!due || !*due) return std::max(pause, Millis{1});
  return std::max({pause, **due - world_.wall(), Millis{1}});
}

}  // namespace shopbell::sim
