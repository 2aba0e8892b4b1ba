#pragma once
// Does the calls: one coroutine an attempt, on the client's thread, at most calls_in_flight_max at
// once. A key is busy from its start until the shard has committed what came of it, so no attempt is
// started twice. Calls that find no room stay in the store; the shard asks again.

#include "load/load.h"
#include "net/client.h"
#include "net/mail.h"
#include "serve/batch.h"
#include "serve/clock.h"
#include "serve/hearing.h"
#include "serve/metrics.h"

#include <shopbell/action.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

namespace shopbell {

constexpr std::size_t calls_in_flight_max = 256;

class Dispatch {
 public:
  /// `finished` gets the result of an attempt as an input for the shard; any thread.
  Dispatch(std::shared_ptr<const ShopConfig> config, std::unique_ptr<Client> client, std::unique_ptr<Mailer> mailer, Metrics& metrics,
           std::function<void(Entry)> finished, Clock clock = {});
  ~Dispatch();

  /// Starts those that are not busy, as far as there is room. Any thread.
  void start(std::vector<CallRow> calls);
  /// What came of these attempts is durable: their keys may be started again. Any thread.
  void settled(const std::vector<std::string>& keys);
  /// There were calls that found no room, and now there is some. Any thread.
  bool wants_more();
  /// What actions hear with from now on; without it `classify` and `answer` fail. Any thread.
  void hear_with(std::shared_ptr<const Hearing> hearing);
  /// Waits for attempts under way, at most `grace`, then breaks them off: they are tried again at the next start.
  void stop(Millis grace);

 private:
  struct Attempt;
  class Lent;
  struct Driver;

  static Driver drive(Dispatch& self, std::shared_ptr<Attempt> attempt);
  void begin(CallRow row);
  void end(const Attempt& attempt, Outcome outcome);

  std::shared_ptr<const ShopConfig> config_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<Mailer> mailer_;
  Metrics& metrics_;
  std::function<void(Entry)> finished_;
  Clock clock_;

  std::shared_ptr<const Hearing> hearing() const;
  std::shared_ptr<const Hearing> hearing_;
  mutable std::mutex mutex_;
  std::condition_variable idle_;
  std::unordered_set<std::string> busy_;
  std::size_t in_flight_ = 0;
  bool overflowed_ = false, stopping_ = false;
};

}  // namespace shopbell
