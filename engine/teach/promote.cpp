#include "teach/promote.h"

#include "base/json.h"
#include "teach/corrections.h"
#include "teach/files.h"
#include "teach/lessons.h"

#include <algorithm>

namespace shopbell {
namespace fs = std::filesystem;

const ModelOf of_intents{"intents", &shop_intents, true}, of_moods{"mood", &shop_moods, false};

namespace {

fs::path models(const std::string& folder) { return fs::path(folder) / "models"; }
std::string file_name(const ModelOf& of, std::string_view end) { return std::string(of.name).append(end); }

std::string lines_of(std::span<const Example> lesson) {
  std::string lines;
  Arena arena;
  for (const Example& example : lesson)
    lines += to_json(make_map(arena, {{"text", example.text}, {"intent", example.label}})) + "\n";
  return lines;
}

bool is_right(const Model& model, const Example& example, const ModelOf& of) {
  const Prediction said = model.predict(example.text);
  if (of.refuses && example.label == of.training->outside) return said.is_outside;
  return !(of.refuses && said.is_outside) && model.labels[said.shares.front().label] == example.label;
}

std::vector<Example> built_in(const ModelOf& of) {
  Teaching lessons = built_in_lessons();
  return std::move(&of == &of_moods ? lessons.mood : lessons.intents);
}

std::vector<Example> last_words(std::span<const Example> all) {
  std::map<std::string, std::string> last;
  for (const Example& example : all) last[example.text] = example.label;
  std::vector<Example> lesson;
  for (auto& [text, label] : last) lesson.push_back({text, label});
  return lesson;
}

}  // namespace

std::string model_file_of(const std::string& folder, const ModelOf& of) { return (models(folder) / file_name(of, ".model")).string(); }

Result<std::vector<Example>> shop_lesson(const std::string& folder, const std::string& more, const ModelOf& of) {
  std::vector<Example> all = built_in(of);
  for (const std::string& from : {(fs::path(folder) / "intents").string(), more}) {
    if (from.empty()) continue;
    const auto read = read_lessons(from);
    std::string mistakes;
    for (const Diagnostic& d : read.diagnostics) mistakes += to_text(d);
    if (!read.value) return fail("bad_examples", "the examples are not in order:\n" + mistakes);
    const std::vector<Example>& given = &of == &of_moods ? read.value->moods : read.value->intents;
    all.insert(all.end(), given.begin(), given.end());
  }
  const auto corrections = read_corrections(folder);
  if (!corrections) return tl::unexpected(corrections.error());
  for (const Correction& c : *corrections)
    if (const std::string& label = &of == &of_moods ? c.mood : c.intent; !label.empty()) all.push_back({c.text, label});
  return last_words(all);
}

bool Compared::any_suffers() const {
  return std::any_of(labels.begin(), labels.end(), [](const auto& one) { return one.second.suffers(); });
}

Result<Compared> compare(std::span<const Example> old_lesson, std::span<const Example> new_lesson, const ModelOf& of) {
  // What is asked: the new lesson's examples, and those of the old one whose label the new one lost.
  std::vector<Example> asked(new_lesson.begin(), new_lesson.end());
  const auto has = [&](const std::string& label) {
    return std::any_of(new_lesson.begin(), new_lesson.end(), [&](const Example& e) { return e.label == label; });
  };
  for (const Example& example : old_lesson)
    if (!has(example.label)) asked.push_back(example);
  Compared compared;
  constexpr std::size_t rounds = 5;
  for (std::size_t round = 0; round < rounds; ++round) {
    const std::vector<bool> kept = kept_back(asked, round);
    std::map<std::string, bool> held;
    for (std::size_t i = 0; i < asked.size(); ++i)
      if (kept[i]) held[asked[i].text] = true;
    const auto without = [&](std::span<const Example> lesson) {
      std::vector<Example> rest;
      for (const Example& example : lesson)
        if (!held.contains(example.text)) rest.push_back(example);
      return rest;
    };
    const auto before = train_model(without(old_lesson), *of.training), after = train_model(without(new_lesson), *of.training);
    if (!before) return tl::unexpected(before.error());
    if (!after) return tl::unexpected(after.error());
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (!kept[i]) continue;
      auto& label = compared.labels[asked[i].label];
      ++label.asked;
      const bool was = is_right(*before, asked[i], of), now = is_right(*after, asked[i], of);
      label.old_right += was, label.new_right += now;
      label.lost += was && !now, label.won += now && !was;
    }
  }
  return compared;
}

Result<std::vector<Example>> present_lesson(const std::string& folder, const ModelOf& of) {
  std::error_code ignored;
  if (!fs::exists(model_file_of(folder, of), ignored)) return built_in(of);
  std::vector<Example> lesson;
  const auto good = each_line(models(folder) / file_name(of, ".lesson"), [&](const Value& v) {
    lesson.push_back({std::string(v["text"].text_or("")), std::string(v["intent"].text_or(""))});
  });
  if (!good) return tl::unexpected(good.error());
  return lesson;
}

bool same_lesson(std::span<const Example> a, std::span<const Example> b) {
  const auto labelled = [](std::span<const Example> all) {
    std::map<std::string_view, std::string_view> labels;
    for (const Example& example : all) labels[example.text] = example.label;
    return labels;
  };
  return labelled(a) == labelled(b);
}

Result<void> promote(const std::string& folder, const Model& model, std::span<const Example> lesson, const ModelOf& of) {
  const fs::path at = models(folder);
  const std::pair<std::string, std::string> files[] = {{file_name(of, ".lesson"), lines_of(lesson)}, {file_name(of, ".model"), write_model(model)}};
  for (const auto& [name, bytes] : files)
    if (auto good = write_durably(at / (name + ".new"), bytes); !good) return good;
  std::error_code ignored, error;
  for (const auto& [name, bytes] : files) {
    fs::remove(at / (name + ".before"), ignored);
    fs::rename(at / name, at / (name + ".before"), ignored);
    fs::rename(at / (name + ".new"), at / name, error);
    if (error) return fail("io", "cannot rename " + (at / name).string() + ": " + error.message());
  }
  return {};
}

Result<void> go_back(const std::string& folder, const ModelOf& of) {
  const fs::path at = models(folder);
  std::error_code ignored;
  if (!fs::exists(model_file_of(folder, of), ignored)) return fail("nothing_before", "the built-in model is in use; there is none before it");
  for (const std::string& name : {file_name(of, ".model"), file_name(of, ".lesson")}) {
    fs::remove(at / name, ignored);
    fs::rename(at / (name + ".before"), at / name, ignored);
  }
  return {};
}

}  // namespace shopbell
