#pragma once
// Which attempts may be under way: so many at once to one destination, none for a while to one that does not
// answer, and further attempts only as a small part of all. Pure: time is an argument. Who uses it locks.

#include <shopbell/time.h>

#include <cstdint>
#include <string>
#include <unordered_map>

namespace shopbell {

constexpr std::size_t destinations_known_max = 10'000;  // those with nothing under way are forgotten above that

struct DestinationLimits {
  std::size_t calls_max = 32;        // under way at once
  std::uint32_t failures_max = 5;    // one after the other: then the circuit opens
  Millis open_min{1'000};            // how long, at first; twice as long each time
  Millis open_max{60'000};
  double again_per_call = 0.1;       // further attempts: a tenth of the first ones,
  double again_per_second = 1;       // and as many at least, so that a quiet destination's are not stuck
  double again_saved_max = 100;      // of both, when they were not needed
};

struct Room {
  std::size_t count = 0;  // of attempts that may begin now
  Time at;                // when there is room: now, later, or Time::max(): when one of those under way ends
};

class Destinations {
 public:
  enum class Ended : std::uint8_t { answered, unanswered, broken_off };

  explicit Destinations(DestinationLimits limits = {}) : limits_(limits) {}

  /// Whether an attempt may begin; then it counts as under way until ended(). `again`: it is not the call's first.
  bool begin(const std::string& destination, bool again, Time now);
  /// `unanswered`: nobody was there, it took too long, or the far side said that it cannot at the moment.
  void ended(const std::string& destination, Ended how, Time now);

  /// How many attempts may begin now.
  std::size_t room(const std::string& destination, bool again, Time now);
  /// Without room: when there is some. Time::max(): when one of those under way ends.
  Time room_at(const std::string& destination, bool again, Time now);
  bool is_open(const std::string& destination, Time now);

 private:
  struct State {
    std::size_t under_way = 0;
    std::uint32_t failures = 0;  // since the last answer
    std::uint32_t openings = 0;  // likewise
    Time closed_at{};            // the circuit is open until then
    double again = 0;            // further attempts that may be made
    Time saved_at{};
  };
  State& of(const std::string& destination, Time now);

  DestinationLimits limits_;
  std::unordered_map<std::string, State> states_;
};

}  // namespace shopbell
