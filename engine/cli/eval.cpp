#include "base/diagnostic.h"
#include "base/json.h"
#include "cel/cel.h"
#include "cli/commands.h"
#include "cli/sample.h"
#include "load/scope.h"
#include "load/shop.h"
#include "load/vocabulary.h"

#include <fmt/format.h>

namespace shopbell::cli {
namespace {

struct Options {
  std::string expression, event, shop = ".";
  bool explain = false, json = false;
};

std::string shown(const Options& options, const cel::Issue& issue) {
  Diagnostic d = diagnostic_at("expression", options.expression, issue.error.offset, issue.error);
  if (issue.warning) d.severity = Severity::warning;
  return to_text(d);
}

int show(const Options& options, const std::vector<cel::Issue>& issues) {
  for (const cel::Issue& issue : issues) fmt::print(stderr, "{}", shown(options, issue));
  return 1;
}

// Over an event of a type that is known, an expression is checked as a workflow's `if` is.
cel::Env scope_of(const Options& options, const Value& sample) {
  const std::string type(sample["event"]["type"].text_or(""));
  if (find_event_type(type) == nullptr) return {};
  const std::vector<std::string> types{type};
  return trigger_scope(types, shop_names(options.shop).value_or(ShopNames()).own_fields);
}

int eval(const Options& options) {
  const auto sample = read_sample(options.event);
  if (!sample) return report(sample.error());
  const auto program = cel::compile(options.expression, scope_of(options, sample->root()));
  if (!program) return show(options, program.error());
  show(options, program->warnings());
  Arena arena;
  if (options.explain) fmt::print("{}", cel::to_text(program->trace(sample->root(), arena)));
  const Value result = program->evaluate(sample->root(), arena);
  if (result.is(Kind::error)) return show(options, {{result.error(), false}});
  if (!options.explain) fmt::print("{}\n", options.json ? to_json(result) : cel::to_text(result, 1 << 20));
  return 0;
}

}  // namespace

void add_eval(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("eval", "Try a CEL expression, on an event if you like");
  command.add_option("EXPR", options->expression, "The expression: 'order.total > 100'").required();
  command.add_option("--event", options->event,
                      "A file with one event (CloudEvents JSON) or any JSON object; - is standard input");
  command.add_option("--shop", options->shop,
                      "The shop's folder: its own fields are known, too (default: this one)");
  command.add_flag("--explain", options->explain, "Show the value of each part");
  command.add_flag("--json", options->json, "Print the result as JSON");
  command.footer(
      "Over an event of a known type names and types are checked as in a workflow's `if`; over any other "
      "JSON\n"
      "everything is allowed that works.\n\n"
      "Example: shopbell eval 'order.total > 100 && \"vip\" in customer.tags' --event order.json --explain");
  command.callback([&run, options] { run = [options] { return eval(*options); }; });
}

}  // namespace shopbell::cli
