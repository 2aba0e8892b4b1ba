#pragma once
// Names are short: comparing and hashing them by words is done before a call of memcmp has begun.

#include <cstdint>
#include <cstring>
#include <string_view>

namespace shopbell {

template <class Word>
[[gnu::always_inline]] inline std::uint64_t word_at(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// A text of less than eight bytes as one word. Reads of fixed sizes that overlap: a copy of so many bytes would be a call.
[[gnu::always_inline]] inline std::uint64_t short_word(const char* at, std::size_t size) {
  if (size >= 4) return word_at<std::uint32_t>(at) | word_at<std::uint32_t>(at + size - 4) << 32;
  if (size == 0) return 0;
  const auto byte = [&](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(at[i])}; };
  return byte(0) | byte(size / 2) << 8 | byte(size - 1) << 16;
}

[[gnu::always_inline]] inline bool same_text(std::string_view a, std::string_view b) {
  const std::size_t size = a.size();
  if (size != b.size()) return false;
  if (size < 8) return short_word(a.data(), size) == short_word(b.data(), size);
  for (std::size_t i = 0; i + 8 <= size; i += 8)
    if (word_at<std::uint64_t>(a.data() + i) != word_at<std::uint64_t>(b.data() + i)) return false;
  return word_at<std::uint64_t>(a.data() + size - 8) == word_at<std::uint64_t>(b.data() + size - 8);
}

}  // namespace shopbell
