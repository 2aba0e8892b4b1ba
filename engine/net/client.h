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
  std::vector<std::string> allow;  // origins that may be private: "http://127.0.0.1:9000"
  std::size_t response_bytes_max = 1024 * 1024;
  std::size_t connections_per_host_max = 32;
  std::size_t connections_max = 512;
  std::size_t waiting_max = 100'000;  // requests that have no connection yet; above it: "overloaded"
  Millis idle_timeout{30'000};        // a pooled connection is closed after it
  std::string ca_file;                // PEM of the authorities that are trusted; empty: the system's
  /// Addresses of a name, in the order to try; called on threads of the client. Empty: the system's resolver.
  std::function<Result<std::vector<std::string>>(const std::string& host)> resolve = {};
};

/// Not loopback, private, link-local, multicast, reserved, documentation, nor an IPv6 form of one of
/// these (mapped, NAT64, 6to4, Teredo). RFC 6890 and the IANA special-purpose registries.
bool is_public_address(std::string_view address);

class Client {
 public:
  /// Errors: "bad_url" for an entry of `allow` that is no origin, "tls" for a ca_file that cannot be read.
  static Result<void> check(const ClientConfig& config);
  /// Runs on its own event loop with one thread. What check() finds is not fatal here: such an entry of
  /// `allow` allows nothing, and without authorities every https request ends with "tls".
  static std::unique_ptr<Client> make(const ClientConfig& config);
  virtual ~Client() = default;
  /// `done` is called once, on the client's thread (on the caller's when the client has stopped). Errors:
  /// "bad_url", "bad_request" (a method or header that cannot be sent; Host and the framing are the client's
  /// own), "refused_address", "resolve", "connect", "tls", "overloaded", "stopped", "timeout" and "broken"
  /// (the connection ended inside the exchange, or what came is no response): after these two the request may
  /// or may not have been received. A kept-alive connection that ends before the first byte of a response is
  /// tried once more on a fresh one when the method is idempotent (RFC 9110, 9.2.2) or the request bears an
  /// Idempotency-Key.
  virtual void send(HttpRequest request, std::function<void(Result<HttpResponse>)> done) = 0;
  /// Ends open exchanges with "stopped" and joins its threads; a name that is being resolved is waited for.
  virtual void stop() = 0;
  /// Work for the client's thread: now, or after a time. Not done when the client stops before.
  virtual void post(std::function<void()> work) = 0;
  virtual void post_after(Millis delay, std::function<void()> work) = 0;
};

}  // namespace shopbell
