#include "base/json.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "load/schema.h"

#include <fmt/format.h>

#include <memory>

namespace shopbell::cli {
namespace {

int schema(const std::string& folder) {
  Arena arena;
  if (folder.empty()) {
    fmt::print("{}\n", to_pretty_json(workflow_schema(nullptr, arena)));
    return 0;
  }
  const auto names = shop_names(folder);
  if (!names) return report(names.error());
  fmt::print("{}\n", to_pretty_json(workflow_schema(&*names, arena)));
  return 0;
}

}  // namespace

void add_schema(Command app, Run& run) {
  auto folder = std::make_shared<std::string>();
  Command command =
      app.add_subcommand("schema", "Print the form of a workflow file as JSON Schema, for editors");
  command.add_option("DIR", *folder,
                      "A shop's folder: its own event types and templates are then known, too");
  command.footer(
      "With it an editor completes keys, verbs, actions and their parameters, shows what each means, and "
      "underlines\n"
      "what does not exist. For the YAML language server (VS Code's YAML extension, Neovim, Helix, ...):\n\n"
      "  shopbell schema DIR > DIR/workflow.schema.json\n\n"
      "and as the first line of each workflow, or once under `yaml.schemas` in the editor's settings:\n\n"
      "  # yaml-language-server: $schema=../workflow.schema.json\n\n"
      "Conditions and templates are read by `shopbell check` alone. A schema without DIR takes any event "
      "type of the\n"
      "right form.");
  command.callback([&run, folder] { run = [folder] { return schema(*folder); }; });
}

}  // namespace shopbell::cli
