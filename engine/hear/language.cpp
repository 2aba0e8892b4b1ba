#include "hear/language.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace shopbell {
namespace {

constexpr double smoothing = 0.1;  // added to each count (Lidstone)

bool tells(const Feature& feature) { return feature.group != FeatureGroup::pair; }

}  // namespace

Languages::Languages(std::span<const Example> examples) {
  std::map<std::string_view, std::unordered_map<std::uint32_t, std::uint32_t>> counts;
  for (const Example& example : examples)
    for (const Feature& feature : features_of(example.text))
      if (tells(feature)) counts[example.label][feature.hash] += feature.count;
  std::unordered_map<std::uint32_t, std::size_t> all;
  for (const auto& [code, features] : counts)
    for (const auto& [hash, count] : features) ++all[hash];
  for (const auto& [code, features] : counts) {
    double total = smoothing * static_cast<double>(all.size());
    for (const auto& [hash, count] : features) total += count;
    for (const auto& [hash, count] : features) {
      auto& gains = gains_[hash];
      gains.resize(counts.size());
      gains[codes_.size()] = static_cast<float>(std::log((count + smoothing) / smoothing));
    }
    codes_.emplace_back(code);
    unseen_.push_back(std::log(smoothing / total));
  }
}

std::string Languages::of(std::string_view text) const {
  std::vector<double> sums(codes_.size());
  for (const Feature& feature : features_of(text)) {
    const auto found = gains_.find(feature.hash);
    if (!tells(feature) || found == gains_.end()) continue;  // what none knows tells nothing
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += unseen_[i] + found->second[i];
  }
  if (sums.empty()) return {};
  const auto top = std::max_element(sums.begin(), sums.end());
  double beside = 0;
  for (const double sum : sums) beside += std::exp(sum - *top);
  return 1 / beside >= sure_from ? codes_[static_cast<std::size_t>(top - sums.begin())] : std::string();
}

}  // namespace shopbell
