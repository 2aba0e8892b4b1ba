#pragma once
// What must hold when a schedule is over, told from what the platforms sent, what reached the far side and the
// order in which things were committed. Nothing here asks the engine whether it was right.

#include "sim/network.h"
#include "sim/replay.h"
#include "sim/shop.h"

#include <set>

namespace shopbell::sim {

struct Evidence {
  std::vector<Sent> sent;
  std::set<std::string> accepted;        // ids that were answered 2xx
  std::set<std::string> workflows;       // in force
  const Network* network = nullptr;
  const Replay* replay = nullptr;
  Millis lateness_max{0};                // how late a wait may have been, with all that went wrong
};

/// What does not hold, for people; empty: all is well.
std::vector<std::string> check_all(const Evidence& evidence);

}  // namespace shopbell::sim
