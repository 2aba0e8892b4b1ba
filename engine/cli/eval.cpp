#include "base/diagnostic.h"
#include "base/json.h"
#include "cel/cel.h"
#include "cli/commands.h"
#include "cli/sample.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace shopbell::cli {
namespace {

struct Options {
  std::string expression, event;
  bool explain = false, json = false;
};

int show(const Options& options, const Error& error) {
  fmt::print(stderr, "{}", to_text(diagnostic_at("expression", options.expression, error.offset, error)));
  return 1;
}

int eval(const Options& options) {
  const auto sample = read_sample(options.event);
  if (!sample) return report(sample.error());
  const auto program = cel::compile(options.expression);
  if (!program) {
    for (const cel::Issue& issue : program.error()) show(options, issue.error);
    return 1;
  }
  Arena arena;
  if (options.explain) fmt::print("{}", cel::to_text(program->trace(sample->root(), arena)));
  const Value result = program->evaluate(sample->root(), arena);
  if (result.is(Kind::error)) return show(options, result.error());
  if (!options.explain) fmt::print("{}\n", options.json ? to_json(result) : cel::to_text(result, 1 << 20));
  return 0;
}

}  // namespace

void add_eval(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("eval", "Try a CEL expression, on an event if you like");
  command->add_option("EXPR", options->expression, "The expression: 'order.total > 100'")->required();
  command->add_option("--event", options->event, "A file with one event (CloudEvents JSON) or any JSON object; - is standard input");
  command->add_flag("--explain", options->explain, "Show the value of each part");
  command->add_flag("--json", options->json, "Print the result as JSON");
  command->footer("Example: shopbell eval 'order.total > 100 && \"vip\" in customer.tags' --event order.json --explain");
  command->callback([&run, options] { run = [options] { return eval(*options); }; });
}

}  // namespace shopbell::cli
