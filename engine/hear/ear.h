#pragma once
// All that is heard in one message: intent, mood, language, and whether a person must take it. Immutable; any thread.

#include "hear/faq.h"
#include "hear/language.h"

#include <shopbell/value.h>

namespace shopbell {

/// What an ear learns from. The labels of `person` are the reasons why a message goes to a person, and "none"; of `phrases`,
/// such a reason, the text being what alone is enough for it; of `questions`, the question that a text asks in other words, or "other".
struct Teaching {
  std::vector<Example> intents, mood, person, phrases, languages, questions;
};

constexpr std::string_view other_intent = "other";
constexpr std::array<std::string_view, 4> moods{"angry", "unhappy", "neutral", "happy"};
constexpr double default_coverage = 0.9;
/// How a shop's intents are trained: few examples, and a question back costs less than a wrong answer.
inline const Training shop_intents{.kind = "intents", .outside = std::string(other_intent), .right_refused_max = 0.06};
inline const Training shop_moods{.kind = "mood"};

struct HeardMessage {
  std::string intent;                // "other": about none of those that were asked for
  std::vector<std::string> intents;  // those that cannot be excluded, the most probable first
  double confidence = 0;             // probability of `intent`
  std::string mood;                  // angry, unhappy, neutral, happy
  std::string language;              // "es"; empty: not known
  std::string model, mood_model;     // the names of the models that said `intent` and `mood`
  bool to_person = false;
  std::string reason;                // anger, asks_person, legal_threat, self_harm, payment_fraud; or empty
};

/// As the fields of `classify`.
Value to_value(const HeardMessage& heard, Arena& arena);

class Ear {
 public:
  /// Trains all three models. Errors: train_model()'s.
  static Result<Ear> train(const Teaching& teaching);
  /// The same with other intents, or with another mood. What goes to a person stays: anger that the mood of before hears is heard.
  Ear with_intents(Model intents) const;
  Ear with_mood(Model mood) const;

  /// `asked`: the intents that are of interest, any other is "other"; empty: all that the model knows.
  HeardMessage hear(std::string_view text, std::span<const std::string> asked = {}, double coverage = default_coverage) const;
  /// Why a person must take it; empty: a machine may answer. No intent model can change this.
  std::string needs_person(std::string_view text) const;
  const Model& intents() const { return intents_; }
  const FaqGate& faq_gate() const { return faq_gate_; }

  std::string write() const;
  /// Errors: read_model()'s; "not_an_ear", "ear_broken".
  static Result<Ear> read(std::string_view bytes);

 private:
  void hear_intent(std::string_view text, std::span<const std::string> asked, double coverage, HeardMessage& heard) const;
  bool sounds_angry(std::string_view text) const;
  void learn_texts(std::vector<Example> phrases, std::vector<Example> languages);

  Model intents_, mood_, person_;
  std::optional<Model> own_mood_;
  std::vector<Example> phrases_, language_texts_;
  std::vector<std::vector<std::string>> phrase_words_;
  Languages languages_;
  FaqGate faq_gate_;
};

}  // namespace shopbell
