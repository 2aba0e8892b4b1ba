#pragma once
// liblinear, behind one door: linear machines from sparse vectors. One at a time in a process, as liblinear draws from rand().

#include "hear/model.h"

namespace shopbell {

/// A multi-class support vector machine (Crammer and Singer 2001) for labels 0..labels-1, each of which occurs.
Rows fit_machine(std::span<const std::vector<Weighted>> messages, std::span<const std::uint32_t> right, std::size_t labels,
                 std::size_t features);

/// A logistic regression with balanced sides: weights for (1, values...), so that a positive sum says yes.
std::array<double, gate_size> fit_gate(std::span<const Margins> no, std::span<const Margins> yes);

}  // namespace shopbell
