#include "sim/world.h"

#include <algorithm>

namespace shopbell::sim {

Clock World::clock() {
  return {[this] { return wall(); }, [this] { return Clock::Steady(now_); }};
}

void World::step_clock(Millis by) {
  skew_ += by;
  skew_moved_ += std::chrono::abs(by);
  trace("the clock is set by {} ms", by.count());
}

void World::pass_to(Millis when) { now_ = std::max(now_, when); }

bool World::do_next() {
  if (next() > now_) return false;
  auto what = std::move(todo_.begin()->second);
  todo_.erase(todo_.begin());
  what();
  return true;
}

void World::add_to_trace(const std::string& line) {
  for (const char c : line) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  if (keeps_lines) lines_.push_back(line);
}

}  // namespace shopbell::sim
