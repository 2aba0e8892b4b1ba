#include "cli/commands.h"
#include "serve/app.h"

#include <memory>

namespace shopbell::cli {

void add_serve(Command app, Run& run) {
  auto options = std::make_shared<ServeOptions>();
  Command command = app.add_subcommand("serve", "Run the shop in a folder, in the foreground, until SIGTERM or SIGINT");
  command.add_option("DIR", options->folder, "The shop's folder; it holds shopbell.yaml").required();
  command.add_option("--listen", options->listen, "HOST:PORT to listen on, over the configuration's; port 0: any free one");
  command.add_option("--data", options->data, "The folder of log and database, over the configuration's");
  command.add_option("--threads", options->threads, "Threads that read requests (default: half the cores)").between(1, 256);
  command.footer(
      "Prints `listening on http://HOST:PORT` to standard output once it answers, and logs to standard error.\n"
      "Platforms post to /hooks/NAME (a name of `sources:`), your own systems to /events with a token.\n"
      "/healthz, /readyz and /metrics are for your monitoring; /api/events, /api/runs, /api/calls, /api/tickets\n"
      "and /api/messages show what happened. Changed workflows are taken up within two seconds; a broken file is\n"
      "reported and the workflows from before go on. A second signal ends the process at once; nothing that was\n"
      "answered with 2xx is lost either way.");
  command.callback([&run, options] { run = [options] { return serve(*options); }; });
}

}  // namespace shopbell::cli
