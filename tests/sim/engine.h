#pragma once
// The engine in the simulated world: the real store, shard, batches, calls and actions, over the disk, network
// and clock of a schedule. It lives, dies and is started again.

#include "serve/dispatch.h"
#include "serve/shard.h"
#include "sim/network.h"
#include "sim/shop.h"
#include "support/sim_disk.h"

#include <memory>

namespace shopbell::sim {

using testing::SimDisk;

/// From which input on which workflows were in force.
using Editions = std::vector<std::pair<std::uint64_t, std::shared_ptr<const Workflows>>>;

class Engine {
 public:
  /// The folder is a real one, for what is mapped into memory; it may hold what another engine left. One that `lags`
  /// syncs what it has written a moment later, as the second thread does it.
  Engine(World& world, Network& network, SimDisk& disk, std::string folder, bool lags);
  ~Engine() { vanish(); }

  /// False: the store cannot be opened as the disk is now.
  bool start(std::shared_ptr<const Workflows> workflows);
  bool up() const { return shard_ != nullptr; }
  /// The process is gone, at once.
  void vanish();
  /// So is the machine: what was mapped and not synced may be there or not.
  void lose_power();
  /// Ends in order: what was received is committed.
  void stop();

  /// As POST /events does it. `answered` gets the HTTP status, unless the engine dies before.
  void receive(const Sent& sent, std::function<void(int)> answered);
  void use(std::shared_ptr<const Workflows> workflows);
  /// As a person does it about a run that failed.
  void resolve(const std::string& run, const std::string& subject, Resolved::Remedy remedy);
  /// Takes turns until there is nothing to do at this time. False: it is dead.
  bool work();
  /// How long it would sleep if nothing came.
  Millis sleep();

  const Editions& editions() const { return editions_; }
  std::uint64_t seq() const { return store_->fence().seq; }
  Millis waited_for_room() const { return waited_for_room_; }

 private:
  void note_edition(std::shared_ptr<const Workflows> workflows);
  void sync_later();

  World& world_;
  Network& network_;
  SimDisk& disk_;
  std::string folder_;
  Editions editions_;
  Millis waited_for_room_{0};
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<Dispatch> dispatch_;
  std::unique_ptr<Shard> shard_;
  Store* store_ = nullptr;
  bool lags_ = false, failed_ = false, sync_planned_ = false;
  int boots_ = 1, lives_ = 0;
};

}  // namespace shopbell::sim
