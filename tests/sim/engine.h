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
  Engine(World& world, Network& network, SimDisk& disk, std::string folder)
      : world_(world), network_(network), disk_(disk), folder_(std::move(folder)) {}
  ~Engine() { vanish(); }

  /// False: the store cannot be opened as the disk is now.
  bool start(std::shared_ptr<const Workflows> workflows);
  bool up() const { return shard_ != nullptr; }
  /// The process is gone, at once.
  void vanish();
  /// Ends in order: what was received is committed.
  void stop();

  /// As POST /events does it. `answered` gets the HTTP status, unless the engine dies before.
  void receive(const Sent& sent, std::function<void(int)> answered);
  void use(std::shared_ptr<const Workflows> workflows);
  /// Takes turns until there is nothing to do at this time. False: it is dead.
  bool work();
  /// How long it would sleep if nothing came.
  Millis sleep();

  const Editions& editions() const { return editions_; }
  Millis waited_for_room() const { return waited_for_room_; }

 private:
  void note_edition(std::shared_ptr<const Workflows> workflows);

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
  bool failed_ = false;
};

}  // namespace shopbell::sim
