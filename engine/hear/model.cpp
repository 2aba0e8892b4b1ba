#include "hear/model.h"

#include <algorithm>
#include <cmath>

namespace shopbell {

std::vector<float> margins_of(const Rows& rows, std::span<const Weighted> message) {
  std::vector<float> margins = rows.bias;
  float* const sums = margins.data();
  for (const auto& [index, weight] : message) {
    const float scale = weight * rows.scale[index];
    const std::int8_t* const row = rows.cells.data() + static_cast<std::size_t>(index) * rows.width;
    for (std::size_t i = 0; i < rows.width; ++i) sums[i] += scale * static_cast<float>(row[i]);
  }
  return margins;
}

Margins read_margins(std::span<const float> margins, const Heard& heard) {
  float top = -1e9F, second = -1e9F;
  for (const float margin : margins) {
    if (margin > top) second = top, top = margin;
    else second = std::max(second, margin);
  }
  return {.top = top,
          .lead = margins.size() > 1 ? top - second : 0,
          .known = heard.known,
          .words = std::log1p(static_cast<double>(heard.vector.size()))};
}

double outside_of(const Calibration& calibration, const Margins& margins) {
  const auto& gate = calibration.gate;
  const double sum = gate[0] + gate[1] * margins.top + gate[2] * margins.lead + gate[3] * margins.known + gate[4] * margins.words;
  return 1 / (1 + std::exp(-sum));
}

std::vector<float> probabilities(std::span<const float> margins, double temperature) {
  std::vector<float> shares(margins.begin(), margins.end());
  const float top = *std::max_element(shares.begin(), shares.end());
  float sum = 0;
  for (float& share : shares) sum += share = std::exp(static_cast<float>(temperature) * (share - top));
  for (float& share : shares) share /= sum;
  return shares;
}

Prediction Model::predict(std::string_view text) const {
  Prediction prediction;
  const Heard heard = vocabulary.hear(features_of(text));
  const std::vector<float> margins = margins_of(rows, heard.vector);
  const std::vector<float> shares = probabilities(margins, calibration.temperature);
  prediction.shares.reserve(shares.size());
  for (std::uint32_t i = 0; i < shares.size(); ++i) prediction.shares.push_back({i, shares[i]});
  std::stable_sort(prediction.shares.begin(), prediction.shares.end(),
                   [](const Share& a, const Share& b) { return a.probability > b.probability; });
  prediction.outside = heard.vector.empty() ? 1 : outside_of(calibration, read_margins(margins, heard));
  prediction.is_outside = heard.vector.empty() || prediction.outside >= calibration.outside_from;
  return prediction;
}

std::size_t Model::not_excluded(const Prediction& prediction, double coverage) const {
  // The k-th smallest of n kept-back probabilities, k = floor((n + 1)(1 - coverage)): with n + 1 exchangeable messages the
  // new one's right label lies below it in at most 1 - coverage of all cases. With k = 0 nothing can be excluded.
  const auto& right = calibration.right;
  const auto below = static_cast<std::size_t>(std::floor(static_cast<double>(right.size() + 1) * (1 - coverage) + 1e-9));
  if (below == 0) return prediction.shares.size();
  const float least = right[std::min(below, right.size()) - 1];
  std::size_t n = 1;
  while (n < prediction.shares.size() && prediction.shares[n].probability >= least) ++n;
  return n;
}

std::optional<std::uint32_t> Model::find_label(std::string_view label) const {
  const auto found = std::find(labels.begin(), labels.end(), label);
  if (found == labels.end()) return {};
  return static_cast<std::uint32_t>(found - labels.begin());
}

}  // namespace shopbell
