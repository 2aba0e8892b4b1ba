#include "serve/certificates.h"

#include "base/certificate.h"
#include "intake/urls.h"

#include <algorithm>

namespace shopbell {
namespace {

constexpr Millis fetch_timeout{10'000};  // well within what the server waits for an answer

Result<std::string> pem_of(const Result<HttpResponse>& response, const std::string& host, Time now,
                           const std::string& authorities_file) {
  if (!response) return fail("certificate_unreachable", "the signing certificate could not be had: " + response.error().message);
  if (response->status != 200 || response->cut)
    return fail("certificate_unreachable", "the signing certificate could not be had: the answer was " + std::to_string(response->status));
  if (auto good = check_certificate(response->body, host, now, authorities_file); !good)
    return fail("bad_signature", good.error().message);
  return response->body;
}

}  // namespace

Certificates::Certificates(Fetch fetch, std::string authorities_file, Clock clock)
    : fetch_(std::move(fetch)), authorities_file_(std::move(authorities_file)), clock_(std::move(clock)) {}

void Certificates::get(const std::string& url, const std::string& host, Done done) {
  if (!is_https_under(url, host)) return done(fail("bad_signature", "the certificate is not at the platform's host"));
  std::unique_lock lock(mutex_);
  const auto found = known_.find(url);
  if (found != known_.end() && found->second.waiting.empty() && found->second.until > clock_.wall()) {
    const Result<std::string> pem = found->second.pem;
    lock.unlock();
    return done(pem);
  }
  if (known_.size() >= certificates_kept_max && found == known_.end()) {
    const auto oldest = std::min_element(known_.begin(), known_.end(), [](const auto& a, const auto& b) {
      return std::pair(!a.second.waiting.empty(), a.second.until) < std::pair(!b.second.waiting.empty(), b.second.until);
    });
    if (!oldest->second.waiting.empty()) {
      lock.unlock();
      return done(fail("certificate_busy", "too many certificates are being fetched"));
    }
    known_.erase(oldest);
  }
  Known& known = known_[url];
  if (known.waiting.size() >= certificate_waiters_max) {
    lock.unlock();
    return done(fail("certificate_busy", "too many webhooks wait for their certificate"));
  }
  known.waiting.push_back(std::move(done));
  const bool first = known.waiting.size() == 1;
  lock.unlock();
  if (!first) return;
  HttpRequest request;
  request.method = "GET";
  request.url = url;
  request.timeout = fetch_timeout;
  fetch_(std::move(request), [this, url, host](Result<HttpResponse> response) { came(url, host, std::move(response)); });
}

void Certificates::came(const std::string& url, const std::string& host, Result<HttpResponse> response) {
  const Time now = clock_.wall();
  const Result<std::string> pem = pem_of(response, host, now, authorities_file_);
  std::vector<Done> waiting;
  {
    const std::lock_guard lock(mutex_);
    Known& known = known_[url];
    known.pem = pem;
    known.until = now + (pem ? certificate_kept : certificate_failed_kept);
    waiting.swap(known.waiting);
  }
  for (const Done& done : waiting) done(pem);
}

}  // namespace shopbell
