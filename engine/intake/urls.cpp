#include "intake/urls.h"

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::string_view https = "https://";

struct Split {
  std::string_view scheme, host, port, rest;  // "https://", "shop.example", ":443", "/hooks/x?y"
};

Split split(std::string_view url) {
  Split made;
  const std::size_t slashes = url.find("://");
  if (slashes != std::string_view::npos) made.scheme = url.substr(0, slashes + 3);
  url.remove_prefix(made.scheme.size());
  const std::size_t end = std::min(url.find_first_of("/?#"), url.size());
  made.rest = url.substr(end);
  made.host = url.substr(0, end);
  const std::size_t colon = made.host.rfind(':');
  if (colon != std::string_view::npos && made.host.find(']', colon) == std::string_view::npos) {
    made.port = made.host.substr(colon);
    made.host = made.host.substr(0, colon);
  }
  return made;
}

}  // namespace

std::vector<std::string> with_and_without_port(std::string_view url) {
  const Split parts = split(url);
  const auto with = [&](std::string_view port) {
    return std::string(parts.scheme).append(parts.host).append(port).append(parts.rest);
  };
  std::vector<std::string> made{std::string(url)};
  made.push_back(parts.port.empty() ? with(parts.scheme == https ? ":443" : ":80") : with(""));
  return made;
}

bool is_https_under(std::string_view url, std::string_view host) {
  const Split parts = split(url);
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  if (parts.scheme != https || !parts.port.empty() ||
      !std::all_of(parts.host.begin(), parts.host.end(), good))
    return false;
  if (parts.host == host) return true;
  return parts.host.ends_with(host) && parts.host.size() > host.size() &&
         parts.host[parts.host.size() - host.size() - 1] == '.';
}

}  // namespace shopbell
