#include "cli/commands.h"
#include "load/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace shopbell::cli {
namespace {

struct Options {
  std::vector<std::string> paths;
  bool json = false;
};

int check(const Options& options) {
  const auto diagnostics = check_paths(options.paths);
  const auto errors = std::count_if(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& d) { return d.severity == Severity::error; });
  const auto warnings = static_cast<std::ptrdiff_t>(diagnostics.size()) - errors;
  for (const Diagnostic& d : diagnostics) {
    if (options.json) fmt::print("{}\n", to_json(d));
    else fmt::print("{}\n", to_text(d));
  }
  if (!options.json) {
    if (diagnostics.empty()) fmt::print("all in order\n");
    else fmt::print("{} error{}, {} warning{}\n", errors, errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
  }
  return errors == 0 ? 0 : 1;
}

}  // namespace

void add_check(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("check", "Find the mistakes in workflows and shop folders");
  command.add_option("PATH", options->paths, "Shop folders, workflow files, or folders of them").required();
  command.add_flag("--json", options->json, "One JSON object a finding");
  command.footer("Every mistake of every file is shown with its place, the line and, where one is near, what was meant. Warnings\nover the whole set of workflows have an id that `silence: [ID]` takes: workflows/LINT.md.\nExit code 1 when there is an error; warnings alone give 0.");
  command.callback([&run, options] { run = [options] { return check(*options); }; });
}

}  // namespace shopbell::cli
