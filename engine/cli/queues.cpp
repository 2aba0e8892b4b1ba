#include "serve/queues.h"

#include "base/time.h"
#include "cli/commands.h"
#include "cli/lists.h"
#include "load/load.h"
#include "serve/clock.h"

namespace shopbell::cli {
namespace {

struct Options {
  Where where;
  bool json = false;
};

std::string number(const Value& v) { return std::to_string(v.integer_or(0)); }

void print(const Value& shown) {
  Table queues({"QUEUE", "WAITING", "ASSIGNED", "LATE", "OLDEST", "NEXT DUE", "FIRST REPLY"});
  for (const Value& q : shown["queues"].items())
    queues.add({std::string(q["name"].text_or({})), number(q["waiting"]), number(q["assigned"]), number(q["late"]),
                std::string(q["oldest"].text_or("")), std::string(q["next_due"].text_or("")),
                q["first_reply_ms"].is_null() ? "" : format_duration(Millis{q["first_reply_ms"].integer_or(0) / 1000 * 1000})});
  fmt::print("{}", queues.empty() ? "`queues` in shopbell.yaml names none\n" : queues.text());
  Table agents({"AGENT", "STATUS", "TICKETS", "CAPACITY"});
  for (const Value& a : shown["agents"].items())
    agents.add({std::string(a["name"].text_or({})), std::string(a["status"].text_or({})), number(a["tickets"]), number(a["capacity"])});
  if (!agents.empty()) fmt::print("\n{}", agents.text());
}

int queues(const Options& options) {
  auto reader = open_reader(options.where);
  if (!reader) return report(reader.error());
  const auto config = load_config(options.where.folder);
  if (!config.value) return report({"bad_shop", "shopbell.yaml has mistakes", "shopbell check tells them"});
  const auto desk = read_desk(**reader);
  if (!desk) return report(desk.error());
  Arena arena;
  const Value shown = view(*desk, *config.value->facts.desk, wall_clock(), arena);
  if (options.json) fmt::print("{}\n", to_json(shown));
  else print(shown);
  return 0;
}

}  // namespace

void add_queues(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("queues", "Show the queues of people: what waits, what is late, who is there");
  add_where(command, options->where);
  command.add_flag("--json", options->json, "As one JSON object");
  command.footer("LATE counts open tickets that are beyond what `sla` promises; FIRST REPLY is the median of the last hour.\n"
                  "An agent comes and goes by POST /api/agents/NAME {\"status\": \"online\"}, away or offline.");
  command.callback([&run, options] { run = [options] { return queues(*options); }; });
}

}  // namespace shopbell::cli
