#pragma once
// A language model asked for drafts, answers and intents, behind caps and a breaker; what it answers is checked (hear/assist.h). Nothing of
// the shop depends on it: whatever fails is an error for the one who asked. Any thread.

#include "hear/assist.h"
#include "load/load.h"
#include "net/client.h"
#include "serve/clock.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace shopbell {

constexpr int assist_failures_max = 3;      // in a row; then it is left alone for a while
constexpr Millis assist_rest{60'000};

class Assist {
 public:
  using Done = std::function<void(Result<Drafted>)>;
  using SortedDone = std::function<void(Result<Sorted>)>;
  using Now = std::function<Time()>;
  Assist(AssistConfig config, std::vector<std::string> http_allow, Now now = wall_clock);
  ~Assist();
  /// `done` once, on any thread; not later than the configured timeout, nor than `within`. Errors: those of read_assist(), "spent" (a cap: of the conversation, or the day by UTC), "resting" (it
  /// failed too often), "slow", "unreachable", "quota" (429 or 402), "bad_key" (401 or 403), "broken" (another status).
  void ask(const std::string& conversation, AssistAsk ask, Done done, Millis within = Millis::max());
  /// Likewise which intent a message has; errors: those of read_sorted() and of before.
  void sort(const std::string& conversation, AssistAsk ask, SortedDone done, Millis within = Millis::max());
  const AssistConfig& config() const { return config_; }
  void stop();

 private:
  void send(const std::string& conversation, const AssistAsk& ask, Millis within, std::function<void(Result<std::string>)> done);
  Result<void> admit(const std::string& conversation);
  void settle(bool failed, Millis rest);
  Result<std::string> judge(const Result<HttpResponse>& response);

  const AssistConfig config_;
  const Now now_;
  const std::unique_ptr<Client> client_;
  std::mutex mutex_;  // guards the rest
  std::int64_t day_ = 0, asked_ = 0;
  std::map<std::string, std::int64_t> asked_by_;
  int failures_ = 0;
  Time rests_until_;
};

}  // namespace shopbell
