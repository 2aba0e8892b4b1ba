#pragma once
// Unicode's compatibility decomposition. Pure; any thread.

#include <optional>
#include <string>
#include <string_view>

namespace shopbell {

/// UTF-8 in form NFKD (UAX #15); nothing: this is no UTF-8.
std::optional<std::string> nfkd(std::string_view text);

}  // namespace shopbell
