// Runs that have failed: which they are, and what a person does about them.

#include "base/time.h"
#include "cli/commands.h"
#include "cli/lists.h"
#include "cli/target.h"
#include "net/client.h"

#include <future>
#include <memory>

namespace shopbell::cli {
namespace {

struct Options {
  ListOptions list;
  TargetOptions target;
  std::string since, by;
  std::vector<std::string> runs;
  bool all = false;
};

/// "2h" is two hours ago.
Result<Time> since_of(const std::string& text) {
  if (text.empty()) return Time{};
  if (const auto ago = parse_duration(text)) return std::chrono::floor<Millis>(std::chrono::system_clock::now()) - *ago;
  if (const auto at = parse_time(text)) return *at;
  return fail("bad_time", "--since " + text + " is neither a duration nor an instant", "2h, or 2026-12-24T18:00:00Z");
}

std::vector<std::string> cells(const RunView& r) {
  return {r.row.id.substr(0, 12), r.row.ended ? format_rfc3339(*r.row.ended) : "", r.row.workflow, r.row.step, fit(r.row.subject, 30), fit(r.row.reason, 90)};
}

int attention(Options options) {
  const auto since = since_of(options.since);
  if (!since) return report(since.error());
  options.list.filter.since = *since;
  auto reader = open_reader(options.list.where);
  if (!reader) return report(reader.error());
  return print_rows((*reader)->attention(options.list.filter, options.list.page), options.list.json,
                    {"RUN", "FAILED", "WORKFLOW", "STEP", "SUBJECT", "WHY"}, cells, "nothing needs attention");
}

std::string body_of(const Options& options, Time since, std::int64_t before) {
  Arena arena;
  MapBuilder map(arena);
  ListBuilder runs(arena);
  for (const std::string& run : options.runs) runs.add(run);
  if (!options.runs.empty()) map.add("runs", runs.build());
  const auto text = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) map.add(name, value);
  };
  text("workflow", options.list.filter.workflow);
  text("step", options.list.filter.step);
  text("subject", options.list.filter.subject);
  text("by", options.by);
  if (since != Time{}) map.add("since", arena.copy(format_rfc3339(since)));
  if (options.all) map.add("all", true);
  if (before > 0) map.add("before", before);
  return to_json(map.build());
}

/// A page after the other, as the server bounds one request.
int resolve(const Options& options, const std::string& remedy) {
  const auto since = since_of(options.since);
  if (!since) return report(since.error());
  const auto target = find_target(options.target);
  if (!target) return report(target.error());
  ClientConfig config;
  config.allow = {target->url};
  const auto client = Client::make(config);
  std::int64_t count = 0, before = 0;
  do {
    HttpRequest request;
    request.url = target->url + "/api/attention/" + remedy;
    request.headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + target->token}};
    request.body = body_of(options, *since, before);
    std::promise<Result<HttpResponse>> promise;
    client->send(std::move(request), [&promise](Result<HttpResponse> r) { promise.set_value(std::move(r)); });
    const Result<HttpResponse> response = promise.get_future().get();
    if (!response) return report(response.error());
    Arena arena;
    const auto answer = parse_json(response->body, arena);
    if (response->status != 200 || !answer) {
      const std::string_view why = answer ? (*answer)["error"]["message"].text_or("") : std::string_view();
      return report({"refused", fmt::format("the server answered {}: {}", response->status, why), {}});
    }
    count += (*answer)["given"].integer_or(0);
    before = (*answer)["next"].integer_or(0);
  } while (before > 0);
  client->stop();
  fmt::print("{}: {} runs; `shopbell why RUN` tells what came of one\n", remedy, count);
  return count > 0 ? 0 : 1;
}

void add_filter(Command command, Options& options) {
  command.add_option("--workflow", options.list.filter.workflow, "Only of this workflow");
  command.add_option("--step", options.list.filter.step, "Only those that failed at the step of this id");
  command.add_option("--subject", options.list.filter.subject, "Only of this subject: customer:7");
  command.add_option("--since", options.since, "Only those that failed since: 2h, or 2026-12-24T18:00:00Z");
}

void add_remedy(Command app, Run& run, const std::string& name, const std::string& what, const std::string& footer) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand(name, what);
  command.add_option("RUN", options->runs, "Runs by their ids; the first digits are enough");
  add_filter(command, *options);
  command.add_flag("--all", options->all, "All runs that have failed");
  command.add_option("--shop", options->target.shop, "The shop's folder: its address and token (default: this one)");
  command.add_option("--to", options->target.to, "The server, when it is elsewhere: http://HOST:PORT");
  command.add_option("--token", options->target.token, "The API token, over the shop's first one");
  command.add_option("--by", options->by, "Who decides, for the notes (default: the API)");
  command.footer(footer + "\nNames runs, or a filter, or --all. The server must be running. Exit code 1: there was no such run.");
  command.callback([&run, options, name] {
    run = [options, name] {
      const Filter& f = options->list.filter;
      const bool any = !options->runs.empty() || !f.workflow.empty() || !f.step.empty() || !f.subject.empty() || !options->since.empty();
      if (any != options->all) return resolve(*options, name);
      fmt::print(stderr, "shopbell: name runs, or a filter, or else --all\n");
      return 2;
    };
  });
}

}  // namespace

void add_attention(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("attention", "List runs that have failed and wait for a decision");
  add_list_options(command, options->list);
  add_filter(command, *options);
  command.footer("`shopbell why RUN` tells how one went; `shopbell retry`, `skip` and `cancel` decide about it.");
  command.callback([&run, options] { run = [options] { return attention(*options); }; });
}

void add_retry(Command app, Run& run) {
  add_remedy(app, run, "retry", "Do the step again at which runs have failed",
             "A call that may have been done is made again with its key; one that was refused is made anew, as the customer and\n"
             "the shop are now. `parallel` and `call` begin all their parts anew.");
}

void add_skip(Command app, Run& run) {
  add_remedy(app, run, "skip", "Let runs that have failed go on behind the step", "The step has no output then.");
}

void add_cancel(Command app, Run& run) {
  add_remedy(app, run, "cancel", "End runs: those that have failed for good, and open ones that are named",
             "A filter is about runs that have failed; an open run is only ended by its id.");
}

}  // namespace shopbell::cli
