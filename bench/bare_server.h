#pragma once
// The yardstick: Beast's own parser, serializer and containers, at their best, and nothing round them.

#include <cstdint>
#include <memory>

namespace shopbell::bench {

class BareServer {
 public:
  /// Listens on a free port of 127.0.0.1 and answers 202 to each request, on this many threads.
  static std::unique_ptr<BareServer> start(int threads);
  virtual ~BareServer() = default;
  virtual std::uint16_t port() const = 0;
};

}  // namespace shopbell::bench
