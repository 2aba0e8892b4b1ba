#include "serve/forwarded.h"

#include "cel/network.h"

#include <shopbell/text.h>

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::string_view mapped = "::ffff:";  // how a socket for both kinds names an IPv4 address

bool is_header(std::string_view name) {
  constexpr std::string_view wanted = "x-forwarded-for";
  return name.size() == wanted.size() && std::equal(name.begin(), name.end(), wanted.begin(), [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

/// "192.0.2.1", "192.0.2.1:4711", "[2001:db8::1]:4711", "2001:db8::1": without the port.
std::string_view without_port(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('[')) return text.substr(1, std::min(text.find(']'), text.size()) - 1);
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos) text = text.substr(0, colon);
  if (text.starts_with(mapped) && text.find('.') != std::string_view::npos) text.remove_prefix(mapped.size());
  return text;
}

bool is_trusted(std::string_view address, const std::vector<std::string>& trusted) {
  const auto parsed = cel::parse_address(address);
  return parsed && std::any_of(trusted.begin(), trusted.end(), [&](const std::string& one) {
    if (const auto block = cel::parse_block(one)) return cel::block_contains(*block, *parsed);
    const auto single = cel::parse_address(one);
    return single && cel::same_address(*single, *parsed);
  });
}

}  // namespace

std::string client_address(std::string_view peer, const RequestHeaders& header, const std::vector<std::string>& trusted) {
  std::string_view address = without_port(peer);
  if (trusted.empty()) return std::string(address);
  std::vector<std::string_view> heard;  // of all lines of that header: some proxies add a line, and not to it
  for (const auto& [name, value] : header.all()) {
    std::string_view rest = is_header(name) ? value : std::string_view();
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      heard.push_back(without_port(rest.substr(0, end)));
      rest.remove_prefix(std::min(rest.size(), end + 1));
    }
  }
  while (!heard.empty() && is_trusted(address, trusted) && cel::parse_address(heard.back())) {
    address = heard.back();
    heard.pop_back();
  }
  return std::string(address);
}

}  // namespace shopbell
