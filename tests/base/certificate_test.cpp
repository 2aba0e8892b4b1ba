#include "base/certificate.h"

#include "support/catch.h"
#include "support/certificate.h"

#include <fstream>
#include <iterator>

using namespace shopbell;

TEST_CASE("a certificate is trusted when it is of the host, in time, and leads to an authority") {
  const Certificate own, other;
  std::ifstream in(own.certificate_file);
  const std::string pem{std::istreambuf_iterator<char>(in), {}};
  const Time now = std::chrono::floor<Millis>(std::chrono::system_clock::now());
  const Millis day{24 * 3'600'000};
  CHECK(check_certificate(pem, "localhost", now, own.certificate_file));
  CHECK_FALSE(check_certificate(pem, "paypal.com", now, own.certificate_file));
  CHECK_FALSE(check_certificate(pem, "host", now, own.certificate_file));
  CHECK_FALSE(check_certificate(pem, "localhost", now + day, own.certificate_file));
  CHECK_FALSE(check_certificate(pem, "localhost", now - day, own.certificate_file));
  CHECK_FALSE(check_certificate(pem, "localhost", now, other.certificate_file));
  CHECK_FALSE(check_certificate(pem, "localhost", now));
  CHECK_FALSE(check_certificate("", "localhost", now, own.certificate_file));
  CHECK_FALSE(check_certificate(pem.substr(0, pem.size() / 2), "localhost", now, own.certificate_file));
  CHECK_FALSE(check_certificate(pem, "localhost", now, "/nowhere.pem"));
}
