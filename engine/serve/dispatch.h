#pragma once
// Does the calls: one coroutine an attempt, on the client's thread. A place for an attempt is reserved before its
// claim is committed, and it is started after: so what the store says to be claimed may be under way, and what it
// says to wait is not. What finds no place waits in the store; the shard asks again when places become free.

#include "load/load.h"
#include "net/client.h"
#include "net/mail.h"
#include "serve/assist.h"
#include "serve/batch.h"
#include "serve/clock.h"
#include "serve/destinations.h"
#include "serve/hearing.h"
#include "serve/metrics.h"
#include "serve/sent_marks.h"

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

/// Where a call of this action goes.
std::string destination_of(std::string_view action, const Value& args);

class Dispatch {
 public:
  /// `finished` gets the result of an attempt as an input for the shard; any thread.
  Dispatch(std::shared_ptr<const ShopConfig> config, std::unique_ptr<Client> client, std::unique_ptr<Mailer> mailer, Metrics& metrics,
           std::function<void(Entry)> finished, Clock clock = {}, SentMarks marks = {});
  ~Dispatch();

  /// A place for the attempt, to be started or released. `waited`: it comes from the store; else it is new, and stands
  /// behind those of its destination that wait there. False: there is none now. Any thread.
  bool reserve(const CallRow& row, bool waited);
  void release(const CallRow& row);
  /// For each: how many of them may be reserved now, and without room when there will be. Any thread.
  std::vector<Room> room(const std::vector<WaitingCalls>& waiting);
  /// A place has become free since somebody found none. Any thread.
  bool freed();
  /// Starts attempts that were reserved, and whose claims are durable. Any thread.
  void start(std::vector<CallRow> calls);
  /// Once, at the start: of the attempts that a process before had begun and whose end nobody saw, those that may just be
  /// made again, as the far side dedupes, or was not reached.
  std::vector<bool> repeatable(const std::vector<CallRow>& begun);
  /// What came of that attempt is durable. Any thread.
  void settled(const std::string& call, std::uint32_t attempt);
  /// What actions hear with from now on; without it `classify` and `answer` fail. Any thread.
  void hear_with(std::shared_ptr<const Hearing> hearing);
  /// What they ask where that is not sure, as far as its config says so. Before the first start; it outlives this.
  void assist_with(Assist* assist) { assist_ = assist; }
  /// Waits for attempts under way, at most `grace`, then breaks them off: they are tried again at the next start.
  void stop(Millis grace);

 private:
  struct Attempt;
  class Lent;
  class Assisted;
  struct Driver;

  static Driver drive(Dispatch& self, std::shared_ptr<Attempt> attempt);
  void begin(CallRow row);
  void end(const Attempt& attempt, Outcome outcome);
  void leave(const std::string& destination, Destinations::Ended how);
  bool dedupes(const CallRow& row) const;

  std::shared_ptr<const ShopConfig> config_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<Mailer> mailer_;
  Metrics& metrics_;
  std::function<void(Entry)> finished_;
  Clock clock_;
  SentMarks marks_;

  std::shared_ptr<const Hearing> hearing() const;
  std::shared_ptr<const Hearing> hearing_;
  Assist* assist_ = nullptr;  // null: none is configured
  mutable std::mutex mutex_;
  std::condition_variable idle_;
  Destinations destinations_;
  std::unordered_set<std::string> queues_;  // destinations whose calls wait in the store
  std::size_t in_flight_ = 0;
  bool wanted_ = false, freed_ = false, stopping_ = false;
};

}  // namespace shopbell
