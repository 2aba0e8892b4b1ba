#include "base/time.h"
#include "cli/commands.h"
#include "cli/lists.h"

namespace shopbell::cli {
namespace {

std::vector<std::string> cells(const RequestView& r) {
  return {std::to_string(r.key), format_rfc3339(r.at), r.kind, r.done ? format_rfc3339(*r.done) : "under way",
          std::to_string(r.rows), r.id};
}

int requests(const ListOptions& options) {
  auto reader = open_reader(options.where);
  if (!reader) return report(reader.error());
  return print_rows((*reader)->requests(options.page), options.json, {"KEY", "ASKED", "KIND", "DONE", "ROWS", "ID"},
                    cells, "nobody has asked for anything");
}

}  // namespace

void add_requests(Command app, Run& run) {
  auto options = std::make_shared<ListOptions>();
  Command command = app.add_subcommand("requests", "List what customers asked for by law: export and erase");
  add_list_options(command, *options);
  command.footer(
      "The events privacy.data_request and privacy.redact ask for it, from a platform or sent to /events:\n"
      "  {\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"desk\",\"type\":\"privacy.redact\",\n"
      "   \"data\":{\"privacy\":{\"scope\":\"customer\"},\"customer\":{\"id\":7,\"email\":\"ann@example.com\"}}}\n"
      "What is exported is written to exports/ID.json in the data folder.");
  command.callback([&run, options] { run = [options] { return requests(*options); }; });
}

}  // namespace shopbell::cli
