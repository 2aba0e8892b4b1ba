#pragma once
// Small things about text that actions need.

#include <string>
#include <string_view>

namespace shopbell {

bool utf8_valid(std::string_view text);

/// Without white space (ASCII) at both ends.
std::string_view trimmed(std::string_view text);

/// Everything but RFC 3986's unreserved characters as %XX: one name or value of a form or a query.
std::string percent_encode(std::string_view text);

}  // namespace shopbell
