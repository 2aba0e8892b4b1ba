#include "base/time.h"
#include "cli/commands.h"
#include "cli/lists.h"

namespace shopbell::cli {
namespace {

std::vector<std::string> cells(const EventView& e) {
  return {std::to_string(e.key), format_rfc3339(e.at), e.kind == "event" ? e.type : e.kind, fit(e.subject, 36), fit(e.event_id, 40), e.source};
}

int events(const ListOptions& options) {
  auto reader = open_reader(options.where);
  if (!reader) return report(reader.error());
  return print_rows((*reader)->events(options.filter, options.page), options.json, {"KEY", "AT", "TYPE", "SUBJECT", "ID", "SOURCE"}, cells, "no events yet");
}

}  // namespace

void add_events(CLI::App& app, Run& run) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = app.add_subcommand("events", "List what happened, newest first");
  add_list_options(*command, *options);
  command->add_option("--subject", options->filter.subject, "Only of this subject: customer:7");
  command->add_option("--type", options->filter.type, "Only of this type: order.placed");
  command->footer("Beside events it lists the engine's other inputs: results of calls (finished) and due waits (due).\n`shopbell why ID` tells what came of one.");
  command->callback([&run, options] { run = [options] { return events(*options); }; });
}

}  // namespace shopbell::cli
