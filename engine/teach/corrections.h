#pragma once
// People's words on messages, each a labelled example with who and when: FOLDER/intents/corrections.jsonl. One process at a time.

#include <shopbell/error.h>
#include <shopbell/time.h>
#include <shopbell/value.h>

#include <string>
#include <vector>

namespace shopbell {

/// What a message is about, how it sounds, and what became of an answer that was suggested for it: at least one of them.
struct Correction {
  std::string text = {}, intent = {};
  std::string mood = {};    // angry, unhappy, neutral, happy
  std::string answer = {};  // used, edited, ignored
  std::string source = {};  // where that answer stands: "faq/shipping.md#costs"
  std::string by = {};
  Time at = {};
};

/// `said`: {text, intent, mood, answer, source}.
Correction correction_of(const Value& said, std::string by, Time at);

/// Appends it, durably. Errors: "io", "no_text", "no_word" (neither intent, mood nor answer), "bad_mood", "bad_answer".
Result<void> add_correction(const std::string& folder, const Correction& correction);
/// Oldest first; none where there is no file. Errors: "bad_json" with the line.
Result<std::vector<Correction>> read_corrections(const std::string& folder);

}  // namespace shopbell
