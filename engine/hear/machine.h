#pragma once
// liblinear, behind one door: linear machines from sparse vectors. One at a time in a process, as liblinear draws from rand().

#include "hear/model.h"

namespace shopbell {

/// A multi-class support vector machine (Crammer and Singer 2001) for labels 0..labels-1, each of which occurs, and naive Bayes
/// beside it. Where there is much to learn the first leaves pairs out, which double what it costs; the second, which costs nothing, has them
/// always. `groups`: of each feature.
Rows fit_machine(std::span<const std::vector<Weighted>> messages, std::span<const std::uint32_t> right, std::size_t labels,
                 std::span<const FeatureGroup> groups);

/// A logistic regression with balanced sides: weights for (1, values...), so that a positive sum says yes.
std::array<double, gate_size> fit_gate(std::span<const Margins> no, std::span<const Margins> yes);

}  // namespace shopbell
