#pragma once
// A shop's own models, of intents and of moods, and what they learn from: built-in examples, the shop's `intents/*.yaml` (moods in
// `intents/mood.yaml`), and corrections by people. A new model takes the old one's place only when no label suffers; the one before is
// kept. Files of FOLDER/models/. One process at a time.

#include "hear/train.h"

#include <map>

namespace shopbell {

/// What a model is of.
struct ModelOf {
  std::string_view name;     // of its files: "intents", "mood"
  const Training* training;
  bool refuses;              // a message about none of the labels has to be noticed
};
extern const ModelOf of_intents, of_moods;

/// FOLDER/models/NAME.model: what `shopbell train` promoted.
std::string model_file_of(const std::string& folder, const ModelOf& of);

/// Everything that a shop's model learns from. Of a text with several labels the last word counts. `more`: another folder of
/// examples, or empty. Errors: those of the files, in one text.
Result<std::vector<Example>> shop_lesson(const std::string& folder, const std::string& more, const ModelOf& of = of_intents);

/// How two lessons do on messages that neither had: each example is kept back once.
struct Compared {
  struct Label {
    std::size_t asked = 0, old_right = 0, new_right = 0;
    std::size_t lost = 0, won = 0;  // right before and not now; and the other way round
    /// More is lost than won, beyond chance: by two standard deviations (McNemar 1947).
    bool suffers() const { return lost > won && (lost - won) * (lost - won) > 4 * (lost + won); }
  };
  std::map<std::string, Label> labels;
  bool any_suffers() const;
};
Result<Compared> compare(std::span<const Example> old_lesson, std::span<const Example> new_lesson, const ModelOf& of = of_intents);

/// What the present model was trained on; the built-in examples where there is none.
Result<std::vector<Example>> present_lesson(const std::string& folder, const ModelOf& of = of_intents);
/// The same texts with the same labels, in whatever order.
bool same_lesson(std::span<const Example> a, std::span<const Example> b);
/// Puts it in the present one's place, which is kept. Errors: "io".
Result<void> promote(const std::string& folder, const Model& model, std::span<const Example> lesson, const ModelOf& of = of_intents);
/// The model before is the present one again; the present one is gone. Without one before: the built-in one.
/// Errors: "nothing_before".
Result<void> go_back(const std::string& folder, const ModelOf& of = of_intents);

}  // namespace shopbell
