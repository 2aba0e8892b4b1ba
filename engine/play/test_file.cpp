#include "play/test_file.h"

#include "base/json.h"
#include "base/time.h"
#include "intake/cloudevent.h"
#include "load/draft.h"
#include "load/language.h"
#include "load/shop.h"
#include "load/vocabulary.h"

#include <algorithm>
#include <filesystem>

namespace shopbell::play {
namespace {

namespace fs = std::filesystem;

/// The workflow and those that it calls, and they.
std::vector<std::string> with_called(const Shop& shop, std::vector<std::string> ids) {
  for (std::size_t i = 0; i < ids.size(); ++i)
    for (const auto& workflow : shop.workflows)
      if (workflow->id == ids[i])
        for (const Instruction& step : workflow->program)
          if (step.op == Op::call && std::find(ids.begin(), ids.end(), step.text) == ids.end()) ids.push_back(step.text);
  return ids;
}

void add_named(const yaml::Node* list, const Shop& shop, std::vector<std::string>& ids, Report& report) {
  if (list == nullptr) return;
  std::vector<std::string_view> known;
  for (const auto& workflow : shop.workflows) known.push_back(workflow->id);
  for (const yaml::NodePtr& item : list->items) {
    if (std::find(known.begin(), known.end(), item->text) == known.end())
      unknown_name(report, place_of(*item, report.source()), "unknown_workflow", "there is no workflow " + item->text, item->text, known);
    ids.push_back(item->text);
  }
}

/// The names that `respond` may have: actions, and the ids of steps.
void check_responders(const yaml::Node* respond, const Shop& shop, Report& report) {
  if (respond == nullptr) return;
  std::vector<std::string_view> known;
  for (const Action* action : all_actions())
    if (action->run != nullptr) known.push_back(action->name);
  for (const auto& workflow : shop.workflows)
    for (const Instruction& step : workflow->program)
      if (step.action != nullptr && step.action->run != nullptr) known.push_back(step.id);
  for (const yaml::Entry& entry : respond->entries)
    if (std::find(known.begin(), known.end(), entry.key->text) == known.end())
      unknown_name(report, place_of(*entry.key, report.source()), "unknown_call",
                   "no call is made by an action or a step of the name " + entry.key->text, entry.key->text, known);
}

/// What POST /events would refuse is a mistake; what no schema knows is a warning.
void check_events(const yaml::Node& given, Report& report) {
  for (const yaml::NodePtr& item : given.items) {
    if (item->find("after") != nullptr || item->find("respond") != nullptr) continue;
    Arena arena;
    const yaml::Entry& entry = event_of(*item);
    const Place place = place_of(*entry.key, report.source());
    const auto taken = read_event(given_json(*item, "given", from_ms(0), arena), from_ms(0), arena);
    if (!taken) report.error(place, taken.error().code, "this is no event: " + taken.error().message, taken.error().hint);
    else if (find_event_type(entry.key->text) != nullptr)
      for (const std::string& misfit : misfits(entry.key->text, taken->event.data)) report.warning(place, "misfit", misfit);
  }
}

void add_tests(TestFile& file, const Shop& shop, const std::string& own, Report& report) {
  const yaml::Node* tests = file.root->find("tests");
  if (tests == nullptr) return;
  std::vector<std::string> base;
  if (!own.empty()) base.push_back(own);
  add_named(own.empty() ? file.root->find("workflows") : nullptr, shop, base, report);
  for (const yaml::NodePtr& node : tests->items) {
    Test test{node->find("name")->text, node, 0, base};
    if (!base.empty()) add_named(node->find("with"), shop, test.workflows, report);
    test.workflows = with_called(shop, std::move(test.workflows));
    const std::uint32_t offset = node->find("name")->offset;
    test.line = static_cast<std::uint32_t>(1 + std::count(file.text.begin(), file.text.begin() + offset, '\n'));
    check_responders(node->find("respond"), shop, report);
    for (const yaml::NodePtr& item : node->find("given")->items) check_responders(item->find("respond"), shop, report);
    check_events(*node->find("given"), report);
    file.tests.push_back(std::move(test));
  }
}

/// One file's tests; whether there is no mistake in them. `own`: the workflow that they stand in; empty: a file of
/// tests alone.
bool read_tests(const std::string& path, std::string text, const std::string& own, TestSuite& suite,
                std::span<const std::string> own_events, std::vector<Diagnostic>& diagnostics) {
  TestFile file{path, std::move(text), nullptr, {}};
  Report report(path, file.text);
  file.root = yaml::parse(report);
  if (file.root != nullptr && own.empty()) check_test_file(*file.root, own_events, report);
  if (file.root != nullptr && !report.failed()) add_tests(file, suite.shop, own, report);
  const bool good = !report.failed();
  for (Diagnostic& d : report.take()) diagnostics.push_back(std::move(d));
  if (good && !file.tests.empty()) suite.files.push_back(std::move(file));
  return good;
}

std::vector<std::string> test_files(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (auto at = fs::directory_iterator(folder, ignored); at != fs::directory_iterator(); at.increment(ignored))
    if (at->path().filename().string().ends_with(".test.yaml")) files.push_back(at->path().string());
  std::sort(files.begin(), files.end());
  return files;
}

bool same_file(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return a == b || fs::equivalent(a, b, ignored);
}

/// `only`: empty, or the one file whose tests are wanted.
void add_suite(const std::string& folder, const std::string& only, std::vector<TestSuite>& suites, std::vector<Diagnostic>& diagnostics) {
  auto read = load_shop(folder);
  std::move(read.diagnostics.begin(), read.diagnostics.end(), std::back_inserter(diagnostics));
  if (!read.value) return;
  TestSuite suite{std::move(*read.value), {}};
  const auto names = shop_names(folder);
  const std::vector<std::string> own_events = names ? names->own_events : std::vector<std::string>();
  bool good = true;
  for (const auto& workflow : suite.shop.workflows)
    if (only.empty() || same_file(only, workflow->source.file))
      good &= read_tests(workflow->source.file, workflow->source.yaml, workflow->id, suite, own_events, diagnostics);
  for (const std::string& path : test_files(fs::path(folder) / "workflows")) {
    if (!only.empty() && !same_file(only, path)) continue;
    auto text = read_file(path, yaml_bytes_max);
    good &= text && read_tests(path, std::move(*text), {}, suite, own_events, diagnostics);
  }
  if (good) suites.push_back(std::move(suite));
}

/// A workflow that stands alone.
void add_lonely(const std::string& path, std::vector<TestSuite>& suites, std::vector<Diagnostic>& diagnostics) {
  auto text = read_file(path, yaml_bytes_max);
  if (!text) {
    Diagnostic d;
    d.file = path;
    d.code = text.error().code;
    d.message = text.error().message;
    diagnostics.push_back(std::move(d));
    return;
  }
  WorkflowSource source{path, *text, read_templates((fs::path(path).parent_path() / "templates").string(), diagnostics)};
  auto read = load_workflow(source);
  std::move(read.diagnostics.begin(), read.diagnostics.end(), std::back_inserter(diagnostics));
  if (!read.value) return;
  TestSuite suite;
  suite.shop.config.facts = {"shop", "The shop", "https://shop.example", "EUR", "UTC", "en"};
  suite.shop.workflows.push_back(*read.value);
  if (read_tests(path, std::move(*text), (*read.value)->id, suite, {}, diagnostics)) suites.push_back(std::move(suite));
}

}  // namespace

const yaml::Entry& event_of(const yaml::Node& item) {
  return *std::find_if(item.entries.begin(), item.entries.end(),
                       [](const yaml::Entry& entry) { return find_key(given_keys, entry.key->text) == nullptr; });
}

std::string given_json(const yaml::Node& item, const std::string& id, Time now, Arena& arena) {
  const yaml::Entry& event = event_of(item);
  const yaml::Node* ago = item.find("ago");
  const Millis before = ago == nullptr ? Millis{0} : parse_duration(ago->text).value_or(Millis{0});
  const yaml::Node* own_id = item.find("id");
  MapBuilder json(arena);
  json.add("specversion", "1.0").add("id", own_id ? Value(own_id->text) : Value(arena.copy(id))).add("source", "test");
  json.add("type", Value(event.key->text)).add("time", arena.copy(format_rfc3339(now - before)));
  if (const yaml::Node* subject = item.find("subject")) json.add("subject", Value(subject->text));
  json.add("data", to_value(*event.value, arena));
  return to_json(json.build());
}

std::vector<TestSuite> find_tests(const std::vector<std::string>& paths, std::vector<Diagnostic>& diagnostics) {
  std::vector<TestSuite> suites;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) add_suite(path, {}, suites, diagnostics);
    else if (const std::string folder = shop_folder_of(path); !folder.empty()) add_suite(folder, path, suites, diagnostics);
    else add_lonely(path, suites, diagnostics);
  }
  return suites;
}

}  // namespace shopbell::play
