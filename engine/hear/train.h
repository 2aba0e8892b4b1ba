#pragma once
// Messages with labels → a model. Deterministic: the same examples, in whatever order, make the same bytes.

#include "hear/model.h"

namespace shopbell {

constexpr std::size_t examples_max = 200'000;
constexpr std::size_t examples_of_label_min = 2;

struct Example {
  std::string text, label;
};

struct Training {
  std::string kind = "intents";     // what the model's name begins with
  std::string outside = "other";    // the label of examples about none of the others: they train the gate, and are no label
  double right_refused_max = 0.02; // which part of the kept-back messages that would be labelled right the gate may refuse
};

/// Some messages of each label are kept back, and of ten labels and more some are hidden altogether. What a first machine makes
/// of both calibrates the second, which learns from all: temperature, conformal quantiles, and what is about something else.
/// Errors: "too_few_labels", "too_few_examples" (of one label), "too_many_examples", "too_many_labels". Any thread; one
/// training at a time, others wait.
Result<Model> train_model(std::span<const Example> examples, const Training& training = {});

/// Which of `examples` are kept back: one in five of each label, by the hash of its text.
std::vector<bool> kept_back(std::span<const Example> examples, std::size_t fold = 0);

}  // namespace shopbell
