#pragma once
// The certificates that a platform signs with and has at an address of its own (PayPal's PAYPAL-CERT-URL): fetched when
// a webhook first names one, checked, and kept for a day. Any thread.

#include "serve/clock.h"

#include <shopbell/error.h>
#include <shopbell/http.h>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace shopbell {

constexpr std::size_t certificates_kept_max = 32;     // addresses; more: the oldest goes
constexpr std::size_t certificate_waiters_max = 256;  // webhooks that wait for one fetch; more: "certificate_busy"
constexpr Millis certificate_kept{24 * 3'600'000};
constexpr Millis certificate_failed_kept{30'000};     // before one that could not be had is asked for again

class Certificates {
 public:
  using Done = std::function<void(Result<std::string>)>;
  using Fetch = std::function<void(HttpRequest, std::function<void(Result<HttpResponse>)>)>;
  /// `authorities_file`: PEM; empty: the system's.
  explicit Certificates(Fetch fetch, std::string authorities_file = {}, Clock clock = {});

  /// The PEM behind the address, whose host is `host` or below it: at once when it is known, else when it has come.
  /// Errors: "bad_signature" (another host, or nothing to be trusted), "certificate_unreachable", "certificate_busy".
  void get(const std::string& url, const std::string& host, Done done);

 private:
  struct Known {
    Result<std::string> pem;
    Time until;
    std::vector<Done> waiting;  // not empty: it is being fetched
  };
  void came(const std::string& url, const std::string& host, Result<HttpResponse> response);

  Fetch fetch_;
  std::string authorities_file_;
  Clock clock_;
  std::mutex mutex_;
  std::map<std::string, Known> known_;
};

}  // namespace shopbell
