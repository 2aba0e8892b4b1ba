#include "serve/destinations.h"

#include <algorithm>

namespace shopbell {

// Ten further attempts to begin with: a destination that has just been met may fail a few times.
constexpr double again_first = 10;

Destinations::State& Destinations::of(const std::string& destination, Time now) {
  if (states_.size() >= destinations_known_max)
    std::erase_if(states_, [&](const auto& s) { return s.second.under_way == 0 && s.second.closed_at <= now; });
  const auto [at, fresh] = states_.try_emplace(destination);
  State& state = at->second;
  if (fresh) {
    state.again = again_first;
    state.saved_at = now;
  }
  const double seconds = static_cast<double>(std::max(now - state.saved_at, Millis{0}).count()) / 1000;
  state.again = std::min(limits_.again_saved_max, state.again + seconds * limits_.again_per_second);
  state.saved_at = now;
  return state;
}

std::size_t Destinations::room(const std::string& destination, bool again, Time now) {
  const State& state = of(destination, now);
  if (state.closed_at > now) return 0;
  // After an opening one attempt shows whether somebody is there.
  const std::size_t most = state.openings > 0 ? 1 : limits_.calls_max;
  const std::size_t free = state.under_way < most ? most - state.under_way : 0;
  return again ? std::min(free, static_cast<std::size_t>(state.again)) : free;
}

Time Destinations::room_at(const std::string& destination, bool again, Time now) {
  if (room(destination, again, now) > 0) return now;
  const State& state = of(destination, now);
  if (state.closed_at > now) return state.closed_at;
  if (room(destination, false, now) == 0) return Time::max();
  const double missing = (1 - state.again) / limits_.again_per_second;
  return now + Millis{static_cast<std::int64_t>(missing * 1000) + 1};
}

bool Destinations::is_open(const std::string& destination, Time now) { return of(destination, now).openings > 0; }

bool Destinations::begin(const std::string& destination, bool again, Time now) {
  if (room(destination, again, now) == 0) return false;
  State& state = of(destination, now);
  ++state.under_way;
  state.again += again ? -1 : limits_.again_per_call;
  return true;
}

void Destinations::ended(const std::string& destination, Ended how, Time now) {
  State& state = of(destination, now);
  if (state.under_way > 0) --state.under_way;
  if (how == Ended::broken_off) return;
  if (how == Ended::answered) {
    state.failures = state.openings = 0;
    state.closed_at = {};
    return;
  }
  ++state.failures;
  // What was under way when the circuit opened says nothing new.
  if (state.failures < limits_.failures_max || state.closed_at > now) return;
  const int doublings = static_cast<int>(std::min(state.openings, 20U));
  ++state.openings;
  state.closed_at = now + std::min(limits_.open_max, limits_.open_min * (std::int64_t{1} << doublings));
}

}  // namespace shopbell
