#include "hear/vocabulary.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <unordered_map>

namespace shopbell {
namespace {

// Each group has its part of the vector, however many features of it a message has.
constexpr std::array<float, feature_groups> group_part{1.0F, 0.7F, 1.0F, 0.7F};

// Inverse document frequency, smoothed as if one message more held every feature (Manning, Raghavan, Schütze: Introduction to
// Information Retrieval, 6.2).
float rarity_of(std::size_t messages, std::uint32_t in) {
  return 1 + static_cast<float>(std::log((1.0 + static_cast<double>(messages)) / (1.0 + in)));
}

}  // namespace

Vocabulary::Vocabulary(std::span<const std::vector<Feature>> messages) {
  struct Known {
    std::uint32_t in = 0;
    FeatureGroup group{};
  };
  std::unordered_map<std::uint32_t, Known> known;
  for (const auto& features : messages)
    for (const Feature& feature : features) {
      Known& one = known[feature.hash];
      ++one.in, one.group = feature.group;
    }
  std::vector<std::pair<std::uint32_t, Known>> counted(known.begin(), known.end());
  std::sort(counted.begin(), counted.end(),
            [](const auto& a, const auto& b) { return a.second.in != b.second.in ? a.second.in > b.second.in : a.first < b.first; });
  for (const auto& [hash, one] : counted) {
    hashes_.push_back(hash);
    rarity_.push_back(rarity_of(messages.size(), one.in));
    groups_.push_back(one.group);
  }
  rarity_of_unknown_ = rarity_of(messages.size(), 0);
  index();
}

Vocabulary::Vocabulary(std::vector<std::uint32_t> hashes, std::vector<float> rarities, float rarity_of_unknown)
    : hashes_(std::move(hashes)), rarity_(std::move(rarities)), rarity_of_unknown_(rarity_of_unknown) {
  index();
}

void Vocabulary::index() {
  slots_.assign(std::bit_ceil(hashes_.size() * 2 + 2), nowhere);
  for (std::uint32_t i = 0; i < hashes_.size(); ++i) {
    std::size_t slot = hashes_[i] & (slots_.size() - 1);
    while (slots_[slot] != nowhere) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = i;
  }
}

std::uint32_t Vocabulary::find(std::uint32_t hash) const {
  if (slots_.empty()) return nowhere;
  std::size_t slot = hash & (slots_.size() - 1);
  while (slots_[slot] != nowhere && hashes_[slots_[slot]] != hash) slot = (slot + 1) & (slots_.size() - 1);
  return slots_[slot];
}

Heard Vocabulary::hear(std::span<const Feature> features) const {
  Heard heard;
  std::array<float, feature_groups> squares{};
  std::vector<std::pair<Weighted, std::size_t>> found;
  found.reserve(features.size());
  float said = 0, known = 0;
  for (const Feature& feature : features) {
    const std::uint32_t i = find(feature.hash);
    const float of_it = i == nowhere ? rarity_of_unknown_ : rarity_[i];
    const float weight = (feature.count == 1 ? 1 : 1 + std::log(static_cast<float>(feature.count))) * of_it;
    if (feature.group == FeatureGroup::word) said += of_it, known += i == nowhere ? 0 : of_it;
    if (i == nowhere) continue;
    const auto group = static_cast<std::size_t>(feature.group);
    squares[group] += weight * weight;
    found.push_back({{i, weight}, group});
  }
  float length = 0;
  for (std::size_t g = 0; g < feature_groups; ++g)
    if (squares[g] > 0) length += group_part[g] * group_part[g];
  std::array<float, feature_groups> scale{};
  for (std::size_t g = 0; g < feature_groups; ++g)
    if (squares[g] > 0) scale[g] = group_part[g] / std::sqrt(squares[g] * length);
  heard.vector.reserve(found.size());
  for (const auto& [one, group] : found) heard.vector.push_back({one.index, one.weight * scale[group]});
  std::sort(heard.vector.begin(), heard.vector.end(), [](const Weighted& a, const Weighted& b) { return a.index < b.index; });
  heard.known = said > 0 ? known / said : 0;
  return heard;
}

}  // namespace shopbell
