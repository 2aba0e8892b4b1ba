#pragma once
// Which language a message is in: naive Bayes over its words and letters, from a page of text a language. Any thread.

#include "hear/train.h"

#include <unordered_map>

namespace shopbell {

class Languages {
 public:
  Languages() = default;
  /// The label of each example is a language's code.
  explicit Languages(std::span<const Example> examples);

  /// "es"; empty where none is at least `sure_from` probable ("ok", "12345"), or it is none of those that are known.
  std::string of(std::string_view text) const;

 private:
  static constexpr double sure_from = 0.8;
  std::vector<std::string> codes_;
  std::vector<double> unseen_;  // of each: the logarithm of what a feature that it never had is worth
  std::unordered_map<std::uint32_t, std::vector<float>> gains_;  // of each language, over unseen_
};

}  // namespace shopbell
