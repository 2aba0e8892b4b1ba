#pragma once
// Whose address a request is counted under when it comes through a proxy of the shop's own. Pure.

#include "net/server.h"

#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

/// The peer; if that is one of `trusted` ("10.0.0.0/8", "127.0.0.1"), what it says in X-Forwarded-For: read from the right, as
/// each proxy adds whom it heard at the end, the first address that is not a trusted one. What stands left of that anybody may
/// have written. What is no address ends the reading: the proxy that passed it on is whom the request is from.
std::string client_address(std::string_view peer, const RequestHeaders& header, const std::vector<std::string>& trusted);

}  // namespace shopbell
