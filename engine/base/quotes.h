#pragma once
// What somebody wrote in a mail, without what they quoted and how they signed. Pure.

#include <string>
#include <string_view>

namespace shopbell {

/// Without lines that are quoted (">"), what an answer is put above ("On ... wrote:", Outlook's header, "-----Original Message-----"),
/// and what stands behind "-- " (RFC 3676, 4.3) or is a telephone's advertisement. Where nothing would be left, the text as it came.
std::string without_quotes(std::string_view text);

}  // namespace shopbell
