#pragma once
// What lies between the engine and those it calls: slow, failing, doubling, silent. The far side writes down
// all that reaches it. A request that is on its way arrives whether or not the engine still lives.

#include "net/client.h"
#include "net/mail.h"
#include "sim/world.h"

#include <memory>
#include <set>

namespace shopbell::sim {

/// What reached the far side.
struct Arrival {
  Millis at;
  bool mail = false;
  std::string key;   // the idempotency key, or the Message-ID
  std::string what;  // the body, or the mail's subject
};

class Network {
 public:
  explicit Network(World& world) : world_(world) {}

  /// For one life of the engine.
  std::unique_ptr<Client> client();
  std::unique_ptr<Mailer> mailer();

  /// From now on all works.
  void heal() { healed_ = true; }
  const std::vector<Arrival>& arrivals() const { return arrivals_; }
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  class SimClient;
  class SimMailer;
  struct Exchanges;

  struct Fate {
    Millis arrives{-1};  // -1: never
    Millis again{-1};    // a second copy
    Millis answers{-1};  // after the arrival; -1: never
    int status = 200;
    const char* error = nullptr;  // instead of an answer
  };
  Fate http_fate(Millis timeout);
  Fate mail_fate();
  void arrive(Millis after, Arrival what);
  void begin_attempt(const std::string& key, const std::set<std::string>& open);

  World& world_;
  bool healed_ = false;
  std::vector<Arrival> arrivals_;
  std::vector<std::string> complaints_;
};

}  // namespace shopbell::sim
