#pragma once
// Upper and lower case of the alphabets that have them: Latin, Greek, Cyrillic, Armenian.

#include <string>
#include <string_view>

namespace shopbell::liquid {

std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);
/// The first character in upper case, the rest in lower.
std::string to_capitalized(std::string_view text);
/// Lower case of A-Z only: for comparing without case.
int compare_ignoring_case(std::string_view a, std::string_view b);

}  // namespace shopbell::liquid
