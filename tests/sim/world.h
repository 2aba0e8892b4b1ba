#pragma once
// One schedule's world: its time, its chance, what is going to happen, and the trace of what did. Nothing here
// knows Shopbell. One thread.

#include "serve/clock.h"
#include "support/random.h"

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace shopbell::sim {

using testing::Random;

class World {
 public:
  explicit World(std::uint64_t seed) : random(seed) {}

  Millis now() const { return now_; }  // since the world began; never goes back
  Time wall() const { return begin + now_ + skew_; }
  Time wall_at(Millis when) const { return begin + when + skew_; }
  Clock clock();
  /// The engine's clock on the wall is set forth or back.
  void step_clock(Millis by);
  Millis skew_moved() const { return skew_moved_; }  // all steps together

  void after(Millis delay, std::function<void()> what) { todo_.emplace(now_ + delay, std::move(what)); }
  /// When the next thing happens, or Millis::max().
  Millis next() const { return todo_.empty() ? Millis::max() : todo_.begin()->first; }
  /// Time passes until then; what happens by then is done by do_next(), in order.
  void pass_to(Millis when);
  bool do_next();

  template <class... Args>
  void trace(fmt::format_string<Args...> text, Args&&... args) {
    add_to_trace(fmt::format("{:>9} ", now_.count()) + fmt::format(text, std::forward<Args>(args)...));
  }
  std::uint64_t trace_hash() const { return hash_; }
  const std::vector<std::string>& lines() const { return lines_; }
  bool keeps_lines = false;

  Random random;
  static constexpr Time begin{Millis{1'800'000'000'000}};  // 2027-01-15T08:00:00Z

 private:
  void add_to_trace(const std::string& line);

  Millis now_{1}, skew_{0}, skew_moved_{0};
  std::multimap<Millis, std::function<void()>> todo_;  // of one time: in the order of after()
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;         // FNV-1a
  std::vector<std::string> lines_;
};

}  // namespace shopbell::sim
