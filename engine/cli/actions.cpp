#include "base/json.h"
#include "cli/commands.h"
#include "cli/table.h"

#include <shopbell/action.h>

#include <fmt/format.h>

#include <memory>

namespace shopbell::cli {
namespace {

struct Options {
  std::string name;
  bool json = false;
};

std::string_view type_name(ParamType type) {
  switch (type) {
    case ParamType::text: return "text";
    case ParamType::page: return "template";
    case ParamType::value: return "value";
    case ParamType::cel: return "CEL";
    case ParamType::whole: return "whole number";
    case ParamType::number: return "number";
    case ParamType::flag: return "true or false";
    case ParamType::duration: return "duration";
    case ParamType::choice: return "choice";
    case ParamType::texts: return "list of texts";
  }
  return "";
}

std::string describe(const Param& p) {
  std::string text(p.doc);
  if (!p.choices.empty()) text += fmt::format(" One of: {}.", fmt::join(p.choices, ", "));
  if (p.required) text += " Required.";
  else if (!p.otherwise.empty()) text += fmt::format(" Otherwise: {}", p.otherwise);
  return text;
}

void print_text(const Action& action) {
  fmt::print("{}: {}\n", action.name, action.summary);
  for (const Param& p : action.params) fmt::print("  {:<12} {:<14} {}\n", p.name, type_name(p.type), describe(p));
  for (const Param& p : action.params)
    if (p.positional) fmt::print("  short form   {}: ... is {}: {{ {}: ... }}\n", action.name, action.name, p.name);
  if (!action.output.empty()) fmt::print("  output       {}\n", action.output);
  fmt::print("\n");
}

void print_json(const Action& action) {
  Arena arena;
  ListBuilder params(arena);
  for (const Param& p : action.params) {
    ListBuilder choices(arena);
    for (const std::string_view c : p.choices) choices.add(c);
    params.add(make_map(arena, {{"name", p.name}, {"type", type_name(p.type)}, {"doc", p.doc}, {"required", p.required},
                                {"otherwise", p.otherwise}, {"choices", choices.build()}, {"positional", p.positional}}));
  }
  fmt::print("{}\n", to_json(make_map(arena, {{"name", action.name}, {"summary", action.summary}, {"params", params.build()},
                                              {"output", action.output}, {"reaches_customer", action.reaches_customer}})));
}

int actions(const Options& options) {
  if (!options.name.empty() && find_action(options.name) == nullptr) {
    fmt::print(stderr, "shopbell: there is no action {}\n", options.name);
    return 1;
  }
  for (const Action* action : all_actions()) {
    if (!options.name.empty() && action->name != options.name) continue;
    if (options.json) print_json(*action);
    else print_text(*action);
  }
  return 0;
}

}  // namespace

void add_actions(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("actions", "The reference of actions: what a step can do");
  command.add_option("NAME", options->name, "Only this one");
  command.add_flag("--json", options->json, "One JSON object an action");
  command.footer("Texts are Liquid: {{ customer.email }}. Beside its action a step may carry id, as, if, retry, timeout\nand on_error; workflows/README.md tells what they mean.");
  command.callback([&run, options] { run = [options] { return actions(*options); }; });
}

}  // namespace shopbell::cli
