#include "hear/faq.h"

#include "hear/machine.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace shopbell {
namespace {

// BM25 as Lucene computes it (Robertson and Zaragoza 2009); a question is short, so its length counts little.
constexpr double saturation = 1.2, length_part = 0.4;

// A word and, beside it, its stem: what is left when a long word loses its end.
std::vector<std::uint32_t> terms_of(std::string_view text) {
  std::vector<std::uint32_t> terms;
  for (const std::string& word : words_of(text)) {
    if (word.front() == '<') continue;
    for (const Feature& feature : features_of(word.size() > 5 ? std::string_view(word).substr(0, 5) : std::string_view(word)))
      if (feature.group == FeatureGroup::word) terms.push_back(feature.hash);
  }
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  return terms;
}

double likeness(std::span<const Weighted> a, std::span<const Weighted> b) {
  double sum = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i].index == b[j].index) sum += static_cast<double>(a[i++].weight) * b[j++].weight;
    else if (a[i].index < b[j].index) ++i;
    else ++j;
  }
  return sum;
}

}  // namespace

double FaqGate::probability(const Margins& signs) const {
  Calibration calibration;
  calibration.gate = weights;
  return outside_of(calibration, signs);
}

Faq::Faq(std::vector<FaqEntry> entries) : entries_(std::move(entries)) {
  std::vector<std::vector<Feature>> features;
  for (std::size_t e = 0; e < entries_.size(); ++e)
    for (const std::string& question : entries_[e].questions) {
      asked_.push_back({e, question, terms_of(question), {}});
      features.push_back(features_of(question));
    }
  vocabulary_ = Vocabulary(features);
  double words = 0;
  for (std::size_t i = 0; i < asked_.size(); ++i) {
    asked_[i].vector = vocabulary_.hear(features[i]).vector;
    words += static_cast<double>(asked_[i].words.size());
    for (const std::uint32_t word : asked_[i].words) ++in_[word];
  }
  if (!asked_.empty()) length_ = std::max(1.0, words / static_cast<double>(asked_.size()));
}

double Faq::worth(std::uint32_t word) const {
  const auto found = in_.find(word);
  const double in = found == in_.end() ? 0 : static_cast<double>(found->second), all = static_cast<double>(asked_.size());
  return std::log(1 + (all - in + 0.5) / (in + 0.5));
}

double Faq::score(const std::vector<std::uint32_t>& words, const Asked& asked) const {
  const double weight =
      (saturation + 1) /
      (1 + saturation * (1 - length_part + length_part * static_cast<double>(asked.words.size()) / length_));
  double sum = 0;
  for (const std::uint32_t word : words)
    if (std::binary_search(asked.words.begin(), asked.words.end(), word)) sum += weight * worth(word);
  return sum;
}

FaqFound Faq::find(std::string_view question) const {
  const std::vector<std::uint32_t> words = terms_of(question);
  const Heard heard = vocabulary_.hear(features_of(question));
  double most = 0;
  for (const std::uint32_t word : words) most += (saturation + 1) * worth(word);
  double best = 0, second = 0;
  const Asked* found = nullptr;
  for (const Asked& asked : asked_) {
    const double part = (most > 0 ? score(words, asked) / most : 0) + likeness(heard.vector, asked.vector);
    if (part > best) {
      if (found == nullptr || found->entry != asked.entry) second = best;
      best = part, found = &asked;
    } else if (found == nullptr || asked.entry != found->entry) second = std::max(second, part);
  }
  if (found == nullptr) return {};
  return {&entries_[found->entry], found->question,
          {.top = best, .lead = best - second, .known = heard.known, .words = likeness(heard.vector, found->vector)}};
}

std::vector<const FaqEntry*> Faq::near(std::string_view question, std::size_t max) const {
  const std::vector<std::uint32_t> words = terms_of(question);
  const Heard heard = vocabulary_.hear(features_of(question));
  std::vector<double> best(entries_.size(), 0);
  double most = 0;
  for (const std::uint32_t word : words) most += (saturation + 1) * worth(word);
  for (const Asked& asked : asked_)
    best[asked.entry] = std::max(best[asked.entry], (most > 0 ? score(words, asked) / most : 0) + likeness(heard.vector, asked.vector));
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < best.size(); ++i)
    if (best[i] > 0) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return best[a] > best[b]; });
  std::vector<const FaqEntry*> found;
  for (std::size_t i = 0; i < std::min(max, order.size()); ++i) found.push_back(&entries_[order[i]]);
  return found;
}

FaqGate calibrate_gate(std::span<const Example> examples) {
  constexpr std::size_t rounds = 5;
  std::vector<Margins> wrong, right;
  std::set<std::string> questions;
  for (const Example& example : examples)
    if (example.label != "other") questions.insert(example.label);
  for (std::size_t round = 0; round < rounds; ++round) {
    std::vector<FaqEntry> entries;
    std::size_t n = 0;
    for (const std::string& question : questions)
      if (n++ % rounds != round) entries.push_back({{question}, question, question});
    const Faq faq(std::move(entries));
    for (const Example& example : examples) {
      const FaqFound found = faq.find(example.text);
      if (found.entry != nullptr) (found.question == example.label ? right : wrong).push_back(found.signs);
    }
  }
  FaqGate gate;
  if (right.empty() || wrong.empty()) return gate;
  gate.weights = fit_gate(wrong, right);
  std::vector<std::pair<double, bool>> judged;
  for (const Margins& signs : right) judged.emplace_back(gate.probability(signs), true);
  for (const Margins& signs : wrong) judged.emplace_back(gate.probability(signs), false);
  std::sort(judged.rbegin(), judged.rend());
  std::size_t good = 0;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    good += judged[i].second;
    if (good * 10 >= (i + 1) * 9) gate.answers_from = judged[i].first;
  }
  return gate;
}

}  // namespace shopbell
