#include "net/url.h"

#include "net/asio.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

namespace shopbell {
namespace {

namespace urls = boost::urls;

constexpr std::size_t url_bytes_max = 8192;
constexpr std::size_t host_bytes_max = 253;  // RFC 1035, as text
constexpr std::size_t label_bytes_max = 63;

tl::unexpected<Error> bad_url(std::string message, std::string hint = {}) {
  return fail("bad_url", std::move(message), std::move(hint));
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (auto end = text.find(at); end != text.npos; end = text.find(at)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Decimal, 0x hex or 0 octal.
std::optional<std::uint64_t> ipv4_number(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
    if (text.empty()) return 0;
  } else if (text.size() > 1 && text.front() == '0') {
    base = 8;
  }
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

bool ends_in_number(std::string_view host) {
  const auto last = host.substr(host.rfind('.') + 1);
  return !last.empty() && (std::all_of(last.begin(), last.end(), is_digit) || ipv4_number(last));
}

// WHATWG URL, "IPv4 parser": up to four numbers, of which the last fills all bytes that are left.
std::optional<std::string> browser_ipv4(std::string_view host) {
  const auto parts = split(host, '.');
  if (parts.size() > 4) return {};
  std::uint64_t address = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = ipv4_number(parts[i]);
    const bool is_last = i + 1 == parts.size();
    const auto limit = is_last ? std::uint64_t{1} << (8 * (5 - parts.size())) : 256;
    if (!number || *number >= limit) return {};
    address += is_last ? *number : *number << (8 * (3 - i));
  }
  return asio::ip::address_v4(static_cast<std::uint32_t>(address)).to_string();
}

bool is_dns_name(std::string_view host) {
  if (host.size() > host_bytes_max) return false;
  const auto labels = split(host, '.');
  return std::all_of(labels.begin(), labels.end(), [](std::string_view label) {
    const auto ok = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_'; };
    return !label.empty() && label.size() <= label_bytes_max && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), ok);
  });
}

Result<void> set_host(Url& url, const urls::url_view& parsed) {
  const std::string text(parsed.encoded_host().data(), parsed.encoded_host().size());
  if (parsed.host_type() == urls::host_type::ipv6) {
    error_code error;
    const auto address = asio::ip::make_address_v6(text.substr(1, text.size() - 2), error);
    if (error || address.scope_id() != 0) return bad_url("the host is no IPv6 address: " + text);
    url.host = address.to_string();
    url.is_address = true;
    return {};
  }
  url.host = text;
  std::transform(url.host.begin(), url.host.end(), url.host.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (ends_in_number(url.host)) {
    const auto address = browser_ipv4(url.host);
    if (!address) return bad_url("the host is no IPv4 address: " + text);
    url.host = *address;
    url.is_address = true;
    return {};
  }
  if (!is_dns_name(url.host))
    return bad_url("the host is no DNS name: " + text,
                   "a name with other letters than ASCII is written as xn--…");
  return {};
}

Result<void> set_port(Url& url, const urls::url_view& parsed) {
  url.port = url.tls ? 443 : 80;
  if (!parsed.has_port() || parsed.port().empty()) return {};
  if (parsed.port_number() == 0) return bad_url("the port is not from 1 to 65535");
  url.port = parsed.port_number();
  return {};
}

// "?filter[a]=b" is what everybody writes; RFC 3986 wants its brackets escaped.
std::string with_escaped_brackets(std::string_view text) {
  const auto query = std::min(text.find('?'), text.size());
  std::string escaped(text.substr(0, query));
  for (const char c : text.substr(query)) {
    if (c == '[')
      escaped += "%5B";
    else if (c == ']')
      escaped += "%5D";
    else
      escaped += c;
  }
  return escaped;
}

std::string bracketed(const std::string& host) {
  return host.find(':') == host.npos ? host : fmt::format("[{}]", host);
}

}  // namespace

std::string Url::host_header() const {
  std::string header = bracketed(host);
  if (port != (tls ? 443 : 80)) header.append(":").append(std::to_string(port));
  return header;
}

std::string Url::origin() const {
  return fmt::format("{}://{}:{}", tls ? "https" : "http", bracketed(host), port);
}

Result<Url> parse_url(std::string_view text) {
  if (text.size() > url_bytes_max)
    return bad_url("the URL is longer than " + std::to_string(url_bytes_max) + " bytes");
  const auto odd = [](char c) { return c <= ' ' || c == '\\' || static_cast<unsigned char>(c) >= 0x7f; };
  if (std::any_of(text.begin(), text.end(), odd))
    return bad_url("the URL holds a space, a backslash, a control character or one above ASCII",
                   "percent-encode it");
  const std::string escaped = with_escaped_brackets(text);
  const auto parsed = urls::parse_uri(escaped);
  if (!parsed) return bad_url("this is no URL", "https://host/path");
  Url url;
  url.tls = parsed->scheme_id() == urls::scheme::https;
  if (!url.tls && parsed->scheme_id() != urls::scheme::http)
    return bad_url("the URL is neither http nor https");
  if (!parsed->has_authority() || parsed->encoded_host().empty()) return bad_url("the URL has no host");
  if (parsed->has_userinfo()) return bad_url("the URL holds a user", "send an Authorization header");
  if (auto done = set_host(url, *parsed); !done) return tl::unexpected(done.error());
  if (auto done = set_port(url, *parsed); !done) return tl::unexpected(done.error());
  const auto path = parsed->encoded_path();
  // Boost 1.81 lets "a:80x/" pass, as the port 80 and the path "x/".
  if (!path.empty() && path.front() != '/') return bad_url("the port is no number");
  url.target = path.empty() ? "/" : std::string(path.data(), path.size());
  if (parsed->has_query())
    url.target.append("?").append(parsed->encoded_query().data(), parsed->encoded_query().size());
  return url;
}

}  // namespace shopbell
