#include "teach/corrections.h"

#include "base/json.h"
#include "base/time.h"
#include "hear/ear.h"
#include "teach/files.h"

#include <algorithm>
#include <array>

namespace shopbell {
namespace {

constexpr std::array<std::string_view, 3> outcomes{"used", "edited", "ignored"};

std::filesystem::path file_of(const std::string& folder) { return std::filesystem::path(folder) / "intents" / "corrections.jsonl"; }

template <class Names>
bool has(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Correction correction_of(const Value& said, std::string by, Time at) {
  const auto field = [&](std::string_view name) { return std::string(said[name].text_or({})); };
  return {field("text"), field("intent"), field("mood"), field("answer"), field("source"), std::move(by), at};
}

Result<void> add_correction(const std::string& folder, const Correction& c) {
  if (c.text.empty()) return fail("no_text", "a correction needs the message");
  if (c.intent.empty() && c.mood.empty() && c.answer.empty()) return fail("no_word", "a correction says the intent, the mood, or what became of an answer");
  if (!c.mood.empty() && !has(moods, c.mood)) return fail("bad_mood", "there is no mood " + c.mood, "angry, unhappy, neutral, happy");
  if (!c.answer.empty() && (!has(outcomes, c.answer) || c.source.empty()))
    return fail("bad_answer", "of an answer is said whether it was used, edited or ignored, and its source");
  Arena arena;
  MapBuilder line(arena);
  const auto put = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) line.add(name, Value(text));
  };
  put("text", c.text), put("intent", c.intent), put("mood", c.mood), put("answer", c.answer), put("source", c.source);
  const std::string at = format_rfc3339(c.at);
  line.add("by", Value(c.by)).add("at", Value(at));
  return write_durably(file_of(folder), to_json(line.build()) + "\n", true);
}

Result<std::vector<Correction>> read_corrections(const std::string& folder) {
  std::vector<Correction> all;
  const auto good = each_line(file_of(folder), [&](const Value& v) {
    all.push_back(correction_of(v, std::string(v["by"].text_or("")), parse_time(v["at"].text_or("")).value_or(Time{})));
  });
  if (!good) return tl::unexpected(good.error());
  return all;
}

}  // namespace shopbell
