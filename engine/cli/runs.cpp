#include "base/time.h"
#include "cli/commands.h"
#include "cli/lists.h"
#include "serve/customers.h"

namespace shopbell::cli {
namespace {

std::vector<std::string> cells(const RunView& r) {
  const std::string next = r.row.due ? "until " + format_rfc3339(*r.row.due) : fit(r.row.reason, 60);
  return {r.row.id.substr(0, 12), format_rfc3339(r.row.started), r.row.workflow, r.row.status, fit(r.row.subject, 36), next};
}

int runs(const ListOptions& options) {
  auto reader = open_reader(options.where);
  if (!reader) return report(reader.error());
  const auto filter = known_as(**reader, options.filter);
  if (!filter) return report(filter.error());
  return print_rows((*reader)->runs(*filter, options.page), options.json, {"RUN", "STARTED", "WORKFLOW", "STATUS", "SUBJECT", "NEXT OR REASON"}, cells, "no runs yet");
}

}  // namespace

void add_runs(Command app, Run& run) {
  auto options = std::make_shared<ListOptions>();
  Command command = app.add_subcommand("runs", "List runs of workflows, newest first");
  add_list_options(command, *options);
  command.add_option("--subject", options->filter.subject, "Only of this subject: customer:7");
  command.add_option("--workflow", options->filter.workflow, "Only of this workflow");
  command.add_option("--status", options->filter.status, "waiting, calling, queued, done, stopped or failed")
      .one_of({"waiting", "calling", "queued", "done", "stopped", "failed"});
  command.footer("`shopbell why RUN` tells each step of one; the first digits of its id are enough.");
  command.callback([&run, options] { run = [options] { return runs(*options); }; });
}

}  // namespace shopbell::cli
