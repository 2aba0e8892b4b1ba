#pragma once
// A request to become a WebSocket: what it must say (RFC 6455, section 4.2.1). Pure.

#include "net/server.h"
#include "net/strict.h"

#include <optional>
#include <string_view>

namespace shopbell {

/// Why the request cannot be upgraded; nothing when it can. 426 where it is no upgrade to version 13.
std::optional<Refusal> check_upgrade(const ServerRequest& request, bool http_1_0);

/// True when a comma-separated list (`Connection: keep-alive, Upgrade`) holds the token, in any case.
bool lists_token(std::string_view list, std::string_view token);

}  // namespace shopbell
