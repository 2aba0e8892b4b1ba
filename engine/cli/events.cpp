#include "base/time.h"
#include "cli/commands.h"
#include "cli/event_types.h"
#include "cli/lists.h"

namespace shopbell::cli {
namespace {

struct Options {
  ListOptions list;
  std::string described;  // an event type or a noun; empty: all of them
};

std::vector<std::string> cells(const EventView& e) {
  return {std::to_string(e.key), format_rfc3339(e.at), e.kind == "event" ? e.type : e.kind,
          fit(e.subject, 36),    fit(e.event_id, 40),  e.source};
}

int events(const ListOptions& options) {
  auto reader = open_reader(options.where);
  if (!reader) {
    Error error = reader.error();
    if (error.code == "no_data") error.hint += "; shopbell events --types describes what may happen";
    return report(error);
  }
  return print_rows((*reader)->events(options.filter, options.page), options.json,
                    {"KEY", "AT", "TYPE", "SUBJECT", "ID", "SOURCE"}, cells, "no events yet");
}

}  // namespace

void add_events(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("events", "List what happened, newest first; --types: what may happen");
  add_list_options(*command, options->list);
  command->add_option("--subject", options->list.filter.subject, "Only of this subject: customer:7");
  command->add_option("--type", options->list.filter.type, "Only of this type: order.placed");
  const CLI::Option* types =
      command
          ->add_option("--types", options->described,
                       "Instead, describe every event type and field, or the one named: order.placed, order")
          ->expected(0, 1);
  command->footer(
      "Beside events it lists the engine's other inputs: results of calls (finished) and due waits (due).\n"
      "`shopbell why ID` tells what came of one.\n\n"
      "`shopbell events --types` is the manual of events: what each type means, the nouns it bears, and "
      "every field\n"
      "that conditions and templates may read, with the shop's own (`fields` in shopbell.yaml). It needs no "
      "data.");
  command->callback([&run, options, types] {
    run = [options, types] {
      return types->count() > 0
                 ? print_event_types(options->described, options->list.where.folder, options->list.json)
                 : events(options->list);
    };
  });
}

}  // namespace shopbell::cli
