#include "core/ask.h"

#include "core/profile_draft.h"

#include <shopbell/text.h>

#include <charconv>

namespace shopbell {
namespace {

// Among the outputs by step id; with a space, which no id has.
std::string name_of(std::string_view what, const Instruction& step) { return std::string(what) + " " + step.id; }

void put(Turn& turn, Run& run, std::string_view what, const Instruction& step, const Value& v) {
  run.outputs = MapBuilder(turn.arena, run.outputs).add(turn.arena.copy(name_of(what, step)), v).build();
}

std::string plain(std::string_view text) {
  std::string made(trimmed(text));
  for (char& c : made)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  while (!made.empty() && (made.back() == '.' || made.back() == '!')) made.pop_back();
  return made;
}

}  // namespace

void note_question(Turn& turn, Run& run, const Instruction& step, const Value& args) {
  put(turn, run, "asked", step,
      make_map(turn.arena, {{"at", Value(to_ms(turn.at))}, {"text", args["text"]}, {"channel", args["channel"]}, {"to", args["to"]},
                            {"conversation", args["conversation"]}}));
}

Value question_of(const Run& run, const Instruction& step) { return run.outputs[name_of("asked", step)]; }

std::int64_t tries_of(const Run& run, const Instruction& step) { return run.outputs[name_of("tries", step)].integer_or(0); }

void count_try(Turn& turn, Run& run, const Instruction& step) { put(turn, run, "tries", step, Value(tries_of(run, step) + 1)); }

std::string_view button_of(const Value& buttons, const Value& message) {
  const std::string tapped = plain(message["button"].text_or({})), said = plain(message["text"].text_or({}));
  const std::string& counted = tapped.empty() ? said : tapped;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(counted.data(), counted.data() + counted.size(), number);
  const bool counts = error == std::errc{} && end == counted.data() + counted.size();
  const auto all = items_of(buttons);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string title = plain(all[i].text_or({}));
    if (!title.empty() && (title == tapped || title == said || (counts && number == i + 1))) return all[i].text_or({});
  }
  return {};
}

}  // namespace shopbell
