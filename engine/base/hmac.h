#pragma once
// HMAC-SHA256 (RFC 2104, FIPS 198-1) and the comparison that goes with it. Any thread.

#include <array>
#include <string_view>

namespace shopbell {

using Mac = std::array<unsigned char, 32>;

Mac hmac_sha256(std::string_view key, std::string_view data);

/// Takes as long for two texts that differ in the first byte as for two equal ones; only their sizes
/// show.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace shopbell
