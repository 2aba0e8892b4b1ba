#pragma once
// shopbell.yaml, and the shop's folder as files.

#include "load/load.h"
#include "load/nouns.h"
#include "load/report.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace shopbell {

struct ShopFile {
  ShopConfig config;
  std::vector<std::string> events;  // event types of the shop's own
  std::string fields = {};          // `fields` as JSON; empty: none
};

/// By name: those of the folder's platforms/*.yaml.
using OwnPlatforms = std::map<std::string, std::shared_ptr<const Platform>, std::less<>>;

/// shopbell.yaml's text, and the folder's platform files: one takes the place of the program's of the same name.
/// What they say wrong is in `report`; the result is complete either way.
ShopFile read_shop_file(Report& report, const std::string& folder);

/// One platform file; nullptr: it has mistakes, and `diagnostics` them.
std::shared_ptr<const Platform> read_platform(const std::string& path, const std::vector<std::string>& own_events,
                                              std::vector<Diagnostic>& diagnostics);
/// The platform files of a shop's folder; nullptr for one with mistakes.
OwnPlatforms read_platforms(const std::string& folder, const std::vector<std::string>& own_events,
                            std::vector<Diagnostic>& diagnostics);

constexpr std::size_t platform_files_max = 100;

/// What a shop adds to the language.
struct ShopNames {
  std::vector<std::string> own_events;  // event types beside the vocabulary's: declared, or emitted by a workflow
  OwnFields own_fields;
  std::vector<std::string> templates;   // those that a parameter may name
};
/// Of the shop in a folder; empty where it has none. Errors: "no_such_file".
Result<ShopNames> shop_names(const std::string& folder);

constexpr std::size_t template_files_max = 5'000;
constexpr std::size_t workflow_files_max = 5'000;

/// A file's bytes; an Error ("no_such_file", "too_large") has no place.
Result<std::string> read_file(const std::string& path, std::size_t bytes_max);
/// The .liquid files of a folder, by name. Absent folder: none.
std::map<std::string, std::string> read_templates(const std::string& folder, std::vector<Diagnostic>& diagnostics);
constexpr std::size_t locale_files_max = 200;

/// The texts of locales/LANG.yaml: maps of maps whose leaves are texts, or lists of them (names of
/// months and days). Absent folder: none. A mistake is in `diagnostics`, with its place.
std::shared_ptr<const liquid::Translations> read_locales(const std::string& folder, const std::string& fallback_locale,
                                                         std::vector<Diagnostic>& diagnostics);

/// segments.yaml of the shop: `name: CEL` or `name: {if, title}`. Absent: nullptr. Mistakes are in `diagnostics`, with
/// their places. `own_fields`: as ShopFile::fields.
std::shared_ptr<const Segments> read_segments(const std::string& path, const std::string& own_fields,
                                              std::vector<Diagnostic>& diagnostics);

/// The YAML files of a folder (*.yaml, *.yml, without *.test.yaml), sorted.
std::vector<std::string> yaml_files(const std::string& folder);

}  // namespace shopbell
