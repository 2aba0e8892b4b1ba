#pragma once
// A shop's questions and answers, and which of them answers what a customer asks. BM25 proposes; a gate that was calibrated on
// questions with known answers decides. Immutable; any thread.

#include "hear/train.h"

#include <unordered_map>

namespace shopbell {

constexpr std::size_t faq_entries_max = 5'000;

struct FaqEntry {
  std::vector<std::string> questions;  // headings that follow each other share what stands below
  std::string text;
  std::string source;                  // "faq/shipping.md#how-long-does-it-take"
};

/// The entries of one Markdown file: each heading a question, what follows its answer. A heading without text asks the same as the
/// next one; text before the first heading is nobody's answer. `name` begins the sources: "faq/shipping.md".
std::vector<FaqEntry> read_faq(std::string_view name, std::string_view markdown);

struct FaqFound {
  const FaqEntry* entry = nullptr;  // the best proposal; null: nothing is alike
  std::string question;             // that of its questions which is most alike
  Margins signs{};                  // what the gate goes by
};

/// Of a logistic over FaqFound's signs, and from which probability on an answer is given.
struct FaqGate {
  std::array<double, gate_size> weights{};
  double answers_from = 2;  // never
  double probability(const Margins& signs) const;
};

class Faq {
 public:
  Faq() = default;
  explicit Faq(std::vector<FaqEntry> entries);
  FaqFound find(std::string_view question) const;
  /// The entries that are most alike, the best first, at most `max`: for a person to choose from.
  std::vector<const FaqEntry*> near(std::string_view question, std::size_t max) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Asked {
    std::size_t entry;
    std::string question;
    std::vector<std::uint32_t> words;  // sorted
    std::vector<Weighted> vector;
  };
  double worth(std::uint32_t word) const;
  double score(const std::vector<std::uint32_t>& words, const Asked& asked) const;

  std::vector<FaqEntry> entries_;
  std::vector<Asked> asked_;
  std::unordered_map<std::uint32_t, std::size_t> in_;  // of each word, in how many questions
  double length_ = 1;                                  // of a question, on average
  Vocabulary vocabulary_;
};

/// Calibrates on questions that are asked in other words: the label of each text is the question of the FAQ that it asks, or "other".
/// A fifth of the questions is hidden in turn: what asks those wants no answer. An answer is given where nine of ten were right.
FaqGate calibrate_gate(std::span<const Example> examples);

}  // namespace shopbell
