#pragma once
// A shop's own model, and what it learns from: built-in examples, the shop's `intents/*.yaml`, and corrections by people. A new
// model takes the old one's place only when no intent suffers; the one before is kept. Files of FOLDER/models/ and
// FOLDER/intents/corrections.jsonl. One process at a time.

#include "hear/train.h"

#include <shopbell/time.h>

#include <map>

namespace shopbell {

/// A person's word on a message.
struct Correction {
  std::string text, intent, by;
  Time at;
};

/// Appends it, durably. Errors: "io", "no_text", "no_intent".
Result<void> add_correction(const std::string& folder, const Correction& correction);
/// Oldest first; none where there is no file. Errors: "bad_json" with the line.
Result<std::vector<Correction>> read_corrections(const std::string& folder);

/// Everything that a shop's model learns from. Of a text with several labels the last word counts. `more`: another folder of
/// examples, or empty. Errors: those of the files, in one text.
Result<std::vector<Example>> shop_lesson(const std::string& folder, const std::string& more);

/// How two lessons do on messages that neither had: each example is kept back once.
struct Compared {
  struct Intent {
    std::size_t asked = 0, old_right = 0, new_right = 0;
    std::size_t lost = 0, won = 0;  // right before and not now; and the other way round
    /// More is lost than won, beyond chance: by two standard deviations (McNemar 1947).
    bool suffers() const { return lost > won && (lost - won) * (lost - won) > 4 * (lost + won); }
  };
  std::map<std::string, Intent> intents;
  bool any_suffers() const;
};
Result<Compared> compare(std::span<const Example> old_lesson, std::span<const Example> new_lesson);

/// What the present model was trained on; the built-in examples where there is none.
Result<std::vector<Example>> present_lesson(const std::string& folder);
/// Puts it in the present one's place, which is kept. Errors: "io".
Result<void> promote(const std::string& folder, const Model& model, std::span<const Example> lesson);
/// The model before is the present one again; the present one is gone. Without one before: the built-in one.
/// Errors: "nothing_before".
Result<void> go_back(const std::string& folder);

}  // namespace shopbell
