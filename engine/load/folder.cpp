// The shop's folder: shopbell.yaml, workflows/*.yaml, templates/*.liquid, locales/*.yaml.
#include "desk/rules.h"
#include "load/draft.h"
#include "load/intents.h"
#include "load/links.h"
#include "load/lint.h"
#include "load/scope.h"
#include "load/shop.h"
#include "load/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <tuple>

namespace shopbell {
namespace fs = std::filesystem;

namespace {

/// How long an event, and the run that it began, are there to be looked at.
Millis kept_for(const ShopConfig& shop) {
  std::optional<Millis> least;
  for (const char* kind : {"events", "runs"})
    if (const auto said = shop.retention.find(kind); said != shop.retention.end()) least = std::min(said->second, least.value_or(said->second));
  return least.value_or(retention_otherwise);
}

struct Loaded {
  std::vector<std::shared_ptr<const Workflow>> workflows;
  std::vector<Diagnostic> diagnostics;
};

Diagnostic about_file(std::string file, std::string code, std::string message, std::string hint = {}) {
  Diagnostic d;
  d.file = std::move(file);
  d.code = std::move(code);
  d.message = std::move(message);
  d.hint = std::move(hint);
  return d;
}

bool failed(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::error; });
}

// A template that two workflows use is broken once.
std::vector<Diagnostic> without_repetition(std::vector<Diagnostic> all) {
  std::set<std::tuple<std::string, std::uint32_t, std::uint32_t, std::string>> seen;
  std::erase_if(all, [&](const Diagnostic& d) { return !seen.emplace(d.file, d.line, d.column, d.message).second; });
  return all;
}

void append(std::vector<Diagnostic>& to, std::vector<Diagnostic> more) {
  std::move(more.begin(), more.end(), std::back_inserter(to));
}

// What any workflow of the shop emits may trigger another.
std::vector<std::string> own_events(const std::vector<std::string>& files, const std::vector<std::string>& declared) {
  std::set<std::string> types(declared.begin(), declared.end());
  for (const std::string& file : files) {
    const Result<std::string> text = read_file(file, yaml_bytes_max);
    if (!text) continue;
    Report unread(file, *text);
    if (const yaml::NodePtr root = yaml::parse(unread)) collect_emitted(*root, types);
  }
  return {types.begin(), types.end()};
}

// The same file may be named in two ways.
std::vector<std::string> without(const std::vector<std::string>& files, const std::vector<std::string>& some) {
  std::error_code ignored;
  std::set<fs::path> left_out;
  for (const std::string& file : some) left_out.insert(fs::weakly_canonical(file, ignored));
  std::vector<std::string> kept;
  for (const std::string& file : files)
    if (!left_out.contains(fs::weakly_canonical(file, ignored))) kept.push_back(file);
  return kept;
}

// A ticket in a queue that nobody looks into is lost. Queues are the shop's, so a workflow alone cannot know.
void check_queues(const Workflow& workflow, const ShopConfig& shop, std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string_view> known;
  if (shop.facts.desk)
    for (const desk::Queue& queue : shop.facts.desk->queues) known.push_back(queue.name);
  for (const Instruction& i : workflow.program) {
    if (i.action == nullptr || i.action->name != "handoff") continue;
    for (const auto& [name, argument] : i.arguments.parts) {
      if (name != "queue" || argument.form != Argument::Form::constant) continue;
      const std::string_view queue = argument.constant->text_or({});
      if (queue.empty() || std::find(known.begin(), known.end(), queue) != known.end()) continue;
      std::size_t at = 0;
      for (std::uint32_t line = 1; line < i.line; ++line) at = workflow.source.yaml.find('\n', at) + 1;
      at = std::min(workflow.source.yaml.find(queue, at), workflow.source.yaml.size());
      std::string hint = did_you_mean(queue, known);
      if (hint.empty()) hint = "`queues` in shopbell.yaml names them";
      const Error error{"unknown_queue", fmt::format("there is no queue {}", queue), std::move(hint),
                        static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(queue.size())};
      diagnostics.push_back(diagnostic_at(workflow.source.file, workflow.source.yaml, error.offset, error));
    }
  }
}

// `shop`'s events are all that its workflows may name. Its queues count when the files belong to it.
Loaded load_files(const std::vector<std::string>& files, const std::string& templates_folder, const ShopFile& shop,
                  bool belong) {
  Loaded loaded;
  WorkflowSource source;
  source.templates = read_templates(templates_folder, loaded.diagnostics);
  source.own_events = shop.events;
  source.own_fields = shop.fields;
  const auto intents = belong ? intent_names(fs::path(templates_folder).parent_path().string()) : std::vector<std::string>();
  std::map<std::string, std::string> ids;
  for (const std::string& file : files) {
    Result<std::string> text = read_file(file, yaml_bytes_max);
    if (!text) {
      loaded.diagnostics.push_back(about_file(file, text.error().code, text.error().message));
      continue;
    }
    source.file = file;
    source.yaml = std::move(*text);
    auto read = compile_workflow(source, templates_folder, shop.config.facts.translations.get());
    append(loaded.diagnostics, std::move(read.diagnostics));
    if (!read.value) continue;
    if (belong) check_queues(**read.value, shop.config, loaded.diagnostics);
    if (belong) check_intents(**read.value, intents, loaded.diagnostics);
    const auto [other, first] = ids.emplace((*read.value)->id, file);
    if (first) loaded.workflows.push_back(std::move(*read.value));
    else
      loaded.diagnostics.push_back(about_file(
          file, "duplicate_workflow", fmt::format("the workflow {} is in {}, too", other->first, other->second)));
  }
  loaded.diagnostics = without_repetition(std::move(loaded.diagnostics));
  return loaded;
}

// Templates that no workflow uses yet are checked for what they are alone.
void check_unused(const std::string& folder, const liquid::Translations& texts, std::vector<Diagnostic>& diagnostics) {
  std::vector<Diagnostic> found;
  for (const auto& [name, text] : read_templates(folder, found)) {
    const auto parsed = liquid::parse(text, {.html = liquid::is_html(name)});
    for (const Error& error : parsed ? unknown_texts(*parsed, &texts) : parsed.error()) {
      found.push_back(diagnostic_at(folder + "/" + name, text, error.offset, error));
      if (parsed) found.back().severity = Severity::warning;
    }
  }
  append(diagnostics, std::move(found));
}

void check_files(const std::vector<std::string>& files, std::vector<Diagnostic>& diagnostics) {
  if (files.empty()) return;
  const std::string shop = shop_folder_of(files.front());
  const fs::path folder = fs::path(files.front()).parent_path();
  std::vector<std::string> all = files;
  ShopFile file;
  if (!shop.empty()) {
    const std::string path = (fs::path(shop) / "shopbell.yaml").string();
    const Result<std::string> text = read_file(path, yaml_bytes_max);
    Report unread(path, text ? std::string_view(*text) : std::string_view());
    file = read_shop_file(unread, shop);
    std::vector<Diagnostic> not_asked_for;
    file.config.facts.translations =
        read_locales((fs::path(shop) / "locales").string(), file.config.facts.locale, not_asked_for);
    const auto others = yaml_files((fs::path(shop) / "workflows").string());
    all.insert(all.end(), others.begin(), others.end());
  }
  std::error_code ignored;
  const fs::path base = !shop.empty()                                     ? fs::path(shop)
                        : fs::is_directory(folder / "templates", ignored) ? folder
                                                                          : folder / "..";
  LintShop facts{{file.events.begin(), file.events.end()}, kept_for(file.config), false};
  const auto emitted = own_events(without(all, files), {});
  facts.declared.insert(emitted.begin(), emitted.end());
  file.events = own_events(all, file.events);
  Loaded loaded = load_files(files, (base / "templates").lexically_normal().string(), file, !shop.empty());
  append(diagnostics, std::move(loaded.diagnostics));
  if (!failed(diagnostics)) append(diagnostics, lint(loaded.workflows, facts));
}

// A file in a folder `platforms`; the shop's own events are known where shopbell.yaml lies above it.
bool check_platform_file(const std::string& path, std::vector<Diagnostic>& diagnostics) {
  if (fs::path(path).parent_path().filename() != "platforms") return false;
  ShopFile file;
  if (const std::string shop = shop_folder_of(path); !shop.empty()) {
    const Result<std::string> text = read_file((fs::path(shop) / "shopbell.yaml").string(), yaml_bytes_max);
    Report unread("shopbell.yaml", text ? std::string_view(*text) : std::string_view());
    file = read_shop_file(unread, shop);
  }
  read_platform(path, file.events, diagnostics);
  return true;
}

// segments.yaml beside a shopbell.yaml, whose own fields it may read.
void check_segments_file(const std::string& path, std::vector<Diagnostic>& diagnostics) {
  ShopFile file;
  if (const std::string shop = shop_folder_of(path); !shop.empty()) {
    const Result<std::string> text = read_file((fs::path(shop) / "shopbell.yaml").string(), yaml_bytes_max);
    Report unread("shopbell.yaml", text ? std::string_view(*text) : std::string_view());
    file = read_shop_file(unread, shop);
  }
  if (!read_segments(path, file.fields, diagnostics))
    diagnostics.push_back(about_file(path, "no_such_file", "there is no such file, or it cannot be read"));
}

void check_shop_file(const std::string& path, std::vector<Diagnostic>& diagnostics) {
  const Result<std::string> text = read_file(path, yaml_bytes_max);
  if (!text) {
    diagnostics.push_back(about_file(path, text.error().code, text.error().message));
    return;
  }
  Report report(path, *text);
  read_shop_file(report, fs::path(path).parent_path().string());
  append(diagnostics, report.take());
}

// shopbell.yaml and the locales; absent only when there is no such file.
Read<ShopFile> read_shop(const std::string& folder) {
  Read<ShopFile> read;
  const std::string path = (fs::path(folder) / "shopbell.yaml").string();
  const Result<std::string> text = read_file(path, yaml_bytes_max);
  if (!text) {
    read.diagnostics.push_back(
        about_file(path, text.error().code, text.error().message,
                   "a shop's folder holds shopbell.yaml; its first line is shop: and the shop's id"));
    return read;
  }
  Report report(path, *text);
  ShopFile file = read_shop_file(report, folder);
  read.diagnostics = report.take();
  const std::string locales = (fs::path(folder) / "locales").string();
  file.config.facts.translations = read_locales(locales, file.config.facts.locale, read.diagnostics);
  const std::string segments = (fs::path(folder) / "segments.yaml").string();
  file.config.facts.segments = read_segments(segments, file.fields, read.diagnostics);
  read.value = std::move(file);
  return read;
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  std::error_code ignored;
  std::ifstream in(path, std::ios::binary);
  if (!fs::is_regular_file(path, ignored) || !in)
    return fail("no_such_file", "there is no such file, or it cannot be read");
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (text.size() > bytes_max)
    return fail("too_large", fmt::format("the file has {} bytes; at most {} are read", text.size(), bytes_max));
  return text;
}

std::map<std::string, std::string> read_templates(const std::string& folder, std::vector<Diagnostic>& diagnostics) {
  std::map<std::string, std::string> found;
  std::error_code ignored;
  for (auto at = fs::directory_iterator(folder, ignored); at != fs::directory_iterator(); at.increment(ignored)) {
    const std::string name = at->path().filename().string();
    if (!name.ends_with(".liquid") || name.starts_with('.')) continue;
    Result<std::string> text = read_file(at->path().string(), liquid::template_bytes_max);
    if (text && found.size() < template_files_max) found.emplace(name, std::move(*text));
    else
      diagnostics.push_back(about_file(at->path().string(), text ? "too_many_files" : text.error().code,
                                       text ? "too many templates" : text.error().message));
  }
  return found;
}

std::vector<std::string> yaml_files(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (auto at = fs::directory_iterator(folder, ignored); at != fs::directory_iterator(); at.increment(ignored)) {
    const std::string name = at->path().filename().string();
    const bool yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    const bool other = name.ends_with(".test.yaml") || name.starts_with('.') || name == "shopbell.yaml";
    if (yaml && !other) files.push_back(at->path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string shop_folder_of(const std::string& file) {
  const fs::path path(file);
  std::error_code ignored;
  for (fs::path at = fs::absolute(path, ignored).parent_path(); !at.empty(); at = at.parent_path()) {
    if (fs::is_regular_file(at / "shopbell.yaml", ignored)) {
      return path.is_absolute() ? at.string() : fs::relative(at, ignored).string();
    }
    if (at == at.parent_path()) break;
  }
  return {};
}

Read<ShopConfig> load_config(const std::string& folder) {
  Read<ShopFile> file = read_shop(folder);
  Read<ShopConfig> read{std::nullopt, std::move(file.diagnostics)};
  if (file.value && !failed(read.diagnostics)) read.value = std::move(file.value->config);
  return read;
}

namespace {

Read<Shop> load_whole(const std::string& folder, bool linted) {
  Read<Shop> read;
  Read<ShopFile> shop_file = read_shop(folder);
  read.diagnostics = std::move(shop_file.diagnostics);
  if (!shop_file.value) return read;
  ShopFile& file = *shop_file.value;
  const auto files = yaml_files((fs::path(folder) / "workflows").string());
  if (files.size() > workflow_files_max) {
    read.diagnostics.push_back(
        about_file(folder + "/workflows", "too_many_files", fmt::format("more than {} workflows", workflow_files_max)));
    return read;
  }
  const std::string templates = (fs::path(folder) / "templates").string();
  const LintShop facts{{file.events.begin(), file.events.end()}, kept_for(file.config), true};
  file.events = own_events(files, file.events);
  Loaded loaded = load_files(files, templates, file, true);
  append(read.diagnostics, std::move(loaded.diagnostics));
  if (linted && !failed(read.diagnostics)) append(read.diagnostics, lint(loaded.workflows, facts));
  if (!failed(read.diagnostics)) append(read.diagnostics, check_links(loaded.workflows, file.config));
  check_unused(templates, *file.config.facts.translations, read.diagnostics);
  read.diagnostics = without_repetition(std::move(read.diagnostics));
  if (!failed(read.diagnostics)) read.value = Shop{std::move(file.config), std::move(loaded.workflows)};
  return read;
}

}  // namespace

Read<Shop> load_shop(const std::string& folder) { return load_whole(folder, false); }

Result<ShopNames> shop_names(const std::string& folder) {
  const std::string path = (fs::path(folder) / "shopbell.yaml").string();
  const Result<std::string> text = read_file(path, yaml_bytes_max);
  if (!text) return fail(text.error().code, fmt::format("{}: {}", path, text.error().message));
  Report unread(path, *text);
  const auto files = yaml_files((fs::path(folder) / "workflows").string());
  const ShopFile file = read_shop_file(unread, folder);
  ShopNames names{{}, parse_own_fields(file.fields), {}};
  for (const std::string& event : own_events(files, file.events))
    if (find_event_type(event) == nullptr) names.own_events.push_back(event);
  std::vector<Diagnostic> ignored;
  for (const auto& [name, unused] : read_templates((fs::path(folder) / "templates").string(), ignored))
    if (!name.starts_with('_') && !name.ends_with(".html.liquid"))
      names.templates.push_back(name.substr(0, name.rfind(".liquid")));
  return names;
}

std::vector<Diagnostic> check_paths(const std::vector<std::string>& paths) {
  std::vector<Diagnostic> all;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (fs::is_regular_file(fs::path(path) / "shopbell.yaml", ignored)) append(all, load_whole(path, true).diagnostics);
    else if (fs::path(path).filename() == "shopbell.yaml") check_shop_file(path, all);
    else if (fs::path(path).filename() == "segments.yaml") check_segments_file(path, all);
    else if (fs::is_directory(path, ignored) && fs::path(path).filename() == "platforms")
      for (const std::string& file : yaml_files(path)) check_platform_file(file, all);
    else if (fs::is_directory(path, ignored)) check_files(yaml_files(path), all);
    else if (!check_platform_file(path, all)) check_files({path}, all);
  }
  return without_repetition(std::move(all));
}

}  // namespace shopbell
