#pragma once
// The HTTP client of actions: HTTP/1.1 with kept-alive connections. Requests go to public addresses,
// or to origins that the shop allows; every resolved address is checked and the checked one is
// connected to (so a name cannot be rebound in between); redirects are not followed.

#include <shopbell/error.h>
#include <shopbell/http.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

struct ClientConfig {
  std::vector<std::string> allow;        // origins that may be private: "http://127.0.0.1:9000"
  std::size_t response_bytes_max = 1024 * 1024;
  std::size_t connections_per_host_max = 32;
  std::size_t connections_max = 512;
  Millis idle_timeout{30'000};           // a pooled connection is closed after it
};

/// Not loopback, private, link-local, multicast, reserved, documentation, nor an IPv6 form of one of
/// these (mapped, NAT64, 6to4, Teredo). RFC 6890 and the IANA special-purpose registries.
bool is_public_address(std::string_view address);

class Client {
 public:
  /// Runs on its own event loop with one thread.
  static std::unique_ptr<Client> make(const ClientConfig& config);
  virtual ~Client() = default;
  /// `done` is called once, on the client's thread. Errors: "bad_url", "refused_address", "resolve",
  /// "connect", "tls", "timeout", "broken" (the connection ended inside the exchange:
  /// the request may or may not have been received).
  virtual void send(HttpRequest request, std::function<void(Result<HttpResponse>)> done) = 0;
  /// Ends open exchanges with "stopped" and joins its thread.
  virtual void stop() = 0;
  /// Work for the client's thread: now, or after a time.
  virtual void post(std::function<void()> work) = 0;
};

}  // namespace shopbell
