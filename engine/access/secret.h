#pragma once
// Passwords and secrets. Any thread.

#include <shopbell/error.h>

#include <string>
#include <string_view>

namespace shopbell {

constexpr std::size_t password_bytes_min = 10, password_bytes_max = 1'000;

/// 256 bits from the kernel, as 64 hex digits. Throws std::runtime_error where there are none.
std::string new_secret();

/// Argon2id (RFC 9106) with 19 MiB, two passes and one lane, as OWASP's Password Storage Cheat Sheet has it; some 50 ms. Error:
/// "bad_password" (too short or too long).
Result<std::string> hash_password(std::string_view password);
/// `hash` empty: nobody has it; it takes as long, and is false.
bool password_matches(std::string_view password, const std::string& hash);

}  // namespace shopbell
