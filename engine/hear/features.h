#pragma once
// What a classifier sees of a message: its words, its pairs of words, and the letters within each word, hashed. By the
// letters a misspelt word is still near the right one; by the pairs "card not arrived" differs from "arrived, no card".
// Pure; any thread.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

constexpr std::size_t heard_bytes_max = 4096;  // of a message; what stands behind is not looked at
constexpr std::size_t heard_words_max = 256;

enum class FeatureGroup : std::uint8_t {
  word,     // a word, or two that follow each other
  pair,     // two words that stand near each other, in any order
  letters,  // two to four code points of one word
  signal,   // what is said without words
};
constexpr std::size_t feature_groups = 4;

struct Feature {
  std::uint32_t hash;  // of group and content; the same on every machine, as model files hold it
  FeatureGroup group;
  std::uint32_t count;
};

/// The words of a UTF-8 text, case folded and without accents ("Devolución" and "DEVOLUCION" are one); runs of three and
/// more of one letter become two. A digit of a number of three and more is '0': which order it is says nothing of the
/// intent. '?', '!', a currency sign and an emoji are words of their own. Last, what is said without words: "<loud>"
/// (mostly capitals), "<!!>" (a run of ! and ?), "<long>" ("pleeease"). Bytes that are no UTF-8 part words.
std::vector<std::string> words_of(std::string_view text);

/// The features of words_of(text), each once, by growing hash.
std::vector<Feature> features_of(std::string_view text);

}  // namespace shopbell
