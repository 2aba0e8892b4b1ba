#include "load/intents.h"

#include "load/embedded.h"
#include "load/shop.h"
#include "load/yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

namespace shopbell {
namespace {

// What stands beside the intents there: teach/lessons.cpp.
constexpr std::array<std::string_view, 5> others{"mood.yaml", "person.yaml", "person_phrases.yaml", "questions.yaml", "languages.yaml"};

void add_labels(std::string_view text, std::set<std::string>& names) {
  Report unread("", text);
  if (const yaml::NodePtr root = yaml::parse(unread))
    for (const yaml::Entry& entry : root->entries) names.insert(entry.key->text);
}

void check_name(const Workflow& workflow, const Instruction& step, std::string_view name, const std::vector<std::string>& known,
                std::vector<Diagnostic>& diagnostics) {
  if (name.empty() || std::binary_search(known.begin(), known.end(), name)) return;
  const std::string& yaml = workflow.source.yaml;
  std::size_t at = 0;
  for (std::uint32_t line = 1; line < step.line; ++line) at = yaml.find('\n', at) + 1;
  at = std::min(yaml.find(name, at), yaml.size());
  const std::vector<std::string_view> names(known.begin(), known.end());
  std::string hint = did_you_mean(name, names);
  if (hint.empty()) hint = "give it examples in intents/*.yaml, or train a model";
  const Error error{"unknown_intent", fmt::format("there is no intent {}: it is never heard", name), std::move(hint), static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(name.size())};
  diagnostics.push_back(diagnostic_at(workflow.source.file, yaml, error.offset, error));
  diagnostics.back().severity = Severity::warning;
}

}  // namespace

std::vector<std::string> intent_names(const std::string& shop_folder) {
  std::error_code ignored;
  const std::filesystem::path folder(shop_folder);
  if (std::filesystem::exists(folder / "models", ignored)) return {};
  std::set<std::string> names{"other"};
  for (const EmbeddedFile& file : embedded_intents())
    if (std::find(others.begin(), others.end(), file.name) == others.end()) add_labels(file.text, names);
  for (const std::string& file : yaml_files((folder / "intents").string()))
    if (const Result<std::string> text = read_file(file, yaml_bytes_max)) add_labels(*text, names);
  return {names.begin(), names.end()};
}

void check_intents(const Workflow& workflow, const std::vector<std::string>& known, std::vector<Diagnostic>& diagnostics) {
  if (known.empty()) return;
  for (const Instruction& i : workflow.program) {
    if (i.action == nullptr || i.action->name != "classify") continue;
    for (const auto& [name, argument] : i.arguments.parts) {
      if (name != "intents") continue;
      for (const auto& [unused, part] : argument.parts)
        if (part.form == Argument::Form::constant) check_name(workflow, i, part.constant->text_or({}), known, diagnostics);
      if (argument.form != Argument::Form::constant) continue;
      const Value list = argument.constant.root();
      for (const Value& one : list.is(Kind::list) ? list.items() : std::span(&list, 1)) check_name(workflow, i, one.text_or({}), known, diagnostics);
    }
  }
}

}  // namespace shopbell
