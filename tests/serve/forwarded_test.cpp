#include "serve/forwarded.h"

#include "support/catch.h"

using namespace shopbell;

namespace {

struct Case {
  std::string peer;
  std::vector<std::string> lines;  // of X-Forwarded-For, in their order
  std::vector<std::string> trusted;
  std::string whose;
};

std::string address_in(const Case& c) {
  std::vector<RequestHeaders::Field> fields{{"Host", "shop.example"}};
  for (const std::string& line : c.lines) fields.emplace_back("x-Forwarded-For", line);
  return client_address(c.peer, RequestHeaders(fields), c.trusted);
}

}  // namespace

TEST_CASE("a request is its sender's, as far as the shop's own proxies vouch for it") {
  const std::vector<Case> cases{
      {"198.51.100.7", {"203.0.113.9"}, {}, "198.51.100.7"},                          // no proxy is trusted: the header is anybody's
      {"198.51.100.7", {"203.0.113.9"}, {"127.0.0.1"}, "198.51.100.7"},                // it does not come from the proxy
      {"127.0.0.1", {"203.0.113.9"}, {"127.0.0.1"}, "203.0.113.9"},
      {"127.0.0.1", {}, {"127.0.0.1"}, "127.0.0.1"},
      {"127.0.0.1", {"1.2.3.4, 203.0.113.9"}, {"127.0.0.1"}, "203.0.113.9"},           // what stands left of it the sender has made up
      {"127.0.0.1", {"1.2.3.4", "203.0.113.9"}, {"127.0.0.1"}, "203.0.113.9"},         // as a line of its own, too
      {"10.0.0.2", {"1.2.3.4, 203.0.113.9, 10.1.2.3"}, {"10.0.0.0/8"}, "203.0.113.9"},  // two proxies
      {"10.0.0.2", {"10.9.9.9, 10.1.2.3"}, {"10.0.0.0/8"}, "10.9.9.9"},                // from within
      {"10.0.0.2", {"203.0.113.9, 192.0.2.5, 10.1.2.3"}, {"10.0.0.0/8"}, "192.0.2.5"},  // another's proxy is nobody's word
      {"127.0.0.1", {"nonsense"}, {"127.0.0.1"}, "127.0.0.1"},
      {"127.0.0.1", {"203.0.113.9, nonsense"}, {"127.0.0.1"}, "127.0.0.1"},
      {"127.0.0.1", {"203.0.113.9,"}, {"127.0.0.1"}, "203.0.113.9"},
      {"127.0.0.1", {"203.0.113.9:4711"}, {"127.0.0.1"}, "203.0.113.9"},
      {"::1", {"[2001:db8::7]:4711"}, {"::1"}, "2001:db8::7"},
      {"2001:db8::1", {"2001:db8:1::7"}, {"2001:db8::/48"}, "2001:db8:1::7"},
      {"::ffff:127.0.0.1", {"203.0.113.9"}, {"127.0.0.1"}, "203.0.113.9"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.peer, c.lines, c.trusted);
    CHECK(address_in(c) == c.whose);
  }
}
