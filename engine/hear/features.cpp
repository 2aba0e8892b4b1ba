#include "hear/features.h"

#include "base/utf8.h"

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::size_t pair_reach = 3;  // words
constexpr std::size_t letters_min = 2, letters_max = 4;

/// FNV-1a, continued from `state`.
std::uint64_t more(std::uint64_t state, std::string_view text) {
  for (const char c : text) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return state;
}

std::uint64_t begin(char kind) { return more(0xcbf29ce484222325ULL, {&kind, 1}); }

/// The upper half, mixed (the finalizer of MurmurHash3, public domain), with the group below it: sorts by hash.
std::uint64_t packed(std::uint64_t state, FeatureGroup group) {
  state = (state ^ (state >> 33)) * 0xff51afd7ed558ccdULL;
  state = (state ^ (state >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return (state & ~std::uint64_t{0xffffffff}) | static_cast<std::uint64_t>(group);
}

using Found = std::vector<std::uint64_t>;

bool is_signal(const std::string& word) { return word.front() == '<'; }

void add_word(Found& found, const std::vector<std::string>& words, std::size_t i) {
  found.push_back(packed(more(begin('w'), words[i]), is_signal(words[i]) ? FeatureGroup::signal : FeatureGroup::word));
  if (is_signal(words[i])) return;
  const std::string_view before = i > 0 ? std::string_view(words[i - 1]) : "^";
  found.push_back(packed(more(more(more(begin('b'), before), " "), words[i]), FeatureGroup::word));
  if (i + 1 == words.size() || is_signal(words[i + 1]))
    found.push_back(packed(more(more(begin('b'), words[i]), " $"), FeatureGroup::word));
}

void add_pairs(Found& found, const std::vector<std::string>& words, std::size_t i) {
  if (is_signal(words[i])) return;
  for (std::size_t j = i + 1; j < words.size() && j <= i + pair_reach && !is_signal(words[j]); ++j) {
    if (words[i] == words[j]) continue;
    const auto& [first, second] = std::minmax(words[i], words[j]);
    found.push_back(packed(more(more(more(begin('p'), first), " "), second), FeatureGroup::pair));
  }
}

void add_letters(Found& found, const std::string& word) {
  if (is_signal(word)) return;
  const std::string edged = " " + word + " ";
  for (std::size_t from = 0; from < edged.size(); from += utf8_length(edged[from])) {
    std::uint64_t state = begin('c');
    std::size_t to = from;
    for (std::size_t n = 1; n <= letters_max && to < edged.size(); ++n) {
      const std::size_t next = std::min(to + utf8_length(edged[to]), edged.size());
      state = more(state, std::string_view(edged).substr(to, next - to));
      to = next;
      if (n >= letters_min) found.push_back(packed(state, FeatureGroup::letters));
    }
  }
}

}  // namespace

std::vector<Feature> features_of(std::string_view text) {
  const std::vector<std::string> words = words_of(text);
  Found found;
  found.reserve(words.size() * 24);
  for (std::size_t i = 0; i < words.size(); ++i) {
    add_word(found, words, i);
    add_pairs(found, words, i);
    add_letters(found, words[i]);
  }
  std::sort(found.begin(), found.end());
  std::vector<Feature> features;
  features.reserve(found.size());
  for (const std::uint64_t one : found) {
    const auto hash = static_cast<std::uint32_t>(one >> 32);
    const auto group = static_cast<FeatureGroup>(one & 0xff);
    if (!features.empty() && features.back().hash == hash) ++features.back().count;
    else features.push_back({hash, group, 1});
  }
  return features;
}

}  // namespace shopbell
