#include "base/time.h"
#include "cli/commands.h"
#include "cli/event_types.h"
#include "cli/export.h"
#include "cli/lists.h"
#include "serve/customers.h"

namespace shopbell::cli {
namespace {

struct Options {
  ListOptions list;
  ExportOptions exported;
  bool exports = false;
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
  const auto filter = known_as(**reader, options.filter);
  if (!filter) return report(filter.error());
  return print_rows((*reader)->events(*filter, options.page), options.json,
                    {"KEY", "AT", "TYPE", "SUBJECT", "ID", "SOURCE"}, cells, "no events yet");
}

}  // namespace

void add_events(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("events", "List what happened, newest first; --types: what may happen");
  add_list_options(command, options->list);
  command.add_option("--subject", options->list.filter.subject, "Only of this subject: customer:7");
  command.add_option("--type", options->list.filter.type, "Only of this type: order.placed");
  Option types = command.add_option("--types", options->described, "Instead, describe every event type and field, or the one named: order.placed, order");
  types.maybe_alone();
  command.add_flag("--export", options->exports, "Instead, write the events as a log: JSON lines, oldest first");
  command.add_option("--since", options->exported.filter.since, "Of --export: only what happened at or after it: 2026-11-20, or RFC 3339");
  command.add_option("--until", options->exported.filter.until, "Of --export: only what happened before it");
  command.add_option("--where", options->exported.filter.where, "Of --export: only where this CEL holds");
  command.add_option("--out", options->exported.out, "Of --export: the file (otherwise: standard output)");
  command.add_flag("--all", options->exported.all, "Of --export: also what workflows caused, and what was replayed beside the shop");
  command.footer(
      "Beside events it lists the engine's other inputs: results of calls (finished) and due waits (due).\n"
      "`shopbell why ID` tells what came of one.\n\n"
      "`shopbell events --export` writes what came from outside, for `shopbell replay` and `backtest`; the server may be "
      "running.\n\n"
      "`shopbell events --types` is the manual of events: what each type means, the nouns it bears, and "
      "every field\n"
      "that conditions and templates may read, with the shop's own (`fields` in shopbell.yaml). It needs no "
      "data.");
  command.callback([&run, options, types] {
    run = [options, types] {
      if (options->exports) {
        ExportOptions exported = options->exported;
        exported.filter.subject = options->list.filter.subject;
        if (!options->list.filter.type.empty()) exported.filter.types = {options->list.filter.type};
        return export_journal(options->list.where, exported);
      }
      return types.given()
                 ? print_event_types(options->described, options->list.where.folder, options->list.json)
                 : events(options->list);
    };
  });
}

}  // namespace shopbell::cli
