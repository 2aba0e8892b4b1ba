#pragma once
// UTF-8, where code points count.

#include <shopbell/text.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace shopbell {

/// Bytes of the code point that begins with `first` (1 for a stray continuation byte).
inline std::size_t utf8_length(char first) {
  const auto c = static_cast<unsigned char>(first);
  return c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/// Code points in a well-formed text.
inline std::size_t utf8_count(std::string_view text) {
  std::size_t n = 0;
  for (const char c : text) n += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return n;
}

/// Appends a code point (a surrogate or one above U+10FFFF becomes U+FFFD).
void append_utf8(std::string& to, char32_t code_point);
/// The code point at `at`, which is moved behind it; U+FFFD for what is not well-formed.
char32_t next_utf8(std::string_view text, std::size_t& at);

}  // namespace shopbell
