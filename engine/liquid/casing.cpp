#include "liquid/casing.h"

#include "base/utf8.h"

#include <algorithm>
#include <array>

namespace shopbell::liquid {
namespace {

// Upper case letters first..last become lower case by adding `distance`. Where upper and lower
// alternate (distance 1), only every second one is upper, beginning with `first`.
struct CaseRange {
  char32_t first, last;
  int distance;
  bool alternating;
};

// From the Unicode Character Database (UnicodeData.txt, simple mappings) for these scripts.
constexpr std::array<CaseRange, 41> ranges{{
    {U'A', U'Z', 32, false},       {0xc0, 0xd6, 32, false},       {0xd8, 0xde, 32, false},       {0x100, 0x12e, 1, true},
    {0x132, 0x136, 1, true},       {0x139, 0x147, 1, true},       {0x14a, 0x176, 1, true},       {0x178, 0x178, -121, false},
    {0x179, 0x17d, 1, true},       {0x187, 0x187, 1, false},      {0x18b, 0x18b, 1, false},      {0x191, 0x191, 1, false},
    {0x198, 0x198, 1, false},      {0x1a0, 0x1a4, 1, true},       {0x1af, 0x1af, 1, false},      {0x1b3, 0x1b5, 1, true},
    {0x1cd, 0x1db, 1, true},       {0x1de, 0x1ee, 1, true},       {0x1f4, 0x1f4, 1, false},      {0x1f8, 0x21e, 1, true},
    {0x222, 0x232, 1, true},       {0x246, 0x24e, 1, true},       {0x370, 0x372, 1, true},       {0x386, 0x386, 38, false},
    {0x388, 0x38a, 37, false},     {0x38c, 0x38c, 64, false},     {0x38e, 0x38f, 63, false},     {0x391, 0x3a1, 32, false},
    {0x3a3, 0x3ab, 32, false},     {0x3d8, 0x3ee, 1, true},       {0x400, 0x40f, 80, false},     {0x410, 0x42f, 32, false},
    {0x460, 0x480, 1, true},       {0x48a, 0x4be, 1, true},       {0x4c1, 0x4cd, 1, true},       {0x4d0, 0x52e, 1, true},
    {0x531, 0x556, 48, false},     {0x1e00, 0x1e94, 1, true},     {0x1ea0, 0x1efe, 1, true},     {0x24b6, 0x24cf, 26, false},
    {0xff21, 0xff3a, 32, false},
}};

bool in(const CaseRange& r, char32_t c) { return c >= r.first && c <= r.last && (!r.alternating || (c - r.first) % 2 == 0); }

char32_t lower(char32_t c) {
  if (c < 0x80) return c >= U'A' && c <= U'Z' ? c + 32 : c;
  for (const CaseRange& r : ranges)
    if (in(r, c)) return static_cast<char32_t>(static_cast<int>(c) + r.distance);
  return c;
}

char32_t upper(char32_t c) {
  if (c < 0x80) return c >= U'a' && c <= U'z' ? c - 32 : c;
  if (c == 0x3c2) return 0x3a3;  // final sigma
  if (c == 0xb5) return 0x39c;   // micro sign
  if (c == 0x131) return U'I';
  if (c == 0x17f) return U'S';
  for (const CaseRange& r : ranges) {
    const auto candidate = static_cast<char32_t>(static_cast<int>(c) - r.distance);
    if (in(r, candidate)) return candidate;
  }
  return c;
}

void append_upper(std::string& to, char32_t c) {
  if (c == 0xdf) to += "SS";
  else append_utf8(to, upper(c));
}

void append_lower(std::string& to, char32_t c) {
  if (c == 0x130) to += "i\u0307";
  else append_utf8(to, lower(c));
}

template <class Append>
std::string each(std::string_view text, Append append) {
  std::string to;
  to.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) append(to, next_utf8(text, i));
  return to;
}

}  // namespace

std::string to_lower(std::string_view text) { return each(text, append_lower); }
std::string to_upper(std::string_view text) { return each(text, append_upper); }

std::string to_capitalized(std::string_view text) {
  return each(text, [first = true](std::string& to, char32_t c) mutable {
    if (first && c == 0xdf) to += "Ss";
    else if (first) append_upper(to, c);
    else append_lower(to, c);
    first = false;
  });
}

int compare_ignoring_case(std::string_view a, std::string_view b) {
  const auto fold = [](char c) { return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + 32 : c); };
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    if (const int difference = fold(a[i]) - fold(b[i]); difference != 0) return difference;
  return a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
}

}  // namespace shopbell::liquid
