#include "serve/certificates.h"

#include "support/catch.h"
#include "support/certificate.h"

#include <fstream>
#include <iterator>

using namespace shopbell;

namespace {

const std::string url = "https://api.localhost/certs/1";  // under the host that the test's certificate is of

struct Fetches {
  std::vector<std::pair<HttpRequest, std::function<void(Result<HttpResponse>)>>> open;
  Time now = wall_clock();

  Certificates certificates(const std::string& authorities) {
    Clock clock;
    clock.wall = [this] { return now; };
    return Certificates([this](HttpRequest request, std::function<void(Result<HttpResponse>)> done) { open.emplace_back(std::move(request), std::move(done)); },
                        authorities, clock);
  }
  void answer(Result<HttpResponse> response) {
    auto done = std::move(open.front().second);
    open.erase(open.begin());
    done(std::move(response));
  }
};

std::string pem_of(const Certificate& certificate) {
  std::ifstream in(certificate.certificate_file);
  return {std::istreambuf_iterator<char>(in), {}};
}

HttpResponse with_body(std::string body, int status = 200) { return {status, {}, std::move(body), false}; }

}  // namespace

TEST_CASE("a certificate is fetched once, checked, and kept for a day") {
  const Certificate own;
  Fetches fetches;
  Certificates certificates = fetches.certificates(own.certificate_file);
  std::vector<std::string> got;
  const auto note = [&](Result<std::string> pem) { got.push_back(pem ? "pem" : pem.error().code); };
  certificates.get(url, "localhost", note);
  certificates.get(url, "localhost", note);
  CHECK(got.empty());
  REQUIRE(fetches.open.size() == 1);
  CHECK(fetches.open[0].first.method == "GET");
  CHECK(fetches.open[0].first.url == url);
  fetches.answer(with_body(pem_of(own)));
  CHECK(got == std::vector<std::string>{"pem", "pem"});
  certificates.get(url, "localhost", note);
  CHECK(got.size() == 3);
  fetches.now += certificate_kept;
  certificates.get(url, "localhost", note);
  CHECK(fetches.open.size() == 1);
}

TEST_CASE("what cannot be trusted is refused, what could not be had is asked for again") {
  const Certificate own, other;
  Fetches fetches;
  Certificates certificates = fetches.certificates(own.certificate_file);
  std::string got;
  const auto note = [&](Result<std::string> pem) { got = pem ? "pem" : pem.error().code; };
  for (const char* elsewhere : {"http://api.localhost/c", "https://localhost.evil.example/c", "https://evil.example/localhost", "https://a@localhost/c", "https://localhost:8443/c", ""}) {
    certificates.get(elsewhere, "localhost", note);
    CHECK(got == "bad_signature");
  }
  CHECK(fetches.open.empty());
  certificates.get(url, "localhost", note);
  fetches.answer(with_body(pem_of(other)));
  CHECK(got == "bad_signature");
  fetches.now += certificate_failed_kept;
  certificates.get(url, "localhost", note);
  fetches.answer(shopbell::fail("timeout", "it took too long"));
  CHECK(got == "certificate_unreachable");
  certificates.get(url, "localhost", note);
  CHECK(fetches.open.empty());
  fetches.now += certificate_failed_kept;
  certificates.get(url, "localhost", note);
  fetches.answer(with_body("not found", 404));
  CHECK(got == "certificate_unreachable");
  fetches.now += certificate_failed_kept;
  certificates.get(url, "localhost", note);
  fetches.answer(with_body(pem_of(own)));
  CHECK(got == "pem");
}

TEST_CASE("so many addresses and so many waiting webhooks are held at most") {
  const Certificate own;
  Fetches fetches;
  Certificates certificates = fetches.certificates(own.certificate_file);
  std::string got;
  const auto note = [&](Result<std::string> pem) { got = pem ? "pem" : pem.error().code; };
  for (std::size_t i = 0; i < certificate_waiters_max; ++i) certificates.get(url, "localhost", note);
  CHECK(got.empty());
  certificates.get(url, "localhost", note);
  CHECK(got == "certificate_busy");
  for (std::size_t i = 1; i < certificates_kept_max; ++i) certificates.get(url + std::to_string(i), "localhost", note);
  got.clear();
  certificates.get(url + "x", "localhost", note);
  CHECK(got == "certificate_busy");
  CHECK(fetches.open.size() == certificates_kept_max);
}
