#pragma once
// A load generator that costs little: kept-alive connections on one epoll, requests as ready bytes, one
// thread. Closed loop: each connection sends its next request when its response has come.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace shopbell::bench {

/// Counts of microseconds in buckets that are at most 1/32 of their value wide.
class Histogram {
 public:
  void add(std::uint64_t us);
  /// The value below which this share (0..1) of all lies, to the width of a bucket.
  std::uint64_t at(double share) const;
  std::uint64_t max() const { return max_; }
  std::uint64_t count() const { return count_; }

 private:
  static constexpr std::size_t buckets = 64 * 40;
  std::uint64_t counts_[buckets] = {};
  std::uint64_t count_ = 0, max_ = 0;
};

struct Load {
  std::uint16_t port = 0;  // on 127.0.0.1
  std::size_t connections = 64;
  std::uint64_t requests = 100'000;  // in all
  /// The bytes of the i-th request; the view must live until the next call for the same connection.
  std::function<std::string_view(std::uint64_t i, std::size_t connection)> request;
};

struct LoadReport {
  std::map<int, std::uint64_t> statuses;  // 0: the connection broke
  Histogram latency_us;
  std::chrono::duration<double> took{0};
  double cpu_seconds = 0;  // of the generator's thread
  double per_second() const { return static_cast<double>(latency_us.count()) / took.count(); }
};

/// Runs until all requests have been answered or their connections broke. Blocks the calling thread.
LoadReport run_load(const Load& load);

/// "  78123 /s   p50 800 us   p99 1.2 ms   max 9.0 ms   202: 100000   generator 41 % of a core"
std::string to_text(const LoadReport& report);

/// Requests a Shopify-like webhook might be: `body_bytes` of JSON and the headers that it comes with.
std::string webhook_request(std::string_view path, std::size_t body_bytes);

/// CPU seconds of this thread.
double thread_cpu_seconds();

}  // namespace shopbell::bench
