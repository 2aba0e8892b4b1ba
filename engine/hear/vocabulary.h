#pragma once
// The features that a model knows, and how much each says: text → a sparse vector of length one.

#include "hear/features.h"

#include <array>
#include <span>

namespace shopbell {

struct Weighted {
  std::uint32_t index;  // of a known feature
  float weight;
};

/// A message as a model sees it.
struct Heard {
  std::vector<Weighted> vector;  // by growing index; empty when nothing is known
  float known = 0;               // which part of what its words say the model knows, 0..1
};

class Vocabulary {
 public:
  Vocabulary() = default;
  /// What stands in these messages. The most frequent come first: a model's hot rows lie together.
  explicit Vocabulary(std::span<const std::vector<Feature>> messages);
  /// As a model file keeps it: `hashes[i]` weighs `rarity[i]`, a feature never seen `rarity_of_unknown`.
  Vocabulary(std::vector<std::uint32_t> hashes, std::vector<float> rarity, float rarity_of_unknown);

  std::size_t size() const { return hashes_.size(); }
  Heard hear(std::span<const Feature> features) const;

  /// Of each feature; empty where it was read from a file.
  const std::vector<FeatureGroup>& groups() const { return groups_; }
  const std::vector<std::uint32_t>& hashes() const { return hashes_; }
  const std::vector<float>& rarity() const { return rarity_; }
  float rarity_of_unknown() const { return rarity_of_unknown_; }

 private:
  void index();
  static constexpr std::uint32_t nowhere = 0xffffffff;
  std::uint32_t find(std::uint32_t hash) const;

  std::vector<std::uint32_t> hashes_;
  std::vector<float> rarity_;
  std::vector<FeatureGroup> groups_;
  float rarity_of_unknown_ = 1;
  std::vector<std::uint32_t> slots_;  // open addressing: an index, or `nowhere`
};

}  // namespace shopbell
