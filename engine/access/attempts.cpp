#include "access/attempts.h"

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::size_t keys_max = 10'000;

std::string both(std::string_view peer, std::string_view email) { return std::string("b ").append(peer).append(" ").append(email); }
std::string of_email(std::string_view email) { return std::string("e ").append(email); }
std::string of_peer(std::string_view peer) { return std::string("p ").append(peer); }

}  // namespace

Millis Attempts::wait_of(const std::string& key, std::size_t max, Time now) {
  const auto at = failures_.find(key);
  if (at == failures_.end()) return Millis{0};
  auto& times = at->second;
  while (!times.empty() && times.front() <= now - attempts_per) times.pop_front();
  return times.size() < max ? Millis{0} : times.front() + attempts_per - now;
}

Millis Attempts::wait(std::string_view peer, std::string_view email, Time now) {
  const std::lock_guard lock(mutex_);
  return std::max({wait_of(both(peer, email), attempts_of_both_max, now), wait_of(of_email(email), attempts_of_email_max, now),
                   wait_of(of_peer(peer), attempts_of_peer_max, now)});
}

void Attempts::forget_old(Time now) {
  std::erase_if(failures_, [&](const auto& one) { return one.second.empty() || one.second.back() <= now - attempts_per; });
  while (failures_.size() >= keys_max) failures_.erase(failures_.begin());
}

void Attempts::failed(std::string_view peer, std::string_view email, Time now) {
  const std::lock_guard lock(mutex_);
  if (failures_.size() >= keys_max) forget_old(now);
  for (std::string key : {both(peer, email), of_email(email), of_peer(peer)}) failures_[std::move(key)].push_back(now);
}

void Attempts::succeeded(std::string_view peer, std::string_view email) {
  const std::lock_guard lock(mutex_);
  failures_.erase(both(peer, email));
}

}  // namespace shopbell
