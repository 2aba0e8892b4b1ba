// locales/LANG.yaml: the texts that templates ask for with the filter t.
#include "liquid/plural.h"
#include "load/fields.h"
#include "load/scope.h"
#include "load/shop.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace shopbell {
namespace fs = std::filesystem;

namespace {

bool is_locale(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto good = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  const std::size_t language = std::min(name.find_first_of("-_"), name.size());
  return (language == 2 || language == 3) && name.size() <= 16 && letter(name[0]) && letter(name[1]) &&
         std::all_of(name.begin(), name.end(), good);
}

class LocaleReader {
 public:
  explicit LocaleReader(Report& report) : report_(report) {}

  Value map(const yaml::Node& node, Arena& arena) {
    MapBuilder made(arena);
    for (const yaml::Entry& entry : node.entries) {
      if (entry.key->text.find('.') != std::string::npos)
        error(*entry.key, "bad_name", "a key has no dot: a dot leads to the map below");
      made.add(arena.copy(entry.key->text), value(*entry.value, arena));
    }
    const Value all = made.build();
    if (liquid::is_plural(all) && all.find("other") == nullptr)
      error(node, "missing_key", "a text in plural forms needs the form other", "other: \"{{ count }} items\"");
    return all;
  }

 private:
  void error(const yaml::Node& node, std::string code, std::string message, std::string hint = {}) {
    report_.error(place_of(node, report_.source()), std::move(code), std::move(message), std::move(hint));
  }

  Value value(const yaml::Node& node, Arena& arena) {
    if (node.is_map()) return map(node, arena);
    if (!node.is_list()) return text(node, arena);
    ListBuilder list(arena);
    for (const yaml::NodePtr& item : node.items) list.add(text(*item, arena));
    return list.build();
  }

  Value text(const yaml::Node& node, Arena& arena) {
    const auto read = read_text(node, "a text of a locale", report_);
    return Value(arena.copy(read.value_or("")));
  }

  Report& report_;
};

Diagnostic about_file(const std::string& file, std::string code, std::string message, std::string hint = {}) {
  Diagnostic d;
  d.file = file;
  d.code = std::move(code);
  d.message = std::move(message);
  d.hint = std::move(hint);
  return d;
}

void read_locale(const std::string& file, liquid::Translations& to, std::vector<Diagnostic>& diagnostics) {
  const std::string locale = fs::path(file).stem().string();
  const Result<std::string> text = read_file(file, yaml_bytes_max);
  if (!text) return diagnostics.push_back(about_file(file, text.error().code, text.error().message));
  if (!is_locale(locale))
    diagnostics.push_back(about_file(file, "bad_locale", fmt::format("{} is not the name of a locale", locale),
                                     "a language, perhaps with a region: locales/de.yaml, locales/pt-BR.yaml"));
  Report report(file, *text);
  if (const yaml::NodePtr root = yaml::parse(report); root != nullptr && !root->is_null()) {
    auto arena = std::make_unique<Arena>();
    if (!root->is_map()) wrong_type(report, *root, "a locale", "a map of texts");
    const Value tree = LocaleReader(report).map(*root, *arena);
    to.add(locale, Document(std::move(arena), tree));
  }
  std::vector<Diagnostic> found = report.take();
  std::move(found.begin(), found.end(), std::back_inserter(diagnostics));
}

}  // namespace

std::shared_ptr<const liquid::Translations> read_locales(const std::string& folder, const std::string& fallback_locale,
                                                         std::vector<Diagnostic>& diagnostics) {
  auto made = std::make_shared<liquid::Translations>(fallback_locale);
  std::vector<std::string> files = yaml_files(folder);
  if (files.size() > locale_files_max) {
    diagnostics.push_back(about_file(folder, "too_many_files", fmt::format("more than {} locales", locale_files_max)));
    files.resize(locale_files_max);
  }
  for (const std::string& file : files) read_locale(file, *made, diagnostics);
  return made;
}

// A key that only some locales have fails for everybody else's customers: the fallback must have it.
std::vector<Error> unknown_texts(const liquid::Template& t, const liquid::Translations* texts) {
  std::vector<Error> errors;
  if (texts == nullptr) return errors;
  const std::vector<std::string> keys = texts->keys();
  const std::vector<std::string_view> known(keys.begin(), keys.end());
  for (const auto& reading : t.texts_read()) {
    if (!texts->find("", reading.path).is_null()) continue;
    const bool somewhere = std::find(keys.begin(), keys.end(), reading.path) != keys.end();
    std::string message = somewhere ? fmt::format("the locale {}, which all others fall back to, has no text {}",
                                                  texts->fallback_locale(), reading.path)
                                    : fmt::format("no locale has the text {}", reading.path);
    errors.push_back({"unknown_text", std::move(message), somewhere ? "" : did_you_mean(reading.path, known),
                      reading.offset, reading.length});
  }
  return errors;
}

}  // namespace shopbell
