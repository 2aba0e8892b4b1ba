#pragma once
// So many a second, in bursts that are bounded: what is due all at once is released little by little. Pure.

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace shopbell {

class Pace {
 public:
  using Steady = std::chrono::steady_clock::time_point;

  /// `per_second` 0: as many as there are.
  Pace(double per_second, std::size_t burst) : per_second_(per_second), burst_(static_cast<double>(burst)), saved_(burst_) {}

  /// How many may be released now.
  std::size_t room(Steady now) {
    if (per_second_ <= 0) return static_cast<std::size_t>(burst_);
    const std::chrono::duration<double> passed = now - at_;
    if (at_ != Steady{} && passed.count() > 0) saved_ = std::min(burst_, saved_ + passed.count() * per_second_);
    at_ = now;
    return static_cast<std::size_t>(saved_);
  }
  void take(std::size_t count) {
    if (per_second_ > 0) saved_ -= static_cast<double>(count);
  }
  /// Without room: how long until there is some for a tenth of a burst.
  std::chrono::milliseconds until_room() const {
    const double missing = std::max(1.0, burst_ / 10) - saved_;
    return std::chrono::milliseconds(1 + static_cast<long>(std::max(0.0, missing) / per_second_ * 1000));
  }

 private:
  double per_second_, burst_, saved_;
  Steady at_{};
};

}  // namespace shopbell
