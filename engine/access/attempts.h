#pragma once
// How often somebody may try a password: failures are counted by what was tried and by where it came from, whether there is
// such a person or not. In memory; any thread.

#include <shopbell/time.h>

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace shopbell {

constexpr Millis attempts_per{15 * 60'000};
constexpr std::size_t attempts_of_both_max = 8;   // one address and one email
constexpr std::size_t attempts_of_email_max = 50;  // from wherever: so that nobody is locked out easily
constexpr std::size_t attempts_of_peer_max = 100;

class Attempts {
 public:
  /// How long from `now` nothing may be tried; zero: it may be.
  Millis wait(std::string_view peer, std::string_view email, Time now);
  void failed(std::string_view peer, std::string_view email, Time now);
  void succeeded(std::string_view peer, std::string_view email);

 private:
  Millis wait_of(const std::string& key, std::size_t max, Time now);
  void forget_old(Time now);

  std::mutex mutex_;
  std::map<std::string, std::deque<Time>, std::less<>> failures_;
};

}  // namespace shopbell
