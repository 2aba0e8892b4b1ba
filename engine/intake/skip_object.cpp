#include "intake/skip_object.h"

#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace shopbell {
namespace {

constexpr std::size_t block_bytes = 64;

/// Which bytes of a block are that one, a bit each.
std::uint64_t places_of(const char* block, char byte) {
  std::uint64_t places = 0;
#ifdef __SSE2__
  const __m128i wanted = _mm_set1_epi8(byte);
  for (std::size_t i = 0; i < block_bytes; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + i));
    places |= static_cast<std::uint64_t>(static_cast<std::uint16_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted)))) << i;
  }
#else
  for (std::size_t i = 0; i < block_bytes; ++i) places |= std::uint64_t{block[i] == byte} << i;
#endif
  return places;
}

/// Bit n: whether an odd number of bits stands up to n.
std::uint64_t parity(std::uint64_t bits) {
  for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

/// Reads a text block by block.
class Skip {
 public:
  /// The place in the block behind the brace that closes the first one; 0: it is not there.
  std::size_t take(const char* block) {
    const std::uint64_t quotes = places_of(block, '"') & ~escaped(places_of(block, '\\'));
    const std::uint64_t inside = parity(quotes) ^ in_string_;
    in_string_ = inside >> 63 != 0 ? ~std::uint64_t{0} : 0;
    const std::uint64_t open = places_of(block, '{') & ~inside;
    for (std::uint64_t braces = open | (places_of(block, '}') & ~inside); braces != 0; braces &= braces - 1) {
      if ((open & (braces & (~braces + 1))) != 0) ++depth_;
      else if (--depth_ == 0) return static_cast<std::size_t>(std::countr_zero(braces)) + 1;
    }
    return 0;
  }

 private:
  std::uint64_t escaped(std::uint64_t backslashes) {
    std::uint64_t made = escapes_next_ ? 1 : 0;
    escapes_next_ = false;
    for (backslashes &= ~made; backslashes != 0;) {
      const std::uint64_t one = backslashes & (~backslashes + 1);
      escapes_next_ = one << 1 == 0;
      made |= one << 1;
      backslashes &= ~(one | one << 1);
    }
    return made;
  }

  std::uint64_t in_string_ = 0;  // all bits: the block before ended within a string
  bool escapes_next_ = false;
  std::size_t depth_ = 0;
};

}  // namespace

std::size_t object_end(std::string_view text, std::size_t begin) {
  Skip skip;
  std::size_t at = begin;
  for (; at + block_bytes <= text.size(); at += block_bytes)
    if (const std::size_t end = skip.take(text.data() + at); end != 0) return at + end;
  if (at >= text.size()) return std::string_view::npos;
  char last[block_bytes] = {};
  std::memcpy(last, text.data() + at, text.size() - at);
  const std::size_t end = skip.take(last);
  return end == 0 ? std::string_view::npos : at + end;
}

}  // namespace shopbell
