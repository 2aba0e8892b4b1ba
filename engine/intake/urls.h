#pragma once
// URLs as far as signatures need them. Pure; any thread.

#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

/// The URL as it is, without its port, and with its scheme's default port: what a platform may have signed.
std::vector<std::string> with_and_without_port(std::string_view url);

/// Whether it is an https URL of that host or of one below it, without credentials and port.
bool is_https_under(std::string_view url, std::string_view host);

}  // namespace shopbell
