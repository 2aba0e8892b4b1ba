#pragma once
// What /metrics shows. Counters only grow; any thread.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace shopbell {

/// A histogram of seconds with fixed bounds (Prometheus' cumulative buckets).
class Histogram {
 public:
  static constexpr std::array<double, 12> bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5};
  void record(std::chrono::nanoseconds took);
  void append(std::string& to, std::string_view name) const;

 private:
  std::array<std::atomic<std::uint64_t>, bounds.size() + 1> counts_{};
  std::atomic<std::uint64_t> sum_ns_{0};
};

struct Metrics {
  std::atomic<std::uint64_t> events_accepted{0}, events_repeated{0}, events_ignored{0}, events_refused{0}, events_unsigned{0};
  std::atomic<std::uint64_t> queue_full{0}, batches{0}, inputs{0}, inputs_quarantined{0}, disk_full{0};
  std::atomic<std::uint64_t> runs_started{0}, runs_done{0}, runs_stopped{0}, runs_failed{0};
  std::atomic<std::uint64_t> calls_started{0}, calls_done{0}, calls_retried{0}, calls_failed{0}, calls_unknown{0};
  std::atomic<std::uint64_t> tickets_opened{0}, messages_in{0}, messages_out{0};
  std::atomic<std::uint64_t> reloads{0}, reloads_refused{0};
  std::atomic<std::int64_t> queue_length{0}, calls_in_flight{0}, workflows{0};
  Histogram commit, answer;

  /// The Prometheus text exposition format, version 0.0.4.
  std::string text() const;
};

}  // namespace shopbell
