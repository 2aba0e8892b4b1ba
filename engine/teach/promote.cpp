#include "teach/promote.h"

#include "base/json.h"
#include "base/time.h"
#include "load/shop.h"
#include "teach/lessons.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include <fcntl.h>
#include <unistd.h>

namespace shopbell {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t lines_bytes_max = 64 * 1024 * 1024;

fs::path models(const std::string& folder) { return fs::path(folder) / "models"; }
fs::path corrections_file(const std::string& folder) { return fs::path(folder) / "intents" / "corrections.jsonl"; }

void sync_folder(const fs::path& folder) {
  const int at = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (at < 0) return;
  ::fsync(at);  // a new file's name
  ::close(at);
}

// On the disk when it is done. Written at once, so that a line that is added stands whole.
Result<void> write_file(const fs::path& path, std::string_view bytes, int mode = O_TRUNC) {
  std::error_code ignored;
  const bool fresh = fs::create_directories(path.parent_path(), ignored);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | mode, 0644);
  bool good = file >= 0;
  while (good && !bytes.empty()) {
    const ssize_t n = ::write(file, bytes.data(), bytes.size());
    good = n > 0;
    if (good) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  good = good && ::fsync(file) == 0;
  if (file >= 0) good = ::close(file) == 0 && good;
  if (!good) return fail("io", "cannot write " + path.string());
  sync_folder(path.parent_path());
  if (fresh) sync_folder(path.parent_path().parent_path());
  return {};
}

// Calls `take` with each line's object.
Result<void> each_line(const fs::path& path, const auto& take) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return {};
  const Result<std::string> text = read_file(path.string(), lines_bytes_max);
  if (!text) return fail(text.error().code, path.string() + ": " + text.error().message);
  std::istringstream lines(*text);
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty()) continue;
    Arena arena;
    const auto value = parse_json(line, arena);
    if (!value) return fail("bad_json", path.string() + ":" + std::to_string(number) + ": " + value.error().message);
    take(*value);
  }
  return {};
}

std::string lines_of(std::span<const Example> lesson) {
  std::string lines;
  Arena arena;
  for (const Example& example : lesson)
    lines += to_json(make_map(arena, {{"text", example.text}, {"intent", example.label}})) + "\n";
  return lines;
}

bool is_right(const Model& model, const Example& example) {
  const Prediction said = model.predict(example.text);
  const bool outside = example.label == other_intent;
  return outside ? said.is_outside : !said.is_outside && model.labels[said.shares.front().label] == example.label;
}

}  // namespace

Result<void> add_correction(const std::string& folder, const Correction& c) {
  if (c.text.empty()) return fail("no_text", "a correction needs the message");
  if (c.intent.empty()) return fail("no_intent", "a correction needs the intent");
  Arena arena;
  const std::string at = format_rfc3339(c.at);
  const Value line = make_map(arena, {{"text", c.text}, {"intent", c.intent}, {"by", c.by}, {"at", at}});
  return write_file(corrections_file(folder), to_json(line) + "\n", O_APPEND);
}

Result<std::vector<Correction>> read_corrections(const std::string& folder) {
  std::vector<Correction> all;
  const auto good = each_line(corrections_file(folder), [&](const Value& v) {
    all.push_back({std::string(v["text"].text_or("")), std::string(v["intent"].text_or("")), std::string(v["by"].text_or("")),
                   parse_time(v["at"].text_or("")).value_or(Time{})});
  });
  if (!good) return tl::unexpected(good.error());
  return all;
}

Result<std::vector<Example>> shop_lesson(const std::string& folder, const std::string& more) {
  std::vector<Example> all = built_in_lessons().intents;
  for (const std::string& from : {(fs::path(folder) / "intents").string(), more}) {
    if (from.empty()) continue;
    const auto read = read_lessons(from);
    std::string mistakes;
    for (const Diagnostic& d : read.diagnostics) mistakes += to_text(d);
    if (!read.value) return fail("bad_examples", "the examples are not in order:\n" + mistakes);
    all.insert(all.end(), read.value->begin(), read.value->end());
  }
  const auto corrections = read_corrections(folder);
  if (!corrections) return tl::unexpected(corrections.error());
  for (const Correction& c : *corrections) all.push_back({c.text, c.intent});
  std::map<std::string, std::string> last;
  for (Example& example : all) last[example.text] = example.label;
  std::vector<Example> lesson;
  for (auto& [text, label] : last) lesson.push_back({text, label});
  return lesson;
}

bool Compared::any_suffers() const {
  return std::any_of(intents.begin(), intents.end(), [](const auto& one) { return one.second.suffers(); });
}

Result<Compared> compare(std::span<const Example> old_lesson, std::span<const Example> new_lesson) {
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
    const auto before = train_model(without(old_lesson), shop_intents), after = train_model(without(new_lesson), shop_intents);
    if (!before) return tl::unexpected(before.error());
    if (!after) return tl::unexpected(after.error());
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (!kept[i]) continue;
      auto& intent = compared.intents[asked[i].label];
      ++intent.asked;
      const bool was = is_right(*before, asked[i]), now = is_right(*after, asked[i]);
      intent.old_right += was, intent.new_right += now;
      intent.lost += was && !now, intent.won += now && !was;
    }
  }
  return compared;
}

Result<std::vector<Example>> present_lesson(const std::string& folder) {
  std::error_code ignored;
  if (!fs::exists(models(folder) / "intents.model", ignored)) return built_in_lessons().intents;
  std::vector<Example> lesson;
  const auto good = each_line(models(folder) / "intents.lesson", [&](const Value& v) {
    lesson.push_back({std::string(v["text"].text_or("")), std::string(v["intent"].text_or(""))});
  });
  if (!good) return tl::unexpected(good.error());
  return lesson;
}

Result<void> promote(const std::string& folder, const Model& model, std::span<const Example> lesson) {
  const fs::path at = models(folder);
  const std::pair<const char*, std::string> files[] = {{"intents.lesson", lines_of(lesson)}, {"intents.model", write_model(model)}};
  for (const auto& [name, bytes] : files)
    if (auto good = write_file(at / (std::string(name) + ".new"), bytes); !good) return good;
  std::error_code ignored, error;
  for (const auto& [name, bytes] : files) {
    fs::remove(at / (std::string(name) + ".before"), ignored);
    fs::rename(at / name, at / (std::string(name) + ".before"), ignored);
    fs::rename(at / (std::string(name) + ".new"), at / name, error);
    if (error) return fail("io", "cannot rename " + (at / name).string() + ": " + error.message());
  }
  return {};
}

Result<void> go_back(const std::string& folder) {
  const fs::path at = models(folder);
  std::error_code ignored;
  if (!fs::exists(at / "intents.model", ignored)) return fail("nothing_before", "the built-in model is in use; there is none before it");
  for (const std::string name : {"intents.model", "intents.lesson"}) {
    fs::remove(at / name, ignored);
    fs::rename(at / (name + ".before"), at / name, ignored);
  }
  return {};
}

}  // namespace shopbell
