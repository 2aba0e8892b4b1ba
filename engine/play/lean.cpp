#include "play/lean.h"

#include "core/segments.h"

#include <algorithm>
#include <functional>

namespace shopbell::play {
namespace {

using Reader = std::function<void(const std::vector<std::string>&)>;

void read_argument(const Argument& argument, const Reader& reader) {
  if (argument.cel) reader(argument.cel->fields_read());
  if (argument.text) reader(argument.text->fields_read());
  if (argument.html) reader(argument.html->fields_read());
  for (const auto& [name, part] : argument.parts) read_argument(part, reader);
}

void read_partials(const Workflow& workflow, const Reader& reader) {
  for (const std::string_view name : workflow.partials.names())
    if (const auto* partial = workflow.partials.find(name))
      if (const auto* parsed = std::get_if<liquid::Template>(partial)) reader(parsed->fields_read());
}

/// All that a workflow reads.
void read_workflow(const Workflow& workflow, const Reader& reader) {
  const auto program = [&](const std::optional<cel::Program>& p) {
    if (p) reader(p->fields_read());
  };
  const auto triggers = [&](const std::vector<Trigger>& all) {
    for (const Trigger& trigger : all) program(trigger.where);
  };
  program(workflow.condition);
  program(workflow.per);
  triggers(workflow.on);
  triggers(workflow.stop_on);
  for (const auto& [name, var] : workflow.vars) reader(var.fields_read());
  for (const Instruction& step : workflow.program) {
    program(step.condition);
    triggers(step.triggers);
    read_argument(step.arguments, reader);
  }
  read_partials(workflow, reader);
}

bool reads_outputs(const Workflow& workflow) {
  bool reads = false;
  read_workflow(workflow, [&](const std::vector<std::string>& paths) {
    reads = reads || std::any_of(paths.begin(), paths.end(), [](const std::string& p) { return p.starts_with("steps"); });
  });
  return reads;
}

void keep_parts(Argument& arguments, std::initializer_list<std::string_view> names) {
  std::erase_if(arguments.parts, [&](const auto& part) { return std::find(names.begin(), names.end(), part.first) == names.end(); });
}

void make_lean(Instruction& step, bool outputs_read) {
  const bool read = outputs_read || !step.as.empty();
  if (step.action->run != nullptr) keep_parts(step.arguments, {"channel"});
  else if (step.action->name == "handoff") keep_parts(step.arguments, {"queue", "priority"});
  else if (!read && (step.action->name == "note" || step.action->name == "log")) keep_parts(step.arguments, {});
}

/// What the path reads of that noun, wherever it stands in it.
void want(const std::string& path, std::string_view noun, WantedFields& fields) {
  for (std::size_t at = path.find(noun); at != std::string::npos; at = path.find(noun, at + 1)) {
    const bool begins = at == 0 || path[at - 1] == '.';
    const std::size_t end = at + noun.size();
    if (!begins || (end < path.size() && path[end] != '.')) continue;
    if (end == path.size()) fields.all = true;
    else fields.names.insert(path.substr(end + 1, path.find('.', end + 1) - end - 1));
  }
}

void want(const std::string& path, Wanted& wanted) {
  if (path == "event" || path.find("raw") != std::string::npos) wanted.raw = true;
  if (path == "events" || path == "trigger") wanted.order.all = wanted.customer.all = true;
  want(path, "order", wanted.order);
  want(path, "customer", wanted.customer);
}

/// A loop's element, an output or a variable may be a whole event, which no path tells: `for_each: {in: events}`.
bool hands_on_events(const Workflow& workflow) {
  if (workflow.collect.quiet > Millis{0}) return true;
  return std::any_of(workflow.program.begin(), workflow.program.end(), [](const Instruction& step) { return step.op == Op::wait_for && !step.as.empty(); });
}

}  // namespace

void make_lean(const std::vector<std::shared_ptr<const Workflow>>& workflows) {
  for (const auto& shared : workflows) {
    Workflow& workflow = *std::const_pointer_cast<Workflow>(shared);
    const bool outputs_read = reads_outputs(workflow);
    workflow.partials = {};
    for (Instruction& step : workflow.program)
      if (step.op == Op::act && step.action != nullptr) make_lean(step, outputs_read);
  }
}

void add_wanted(const std::vector<std::string>& fields, Wanted& wanted) {
  for (const std::string& path : fields) want(path, wanted);
}

void add_wanted(const Workflows& workflows, Wanted& wanted) {
  const Reader reader = [&](const std::vector<std::string>& paths) {
    for (const std::string& path : paths) want(path, wanted);
  };
  if (const auto& segments = workflows.shop().segments)
    for (const Segment& segment : segments->all) reader(segment.condition.fields_read());
  for (const auto& workflow : workflows.all()) {
    if (hands_on_events(*workflow)) wanted.order.all = wanted.customer.all = true;
    read_workflow(*workflow, reader);
  }
  const auto& customer = wanted.customer;
  wanted.bought = wanted.bought || customer.all || customer.names.contains("products") || customer.names.contains("categories");
}

}  // namespace shopbell::play
