#include "teach/lessons.h"

#include "load/embedded.h"
#include "load/report.h"
#include "load/shop.h"
#include "load/yaml.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <stdexcept>

namespace shopbell {
namespace {

void read_label(const yaml::Entry& entry, Report& report, std::vector<Example>& examples) {
  const auto place = [&](const yaml::Node& node) { return yaml::place_of(node, report.source()); };
  const std::string& label = entry.key->text;
  if (!entry.value->is_list())
    return report.error(place(*entry.value), "wrong_type", label + " wants a list of texts, not " + yaml::describe(*entry.value),
                        "one text a line, each with a dash");
  for (const yaml::NodePtr& item : entry.value->items) {
    if (!item->is_scalar() || item->is_null() || item->text.empty())
      report.error(place(*item), "wrong_type", "an example is a text, not " + yaml::describe(*item));
    else examples.push_back({item->text, label});
  }
}

// Questions that are asked without any mood; the others are asked by people to whom something happened.
constexpr std::array<std::string_view, 10> plain_questions{"availability", "change_order", "invoice", "order_status",
                                                           "payment_methods", "product_question", "returns",
                                                           "shipping_info", "sizing", "store_info"};

constexpr std::string_view mood_file = "mood.yaml";

/// What workflows ask for are these four: another would never be looked for.
void check_moods(const std::string& path, const std::vector<Example>& examples, Read<std::vector<Example>>& read) {
  for (const Example& example : examples) {
    if (std::find(moods.begin(), moods.end(), example.label) != moods.end()) continue;
    Report report(path, "");
    report.error_in_file("bad_mood", "there is no mood " + example.label + ": angry, unhappy, neutral, happy");
    read.diagnostics.push_back(report.take().front());
    read.value.reset();
    return;
  }
}

void append(std::vector<Example>& to, const std::vector<Example>& more) { to.insert(to.end(), more.begin(), more.end()); }

}  // namespace

Read<std::vector<Example>> read_lesson(const std::string& file, std::string_view text) {
  Report report(file, text);
  std::vector<Example> examples;
  const yaml::NodePtr root = yaml::parse(report);
  if (root && root->is_map())
    for (const yaml::Entry& entry : root->entries) read_label(entry, report, examples);
  else if (root && !root->is_null())
    report.error(yaml::place_of(*root, text), "wrong_type", "a file of examples is a map of labels, not " + yaml::describe(*root));
  Read<std::vector<Example>> read;
  if (!report.failed()) read.value = std::move(examples);
  read.diagnostics = report.take();
  return read;
}

Read<FolderLessons> read_lessons(const std::string& folder) {
  Read<FolderLessons> all;
  all.value.emplace();
  bool failed = false;
  for (const std::string& path : yaml_files(folder)) {
    const Result<std::string> text = read_file(path, yaml_bytes_max);
    if (!text) {
      Report report(path, "");
      report.error_in_file(text.error().code, text.error().message);
      all.diagnostics.push_back(report.take().front());
      failed = true;
      continue;
    }
    const bool is_mood = std::filesystem::path(path).filename() == mood_file;
    auto read = read_lesson(path, *text);
    if (is_mood && read.value) check_moods(path, *read.value, read);
    std::move(read.diagnostics.begin(), read.diagnostics.end(), std::back_inserter(all.diagnostics));
    if (read.value) append(is_mood ? all.value->moods : all.value->intents, *read.value);
    else failed = true;
  }
  if (failed) all.value.reset();
  return all;
}

Teaching built_in_lessons() {
  Teaching teaching;
  for (const EmbeddedFile& file : embedded_intents()) {
    const auto read = read_lesson(std::string(file.name), file.text);
    if (!read.value) throw std::logic_error("the built-in examples are broken:\n" + to_text(read.diagnostics.front()));
    if (file.name == mood_file) teaching.mood = *read.value;
    else if (file.name == "person.yaml") teaching.person = *read.value;
    else if (file.name == "person_phrases.yaml") teaching.phrases = *read.value;
    else if (file.name == "questions.yaml") teaching.questions = *read.value;
    else if (file.name == "languages.yaml") teaching.languages = *read.value;
    else append(teaching.intents, *read.value);
  }
  for (const Example& example : teaching.intents)
    if (std::find(plain_questions.begin(), plain_questions.end(), example.label) != plain_questions.end())
      teaching.mood.push_back({example.text, "neutral"});
  return teaching;
}

}  // namespace shopbell
