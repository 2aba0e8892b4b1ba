// The tests of workflows, on a virtual clock.

#include "base/json.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "play/junit.h"
#include "play/run_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <thread>

namespace shopbell::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds look_again{300};

struct Options {
  std::vector<std::string> paths;
  std::string only, junit;
  bool coverage = false, json = false, watch = false;
};

struct Done {
  const play::TestFile* file;
  const play::Test* test;
  play::TestResult result;
  double seconds;
};

std::string failure_text(const Done& done) {
  std::string text;
  for (const play::DiffLine& line : done.result.diff)
    text += fmt::format("    {}{}\n", line.text, line.line == 0 ? "" : fmt::format("   ({}:{})", done.file->path, line.line));
  text += "  what happened:\n";
  for (const std::string& line : done.result.story) text += "    " + fit(line, 200) + "\n";
  return text;
}

void print_result(const Done& done, bool json) {
  if (json) {
    Arena arena;
    ListBuilder diff(arena);
    for (const play::DiffLine& line : done.result.diff) diff.add(std::string_view(line.text));
    fmt::print("{}\n", to_json(make_map(arena, {{"file", done.file->path},
                                               {"line", static_cast<std::int64_t>(done.test->line)},
                                               {"name", done.test->name},
                                               {"passed", done.result.passed},
                                               {"ms", done.seconds * 1000},
                                               {"diff", diff.build()}})));
  } else if (!done.result.passed) {
    fmt::print("{}:{}: FAILED: {}\n{}\n", done.file->path, done.test->line, done.test->name, failure_text(done));
  }
}

std::string percent(std::size_t part, std::size_t all) { return all == 0 ? "-" : fmt::format("{}/{} ({}%)", part, all, 100 * part / all); }

void print_coverage(const std::vector<play::TestSuite>& suites, const play::Coverage& coverage, bool json) {
  Table table({"WORKFLOW", "STEPS", "BRANCHES", "NEVER DONE"});
  for (const play::TestSuite& suite : suites)
    for (const auto& workflow : suite.shop.workflows) {
      const play::WorkflowCoverage of = coverage.of(*workflow);
      std::string left;
      Arena arena;
      ListBuilder uncovered(arena);
      for (const play::Uncovered& u : of.uncovered) {
        left += fmt::format("{}line {}: {}", left.empty() ? "" : "; ", u.line, u.what);
        uncovered.add(make_map(arena, {{"line", static_cast<std::int64_t>(u.line)}, {"what", std::string_view(u.what)}}));
      }
      table.add({of.workflow, percent(of.steps_done, of.steps), percent(of.ways_gone, of.ways), left});
      if (json)
        fmt::print("{}\n", to_json(make_map(arena, {{"workflow", of.workflow}, {"file", of.file}, {"steps", static_cast<std::int64_t>(of.steps)},
                                                   {"steps_done", static_cast<std::int64_t>(of.steps_done)}, {"ways", static_cast<std::int64_t>(of.ways)},
                                                   {"ways_gone", static_cast<std::int64_t>(of.ways_gone)}, {"uncovered", uncovered.build()}})));
    }
  if (!json) fmt::print("\n{}", table.text());
}

bool write_junit(const std::string& path, const std::vector<Done>& all) {
  std::vector<play::JUnitCase> cases;
  for (const Done& done : all) cases.push_back({done.file->path, done.test->name, done.seconds, done.result.passed ? "" : failure_text(done)});
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << play::junit(cases);
  if (out.flush()) return true;
  fmt::print(stderr, "shopbell: {} cannot be written\n", path);
  return false;
}

void print_diagnostics(const std::vector<Diagnostic>& diagnostics, bool json) {
  for (const Diagnostic& d : diagnostics) {
    if (json) fmt::print("{}\n", to_json(d));
    else fmt::print(stderr, "{}", to_text(d));
  }
}

int run_all(const Options& options) {
  std::vector<Diagnostic> diagnostics;
  const auto suites = play::find_tests(options.paths, diagnostics);
  print_diagnostics(diagnostics, options.json);
  const bool broken = std::any_of(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& d) { return d.severity == Severity::error; });
  play::Coverage coverage;
  std::vector<Done> all;
  for (const play::TestSuite& suite : suites)
    for (const play::TestFile& file : suite.files)
      for (const play::Test& test : file.tests) {
        if (!options.only.empty() && test.name.find(options.only) == std::string::npos) continue;
        const auto began = std::chrono::steady_clock::now();
        auto result = play::run_test(suite.shop, file, test, coverage);
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        all.push_back({&file, &test, std::move(result), seconds});
        print_result(all.back(), options.json);
      }
  const auto passed = std::count_if(all.begin(), all.end(), [](const Done& d) { return d.result.passed; });
  const auto failed = static_cast<std::ptrdiff_t>(all.size()) - passed;
  double seconds = 0;
  for (const Done& done : all) seconds += done.seconds;
  if (options.coverage) print_coverage(suites, coverage, options.json);
  if (!options.json) fmt::print("{}{} passed, {} failed, in {:.1f} ms\n", options.coverage ? "\n" : "", passed, failed, seconds * 1000);
  if (all.empty() && !broken) fmt::print(stderr, "shopbell: there is no test{}\n", options.only.empty() ? "" : " whose name has that in it");
  if (!options.junit.empty() && !write_junit(options.junit, all)) return 1;
  return failed == 0 && !broken && !all.empty() ? 0 : 1;
}

/// When each file that a test may depend on was changed.
std::map<std::string, fs::file_time_type> times_of(const std::vector<std::string>& paths) {
  std::map<std::string, fs::file_time_type> times;
  std::error_code ignored;
  for (const std::string& path : paths) {
    const std::string shop = fs::is_directory(path, ignored) ? path : shop_folder_of(path);
    const fs::path folder = shop.empty() ? fs::path(path).parent_path() : fs::path(shop);
    for (const char* part : {"", "workflows", "templates", "locales", "platforms"})
      for (auto at = fs::directory_iterator(folder / part, ignored); at != fs::directory_iterator(); at.increment(ignored))
        if (at->is_regular_file(ignored)) times[at->path().string()] = at->last_write_time(ignored);
  }
  return times;
}

int watch(const Options& options) {
  for (;;) {
    const auto before = times_of(options.paths);
    fmt::print("\x1b[2J\x1b[H");
    run_all(options);
    std::fflush(stdout);
    while (times_of(options.paths) == before) std::this_thread::sleep_for(look_again);
  }
}

}  // namespace

void add_test(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("test", "Run the tests of workflows, on a virtual clock");
  command.add_option("PATH", options->paths, "Shop folders, workflow files, files of tests (default: this folder)");
  command.add_option("--only", options->only, "Only tests with this in their name");
  command.add_flag("--coverage", options->coverage, "Show which steps and branches no test has done");
  command.add_option("--junit", options->junit, "Write the results to FILE as JUnit XML").type_name("FILE");
  command.add_flag("--watch", options->watch, "Run them again whenever a file changes");
  command.add_flag("--json", options->json, "One JSON object a test");
  command.footer(
      "Tests stand under `tests:` in a workflow's file, or in *.test.yaml beside the workflows; workflows/README.md has their\n"
      "language. Nothing is sent, and no time passes but the tests' own. Of a test that fails the difference is shown (- expected and\n"
      "missing, + not expected, ~ done otherwise), with the place in the file, and all that happened.\n"
      "Exit code 1 when a test fails, a file has a mistake, or there is no test.");
  command.callback([&run, options] {
    run = [options] {
      if (options->paths.empty()) options->paths.emplace_back(".");
      return options->watch ? watch(*options) : run_all(*options);
    };
  });
}

}  // namespace shopbell::cli
