#pragma once
// A URL as the client takes it: http or https with a host, read in one way only. What two URL parsers
// read as two hosts is refused, not guessed.

#include <shopbell/error.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace shopbell {

struct Url {
  bool tls = false;
  std::string host;  // in small letters; an address in its usual form, an IPv6 one without brackets
  bool is_address = false;
  std::uint16_t port = 0;
  std::string target;  // path and query, at least "/"

  std::string host_header() const;  // with brackets, and the port unless it is the scheme's own
  std::string origin() const;       // "https://shop.example:443": always with the port
};

/// Error "bad_url": no URL by RFC 3986, not http(s), no host, a user, control characters, spaces or
/// backslashes, a host that is neither an address nor a DNS name in ASCII (an IDN goes in as xn--…), a
/// trailing dot, an IPv6 zone, port 0. A host that ends in a number is an IPv4 address in each form that
/// browsers take (WHATWG URL, "IPv4 parser"): "2130706433" and "0x7f.1" are 127.0.0.1. The fragment is
/// dropped.
Result<Url> parse_url(std::string_view text);

}  // namespace shopbell
