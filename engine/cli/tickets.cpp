#include "base/time.h"
#include "cli/commands.h"
#include "cli/lists.h"
#include "serve/customers.h"
#include "serve/queues.h"

namespace shopbell::cli {
namespace {

std::vector<std::string> cells(const TicketView& t, const Value& shown) {
  return {t.row.id.substr(0, 12),
          format_rfc3339(t.row.at),
          t.row.queue,
          t.row.priority,
          std::string(shown["status"].text_or("")),
          std::string(shown["agent"].text_or("")),
          fit(t.row.subject, 36),
          fit(t.row.reason.empty() ? t.row.note : t.row.reason, 60)};
}

int tickets(const ListOptions& options) {
  auto reader = open_reader(options.where);
  if (!reader) return report(reader.error());
  const auto filter = known_as(**reader, options.filter);
  if (!filter) return report(filter.error());
  const auto rows = (*reader)->tickets(*filter, options.page);
  if (!rows) return report(rows.error());
  Table table({"TICKET", "OPENED", "QUEUE", "PRIORITY", "STATUS", "AGENT", "SUBJECT", "REASON"});
  for (const TicketView& row : *rows) {
    Arena arena;
    const auto shown = with_status(**reader, view(row, arena), arena);
    if (!shown) return report(shown.error());
    if (options.json) fmt::print("{}\n", to_json(*shown));
    else table.add(cells(row, *shown));
  }
  if (!options.json) fmt::print("{}", table.empty() ? std::string("no tickets yet\n") : table.text());
  return 0;
}

}  // namespace

void add_tickets(Command app, Run& run) {
  auto options = std::make_shared<ListOptions>();
  Command command = app.add_subcommand("tickets", "List work handed to people, newest first");
  add_list_options(command, *options);
  command.add_option("--queue", options->filter.queue, "Only of this queue");
  command.add_option("--subject", options->filter.subject, "Only of this subject: customer:7");
  command.footer("With --json each ticket brings the conversation and the customer as they were when it was opened.");
  command.callback([&run, options] { run = [options] { return tickets(*options); }; });
}

}  // namespace shopbell::cli
