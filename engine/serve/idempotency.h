#pragma once
// Writes that come twice under one Idempotency-Key are done once, and answered as the first time. Kept in memory for a day: what
// becomes an event is known by its id beyond that, also after a restart.

#include "net/server.h"

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace shopbell {

constexpr std::size_t idempotency_keys_max = 10'000, idempotency_key_bytes_max = 200;

class Idempotency {
 public:
  enum class Known { fresh, under_way, other, done };
  /// `scope`: who asks for what, with the key; `content`: what is asked. `fresh`: it is under way from now on.
  Known begin(const std::string& scope, const std::string& content, ServerResponse& answer);
  /// How it was answered; what may be tried again (5xx, 429) is forgotten.
  void end(const std::string& scope, const ServerResponse& answer);

 private:
  struct Entry {
    std::string content;  // its digest
    std::optional<ServerResponse> answer;
    std::chrono::steady_clock::time_point since;
  };
  void forget_old();

  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::deque<std::string> order_;
};

}  // namespace shopbell
