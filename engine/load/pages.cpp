#include "load/draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shopbell {
namespace {

struct Mention {
  std::string name;  // empty: decided only when it is rendered
  std::uint32_t offset = 0, length = 0;
};

// The names that {% render 'x' %} and {% include 'x' %} give.
std::vector<Mention> mentions_of(std::string_view text) {
  static constexpr std::array<std::string_view, 2> tags{"render", "include"};
  std::vector<Mention> found;
  for (std::size_t at = text.find("{%"); at != std::string_view::npos; at = text.find("{%", at + 2)) {
    std::size_t i = std::min(text.find_first_not_of(" \t\r\n-", at + 2), text.size());
    const auto tag =
        std::find_if(tags.begin(), tags.end(), [&](std::string_view t) { return text.substr(i).starts_with(t); });
    if (tag == tags.end()) continue;
    i = std::min(text.find_first_not_of(" \t\r\n", i + tag->size()), text.size());
    if (i < text.size() && (text[i] == '\'' || text[i] == '"')) {
      const std::size_t end = std::min(text.find(text[i], i + 1), text.size());
      found.push_back({std::string(text.substr(i + 1, end - i - 1)), static_cast<std::uint32_t>(i + 1),
                       static_cast<std::uint32_t>(end - i - 1)});
    } else {
      found.push_back({});
    }
  }
  return found;
}

bool names(std::string_view file, std::string_view partial) {
  if (file.starts_with('_') && !partial.starts_with('_')) file.remove_prefix(1);
  for (const std::string_view ending : {"", ".liquid", ".html.liquid"})
    if (file.size() == partial.size() + ending.size() && file.starts_with(partial) && file.ends_with(ending))
      return true;
  return false;
}

std::string_view bare(std::string_view file) { return file.substr(0, file.find('.')); }

}  // namespace

const std::optional<liquid::Template>& Pages::parsed(const std::string& file) {
  const auto [there, first] = parsed_.emplace(file, std::nullopt);
  if (!first) return there->second;
  const std::string& text = source_.templates.at(file);
  auto made = liquid::parse(text, {.html = liquid::is_html(file)}, file);
  if (made) {
    for (const Error& error : unknown_texts(*made, texts_)) add(file, error, Severity::warning);
    there->second = std::move(*made);
  } else {
    for (const Error& error : made.error()) add(file, error);
  }
  for (const Error& error : use_partials_of(text)) add(file, error);
  return parsed_.at(file);
}

void Pages::add(const std::string& file, const Error& error, Severity severity) {
  Diagnostic d = diagnostic_at(folder_ + "/" + file, source_.templates.at(file), error.offset, error);
  d.severity = severity;
  report_.add(std::move(d));
}

const liquid::Template* Pages::use(const std::string& file, const cel::Env& scope) {
  const std::optional<liquid::Template>& made = parsed(file);
  if (!made) return nullptr;
  for (const Error& error : unknown_readings(*made, scope)) add(file, error, Severity::warning);
  return &*made;
}

std::vector<Error> Pages::use_partials_of(std::string_view text) {
  std::vector<Error> missing;
  for (const Mention& mention : mentions_of(text)) {
    bool found = false;
    for (const auto& [file, unused] : source_.templates) {
      if (!mention.name.empty() && !names(file, mention.name)) continue;
      found = true;
      partials_.insert(file);
      parsed(file);
    }
    if (found || mention.name.empty()) continue;
    std::vector<std::string> bare_names;
    for (const auto& [file, unused] : source_.templates)
      bare_names.emplace_back(bare(file).substr(file.starts_with('_') ? 1 : 0));
    const std::vector<std::string_view> known(bare_names.begin(), bare_names.end());
    missing.push_back({"no_such_template", fmt::format("there is no template {}", mention.name),
                       did_you_mean(mention.name, known), mention.offset, mention.length});
  }
  return missing;
}

std::vector<std::string> Pages::page_names() const {
  std::vector<std::string> found;
  for (const auto& [file, unused] : source_.templates)
    if (!file.starts_with('_') && (found.empty() || found.back() != bare(file))) found.emplace_back(bare(file));
  return found;
}

std::map<std::string, std::string> Pages::used() const {
  std::map<std::string, std::string> files;
  for (const auto& [file, unused] : parsed_) files.emplace(file, source_.templates.at(file));
  return files;
}

liquid::Partials Pages::partials() const {
  liquid::Partials made;
  for (const std::string& file : partials_)
    if (const auto& t = parsed_.at(file)) made.add(file, *t);
  return made;
}

}  // namespace shopbell
