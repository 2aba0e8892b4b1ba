// What an edit of the shop's files would do to the runs that wait, before a server takes it up.

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/table.h"
#include "core/edits.h"
#include "load/load.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <map>
#include <memory>

namespace shopbell::cli {
namespace {

struct Options {
  Where where;
  bool plan = false;
};

/// The older versions that open runs stand on, read once each.
class Versions {
 public:
  explicit Versions(Reader& reader) : reader_(reader) {}
  /// nullptr: it cannot be read any more.
  const Workflow* find(const std::string& version) {
    const auto [at, first] = read_.try_emplace(version);
    if (!first) return at->second.get();
    const auto bundle = reader_.bundle(version);
    const auto source = bundle && *bundle ? decode_source(**bundle) : Result<WorkflowSource>(fail("", ""));
    auto made = source ? load_workflow(*source) : Read<std::shared_ptr<const Workflow>>{};
    if (made.value) at->second = *made.value;
    return at->second.get();
  }

 private:
  Reader& reader_;
  std::map<std::string, std::shared_ptr<const Workflow>> read_;
};

RunStatus status_of(std::string_view text) {
  for (const RunStatus status : {RunStatus::waiting, RunStatus::calling, RunStatus::queued})
    if (to_text(status) == text) return status;
  return RunStatus::calling;
}

std::string step_of(const Workflow* old, std::uint32_t at) {
  if (old == nullptr || at >= old->program.size()) return "?";
  return fmt::format("{} ({})", old->program[at].id, old->program[at].label);
}

// As core/edits.cpp does it.
std::string effect_of(const Workflow& current, const Workflow* old, const OpenRuns& runs, std::uint32_t at) {
  const bool cancels = current.on_edit == OnEdit::cancel;
  if (runs.kind == "branch" && cancels) return "end with the run that they are a part of";
  if (runs.kind == "branch" || runs.kind == "called") return "finish on their version, unless the run that they are a part of ends";
  if (runs.kind == "collecting") return "begin on their version";
  if (cancels) return "end, by on_edit: cancel";
  if (current.on_edit == OnEdit::pin) return "finish on their version";
  if (old != nullptr && place_in(current, *old, at, status_of(runs.status))) return "go over to the new version";
  return "finish on their version: the new one has no such place";
}

int plan(const Shop& shop, Reader& reader) {
  const auto open = reader.open_runs();
  if (!open) return report(open.error());
  Versions versions(reader);
  std::map<std::string, const Workflow*> current;
  for (const auto& workflow : shop.workflows) current.emplace(workflow->id, workflow.get());
  Table table({"WORKFLOW", "RUNS", "STAND AT", "STATUS", "THEY WILL"});
  for (const OpenRuns& runs : *open) {
    const auto at = static_cast<std::uint32_t>(std::strtoul(runs.step.c_str(), nullptr, 10));
    const auto now = current.find(runs.workflow);
    if (now != current.end() && now->second->version == runs.version) continue;
    const Workflow* old = versions.find(runs.version);
    const std::string effect = now == current.end()
                                   ? "finish on their version: the workflow is gone"
                                   : effect_of(*now->second, old, runs, at);
    const std::string status = runs.kind == "run" ? runs.status : runs.kind == "collecting" ? runs.kind : runs.kind + ", " + runs.status;
    table.add({runs.workflow, std::to_string(runs.count), step_of(old, at), status, effect});
  }
  if (table.empty()) fmt::print("no waiting run is touched\n");
  else fmt::print("{}", table.text());
  return 0;
}

int deploy(const Options& options) {
  if (!options.plan) {
    fmt::print(stderr,
               "shopbell: a server takes changed files up by itself; say --plan to see what that would do\n");
    return 2;
  }
  const auto shop = load_shop(options.where.folder);
  for (const Diagnostic& d : shop.diagnostics) fmt::print(stderr, "{}", to_text(d));
  if (!shop.value) return 1;
  auto reader = open_reader(options.where);
  if (!reader) return report(reader.error());
  return plan(*shop.value, **reader);
}

}  // namespace

void add_deploy(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("deploy", "Show what changed workflows do to runs that wait");
  command.add_option("DIR", options->where.folder, "The shop's folder, as edited (default: this one)");
  command.add_option("--data", options->where.data, "The data folder, when it is elsewhere");
  command.add_flag("--plan", options->plan, "Only show it, and change nothing");
  command.footer(
      "A server takes changed files up by itself. Edit a copy of the shop's folder, look at the plan with "
      "--data\n"
      "naming the server's data, then copy the files over. A mistake in a file gives exit code 1.");
  command.callback([&run, options] { run = [options] { return deploy(*options); }; });
}

}  // namespace shopbell::cli
