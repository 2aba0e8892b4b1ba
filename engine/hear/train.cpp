#include "hear/train.h"

#include "base/hash.h"
#include "hear/machine.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

namespace shopbell {
namespace {

constexpr std::size_t folds = 5;
constexpr std::size_t hidden_labels_min = 10;      // so many labels, and one of ten is hidden
constexpr std::size_t hidden_one_in = 10;
constexpr std::size_t all_folds_up_to = 5'000;     // examples; of more, one fold is enough to calibrate with

struct Lesson {
  std::vector<std::string> labels;
  std::vector<std::vector<Feature>> features;  // of each example
  std::vector<std::uint32_t> right;            // its label, or `outside`
};
constexpr std::uint32_t outside = 0xffffffff;

Lesson read_lesson(std::span<const Example> examples, const Training& training) {
  Lesson lesson;
  std::map<std::string_view, std::uint32_t> index;
  for (const Example& example : examples)
    if (example.label != training.outside) index.emplace(example.label, 0);
  for (auto& [label, i] : index) i = static_cast<std::uint32_t>(lesson.labels.size()), lesson.labels.emplace_back(label);
  for (const Example& example : examples) {
    lesson.features.push_back(features_of(example.text));
    lesson.right.push_back(example.label == training.outside ? outside : index.find(example.label)->second);
  }
  return lesson;
}

struct Machine {
  Vocabulary vocabulary;
  Rows rows;
};

// Learns from the chosen examples. `label_of` is the number that the machine knows a label by.
Machine learn(const Lesson& lesson, std::span<const std::size_t> chosen, std::span<const std::uint32_t> label_of,
              std::size_t labels) {
  std::vector<std::vector<Feature>> features;
  for (const std::size_t i : chosen) features.push_back(lesson.features[i]);
  Machine machine;
  machine.vocabulary = Vocabulary(features);
  std::vector<std::vector<Weighted>> messages;
  std::vector<std::uint32_t> right;
  for (const std::size_t i : chosen) {
    messages.push_back(machine.vocabulary.hear(lesson.features[i]).vector);
    right.push_back(label_of[lesson.right[i]]);
  }
  machine.rows = fit_machine(messages, right, labels, machine.vocabulary.groups());
  return machine;
}

// What machines made of messages that they had not seen.
struct Judged {
  std::vector<std::vector<float>> margins;   // of messages about a label that the machine knew
  std::vector<std::uint32_t> right;          // which
  std::vector<Margins> inside, beyond;       // of the same messages, and of those about something else
};

bool is_hidden(std::string_view label, std::size_t labels, std::size_t fold) {
  return labels >= hidden_labels_min && hash64({"label", label}) % hidden_one_in == fold;
}

void judge_fold(const Lesson& lesson, const std::vector<std::size_t>& fold_of, std::size_t fold, Judged& judged) {
  std::vector<std::uint32_t> label_of(lesson.labels.size(), outside);
  std::uint32_t labels = 0;
  for (std::size_t i = 0; i < label_of.size(); ++i)
    if (!is_hidden(lesson.labels[i], lesson.labels.size(), fold)) label_of[i] = labels++;
  const auto known = [&](std::size_t i) { return lesson.right[i] != outside && label_of[lesson.right[i]] != outside; };
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < lesson.right.size(); ++i)
    if (fold_of[i] != fold && known(i)) chosen.push_back(i);
  if (labels < 2) return;
  const Machine machine = learn(lesson, chosen, label_of, labels);
  for (std::size_t i = 0; i < lesson.right.size(); ++i) {
    if (known(i) && fold_of[i] != fold) continue;
    const Heard heard = machine.vocabulary.hear(lesson.features[i]);
    std::vector<float> margins = margins_of(machine.rows, heard.vector);
    (known(i) ? judged.inside : judged.beyond).push_back(read_margins(margins, heard));
    if (!known(i)) continue;
    judged.right.push_back(label_of[lesson.right[i]]);
    judged.margins.push_back(std::move(margins));
  }
}

bool is_right(const std::vector<float>& margins, std::uint32_t right) {
  return std::max_element(margins.begin(), margins.end()) - margins.begin() == static_cast<std::ptrdiff_t>(right);
}

double surprise(const Judged& judged, double temperature) {
  double sum = 0;
  for (std::size_t i = 0; i < judged.right.size(); ++i)
    sum -= std::log(std::max(probabilities(judged.margins[i], temperature)[judged.right[i]], 1e-9F));
  return sum;
}

// Temperature scaling (Guo et al. 2017): the one number under which the right labels surprise least. Golden section.
double fit_temperature(const Judged& judged) {
  double low = std::log(0.5), high = std::log(50.0);
  const double ratio = (std::sqrt(5.0) - 1) / 2;
  for (int i = 0; i < 24; ++i) {
    const double a = high - ratio * (high - low), b = low + ratio * (high - low);
    if (surprise(judged, std::exp(a)) < surprise(judged, std::exp(b))) high = b;
    else low = a;
  }
  return std::exp((low + high) / 2);
}

// So high that at most `right_refused_max` of what would be right lies above it.
double fit_threshold(const Judged& judged, const Calibration& calibration, double right_refused_max) {
  std::vector<double> of_right;
  for (std::size_t i = 0; i < judged.right.size(); ++i)
    if (is_right(judged.margins[i], judged.right[i])) of_right.push_back(outside_of(calibration, judged.inside[i]));
  if (of_right.empty()) return 1;
  std::sort(of_right.begin(), of_right.end());
  const auto kept = static_cast<std::size_t>(std::ceil(static_cast<double>(of_right.size()) * (1 - right_refused_max)));
  return std::nextafter(of_right[std::clamp<std::size_t>(kept, 1, of_right.size()) - 1], 2.0);
}

Calibration calibrate(const Judged& judged, const Training& training) {
  Calibration calibration;
  calibration.outside_from = 2;  // never, where nothing shows what is beyond
  if (judged.right.empty()) return calibration;
  calibration.temperature = fit_temperature(judged);
  std::size_t right = 0;
  for (std::size_t i = 0; i < judged.right.size(); ++i) {
    calibration.right.push_back(probabilities(judged.margins[i], calibration.temperature)[judged.right[i]]);
    right += is_right(judged.margins[i], judged.right[i]);
  }
  std::sort(calibration.right.begin(), calibration.right.end());
  calibration.accuracy = static_cast<double>(right) / static_cast<double>(judged.right.size());
  if (judged.beyond.empty()) return calibration;
  calibration.gate = fit_gate(judged.inside, judged.beyond);
  calibration.outside_from = fit_threshold(judged, calibration, training.right_refused_max);
  return calibration;
}

std::vector<std::size_t> folds_of(std::span<const Example> examples) {
  std::map<std::string_view, std::vector<std::pair<std::uint64_t, std::size_t>>> by_label;
  for (std::size_t i = 0; i < examples.size(); ++i)
    by_label[examples[i].label].emplace_back(hash64({"keep", examples[i].text}), i);
  std::vector<std::size_t> fold_of(examples.size());
  for (auto& [label, members] : by_label) {
    std::sort(members.begin(), members.end());
    for (std::size_t n = 0; n < members.size(); ++n) fold_of[members[n].second] = n % folds;
  }
  return fold_of;
}

Result<std::vector<Example>> in_order(std::span<const Example> examples, const Training& training) {
  if (examples.size() > examples_max)
    return fail("too_many_examples", "there are " + std::to_string(examples.size()) + " examples, more than " + std::to_string(examples_max));
  std::vector<Example> sorted(examples.begin(), examples.end());
  const auto key = [](const Example& e) { return std::tie(e.label, e.text); };
  std::sort(sorted.begin(), sorted.end(), [&](const Example& a, const Example& b) { return key(a) < key(b); });
  std::map<std::string_view, std::size_t> counted;
  for (const Example& example : sorted)
    if (example.label != training.outside) ++counted[example.label];
  if (counted.size() < 2) return fail("too_few_labels", "examples of at least two labels are needed", "give some of another");
  if (counted.size() > labels_max)
    return fail("too_many_labels", "there are " + std::to_string(counted.size()) + " labels, more than " + std::to_string(labels_max));
  for (const auto& [label, n] : counted)
    if (n < examples_of_label_min)
      return fail("too_few_examples", std::string(1, '"').append(label) + "\" has one example only", "at least two are needed, twenty are better");
  return sorted;
}

}  // namespace

std::vector<bool> kept_back(std::span<const Example> examples, std::size_t fold) {
  const std::vector<std::size_t> fold_of = folds_of(examples);
  std::vector<bool> kept(examples.size());
  for (std::size_t i = 0; i < examples.size(); ++i) kept[i] = fold_of[i] == fold;
  return kept;
}

Result<Model> train_model(std::span<const Example> given, const Training& training) {
  const Result<std::vector<Example>> examples = in_order(given, training);
  if (!examples) return tl::unexpected(examples.error());
  const Lesson lesson = read_lesson(*examples, training);
  const std::vector<std::size_t> fold_of = folds_of(*examples);
  Judged judged;
  for (std::size_t fold = 0; fold < (examples->size() <= all_folds_up_to ? folds : 1); ++fold)
    judge_fold(lesson, fold_of, fold, judged);

  std::vector<std::uint32_t> same(lesson.labels.size());
  std::iota(same.begin(), same.end(), 0U);
  std::vector<std::size_t> inside;
  for (std::size_t i = 0; i < lesson.right.size(); ++i)
    if (lesson.right[i] != outside) inside.push_back(i);
  Machine machine = learn(lesson, inside, same, lesson.labels.size());
  Model model;
  model.labels = lesson.labels;
  model.vocabulary = std::move(machine.vocabulary);
  model.rows = std::move(machine.rows);
  model.calibration = calibrate(judged, training);
  model.name = training.kind + "-" + to_hex(sha256({write_model(model)})).substr(0, 12);
  return model;
}

}  // namespace shopbell
