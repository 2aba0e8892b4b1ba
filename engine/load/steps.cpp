#include "load/compiler.h"

#include "base/time.h"
#include "load/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shopbell {
namespace {

constexpr Millis timeout_max{3'600'000};
constexpr Millis backoff_max{std::int64_t{7} * 24 * 3600 * 1000};

const std::array<std::span<const Key>, 3> modifiers{step_keys, action_keys, branch_keys};

bool is_control(std::string_view name) {
  const Key* verb = find_key(control_verbs, name);
  return verb != nullptr && !verb->later;
}

bool is_modifier(std::string_view name) {
  return name == "if" || std::any_of(modifiers.begin(), modifiers.end(), [&](std::span<const Key> keys) {
           return find_key(keys, name) != nullptr;
         });
}

}  // namespace

Compiler::Compiler(Draft& draft) : draft_(draft) {
  const std::string_view source = draft.report.source();
  for (std::size_t at = source.find('\n'); at != std::string_view::npos; at = source.find('\n', at + 1))
    breaks_.push_back(static_cast<std::uint32_t>(at));
}

void Compiler::steps(const yaml::Node& list, std::string_view what, const std::string& prefix) {
  if (!list.is_list()) {
    wrong_type(draft_.report, list, what, "a list of steps", list.is_map() ? "each step begins with a dash" : "");
    return;
  }
  for (std::size_t i = 0; i < list.items.size(); ++i) step(*list.items[i], prefix + std::to_string(i + 1));
}

void Compiler::error(const yaml::Node& node, std::string code, std::string message, std::string hint) {
  draft_.report.error(draft_.place(node), std::move(code), std::move(message), std::move(hint));
}

Instruction& Compiler::emit(Op op, const yaml::Node& step, const std::string& id, std::string label) {
  Instruction& i = program_.emplace_back();
  i.op = op;
  i.id = id;
  i.label = std::move(label);
  const auto behind = std::upper_bound(breaks_.begin(), breaks_.end(), step.offset);
  i.line = static_cast<std::uint32_t>(behind - breaks_.begin()) + 1;
  return i;
}

void Compiler::step(const yaml::Node& node, const std::string& place) {
  if (!node.is_map()) {
    const bool word = node.is_text() && (find_action(node.text) != nullptr || is_control(node.text));
    wrong_type(draft_.report, node, "a step", "a map with a verb",
               word ? fmt::format("write {}: and what it needs", node.text) : "");
    return;
  }
  const std::optional<Verb> verb = verb_of(node);
  if (!verb) return;
  std::string id = place;
  if (const yaml::Node* given = node.find("id")) id = read_text(*given, "id", draft_.report).value_or(place);
  const bool guarded = verb->name() != "if" && node.find("if") != nullptr;
  const std::uint32_t guard = here();
  if (guarded) emit(Op::branch, node, id, "if").condition = condition(*node.find("if"));
  compile(*verb, node, id, place);
  if (guarded) program_[guard].target = here();
}

std::optional<Compiler::Verb> Compiler::verb_of(const yaml::Node& node) {
  std::vector<Verb> verbs;
  bool broken = false;
  const bool branches = node.find("then") != nullptr || node.find("else") != nullptr;
  for (const yaml::Entry& entry : node.entries) {
    const std::string& name = entry.key->text;
    if (!entry.key->is_scalar()) continue;
    if (const Action* action = find_action(name)) verbs.push_back({&entry, action});
    else if (name == "if" ? branches : is_control(name)) verbs.push_back({&entry, nullptr});
    else if (is_modifier(name)) continue;
    else broken = true, unknown_key(*entry.key);
  }
  if (verbs.size() == 1) return verbs[0];
  if (verbs.size() > 1)
    error(*verbs[1].entry->key, "two_verbs",
          fmt::format("a step has one verb, and this one has {} and {}", verbs[0].name(), verbs[1].name()),
          "begin another step with a dash");
  else if (branches) error(node, "missing_key", fmt::format("{} without an if", node.find("then") ? "then" : "else"));
  else if (node.find("if") != nullptr && !broken)
    error(node, "missing_key", "if needs then", "then: and the steps to do");
  else if (!broken)
    error(node, "no_verb", "this step does nothing: it has no verb",
          fmt::format("one of {}, or an action", fmt::join(names_of(control_verbs), ", ")));
  return std::nullopt;
}

void Compiler::unknown_key(const yaml::Node& key) {
  if (find_key(control_verbs, key.text) != nullptr) {
    error(key, "not_available", fmt::format("{} is not available yet", key.text));
    return;
  }
  std::vector<std::string_view> known = names_of(control_verbs);
  for (const Action* action : all_actions()) known.push_back(action->name);
  for (const std::span<const Key> keys : modifiers)
    for (const Key& modifier : keys) known.push_back(modifier.name);
  unknown_name(draft_.report, draft_.place(key), "unknown_verb",
               fmt::format("there is no verb or action {}", key.text), key.text, known);
}

std::optional<cel::Program> Compiler::condition(const yaml::Node& node) {
  return compile_cel(node, "if", draft_.scope, Wanted::condition, draft_.report);
}

void Compiler::compile(const Verb& verb, const yaml::Node& node, const std::string& id, const std::string& place) {
  const yaml::Node& value = *verb.entry->value;
  const Step step{value, node, id, place};
  check_modifiers(verb, node);
  if (verb.action != nullptr && verb.name() == "ask") {
    ask(verb, step);
    return;
  }
  if (verb.action != nullptr) {
    act(verb, step);
    return;
  }
  if (verb.name() == "if") either(node, id, place);
  else if (verb.name() == "choose") choose(value, id, place);
  else if (verb.name() == "set") set(value, node, id);
  else if (verb.name() == "wait") wait(value, node, id);
  else if (verb.name() == "wait_for") wait_for(step);
  else if (verb.name() == "lookup") lookup(step);
  else if (verb.name() == "for_each") for_each(step);
  else if (verb.name() == "parallel") parallel(step);
  else if (verb.name() == "call") call(step);
  else if (verb.name() == "emit") emit_event(value, node, id);
  else end(verb.name() == "stop" ? Op::stop : Op::fail, verb, node, id);
}

const yaml::Node* Compiler::key_of(const yaml::Node& map, std::string_view name) {
  for (const yaml::Entry& entry : map.entries)
    if (entry.key->text == name) return entry.key.get();
  return &map;
}

// What belongs to `if`, to actions and to some of the verbs.
void Compiler::check_modifiers(const Verb& verb, const yaml::Node& node) {
  const auto refuse = [&](const Key& key) {
    if (node.find(key.name) != nullptr)
      error(*key_of(node, key.name), "no_meaning", fmt::format("{} has no meaning on {}", key.name, verb.name()));
  };
  for (const Key& key : branch_keys)
    if (verb.name() != "if") refuse(key);
  for (const Key& key : action_keys)
    if (verb.action == nullptr && !takes(verb.name(), key.name)) refuse(key);
}

void Compiler::act(const Verb& verb, const Step& step) {
  Argument arguments = compile_arguments(*verb.action, step.value, *verb.entry->key, draft_);
  const std::uint32_t at = here();
  Instruction& i = emit(Op::act, step.node, step.id, std::string(verb.name()));
  i.action = verb.action;
  i.arguments = std::move(arguments);
  name_output(i, step.node);
  if (const yaml::Node* timeout = step.node.find("timeout"))
    i.timeout = read_duration(*timeout, "timeout", Millis{100}, timeout_max, draft_.report).value_or(i.timeout);
  if (const yaml::Node* retry = step.node.find("retry")) i.retry = read_retry(*retry);
  if (const yaml::Node* doubt = step.node.find("in_doubt"))
    i.in_doubt = static_cast<InDoubt>(read_choice(*doubt, "in_doubt", doubts, draft_.report).value_or(0));
  // Somebody reads when a person will have time: that is asked of the queue.
  if (verb.name() == "handoff" && step.node.find("as") != nullptr && step.node.find("on_error") == nullptr)
    emit(Op::promise, step.node, step.id, "");
  handle_failure(step, at);
}

Retry Compiler::read_retry(const yaml::Node& node) {
  Retry retry;
  Fields fields(node, "retry", retry_keys, draft_.report);
  retry.attempts = static_cast<std::uint32_t>(fields.whole("attempts", 1, attempts_max).value_or(retry.attempts));
  retry.backoff = fields.duration("backoff", Millis{1}, backoff_max).value_or(retry.backoff);
  retry.max_backoff =
      std::max(retry.backoff, fields.duration("max_backoff", Millis{1}, backoff_max).value_or(retry.max_backoff));
  return retry;
}

void Compiler::either(const yaml::Node& node, const std::string& id, const std::string& place) {
  const std::uint32_t branch = here();
  emit(Op::branch, node, id, "if").condition = condition(*node.find("if"));
  if (const yaml::Node* then = node.find("then")) steps(*then, "then", place + ".then.");
  else error(node, "missing_key", "if needs then", "then: and the steps to do");
  const yaml::Node* otherwise = node.find("else");
  if (otherwise == nullptr) {
    program_[branch].target = here();
    return;
  }
  const std::uint32_t jump = here();
  emit(Op::jump, node, id, "");
  program_[branch].target = here();
  steps(*otherwise, "else", place + ".else.");
  program_[jump].target = here();
}

void Compiler::choose(const yaml::Node& cases, const std::string& id, const std::string& place) {
  if (!cases.is_list() || cases.items.empty()) {
    wrong_type(draft_.report, cases, "choose", "a list of cases", "- if: ...\n  do: [...]");
    return;
  }
  std::vector<std::uint32_t> jumps;
  for (std::size_t n = 0; n < cases.items.size(); ++n) {
    const yaml::Node& one = *cases.items[n];
    Fields fields(one, "a case", case_keys, draft_.report);
    if (const yaml::Node* otherwise = one.find("else")) {
      if (one.entries.size() > 1 || n + 1 < cases.items.size())
        error(*key_of(one, "else"), "misplaced_else", "else stands alone, as the last case");
      steps(*otherwise, "else", place + ".else.");
      continue;
    }
    if (!one.is_map()) continue;
    const yaml::Node* when = fields.require("if");
    const yaml::Node* then = one.find("then") == nullptr ? fields.require("do") : nullptr;  // else it is told of `then`
    const std::uint32_t branch = here();
    Instruction& i = emit(Op::branch, one, id, fmt::format("choose: case {}", n + 1));
    if (when != nullptr) i.condition = condition(*when);
    if (then != nullptr) steps(*then, "do", fmt::format("{}.{}.do.", place, n + 1));
    jumps.push_back(here());
    emit(Op::jump, one, id, "");
    program_[branch].target = here();
  }
  for (const std::uint32_t jump : jumps) program_[jump].target = here();
}

void Compiler::set(const yaml::Node& vars, const yaml::Node& node, const std::string& id) {
  if (!vars.is_map() || vars.entries.empty()) {
    wrong_type(draft_.report, vars, "set", "a map of names and expressions", "set: { count: vars.count + 1 }");
    return;
  }
  Argument arguments = compile_values(vars, "a variable", draft_);
  emit(Op::set, node, id, "set").arguments = std::move(arguments);
}

void Compiler::emit_event(const yaml::Node& value, const yaml::Node& node, const std::string& id) {
  const yaml::Node* type = &value;
  const yaml::Node* data = nullptr;
  if (value.is_map()) {
    Fields fields(value, "emit", emit_keys, draft_.report);
    type = fields.require("type");
    data = value.find("data");
  }
  const auto name = type != nullptr ? read_text(*type, "the event's type", draft_.report) : std::nullopt;
  if (name && !is_event_name(*name))
    error(*type, "bad_event_name", fmt::format("{} is no event type", *name),
          "two words in small letters with a dot: loyalty.reached");
  if (data != nullptr && !data->is_map()) {
    wrong_type(draft_.report, *data, "data", "a map of nouns", "data: { order: order }");
    return;
  }
  Argument arguments;
  arguments.form = Argument::Form::map;
  if (data != nullptr) arguments = compile_values(*data, "data", draft_);
  Instruction& i = emit(Op::emit, node, id, "emit " + name.value_or(""));
  i.text = name.value_or("");
  i.arguments = std::move(arguments);
}

void Compiler::end(Op op, const Verb& verb, const yaml::Node& node, const std::string& id) {
  const yaml::Node& reason = *verb.entry->value;
  Argument text;
  if (reason.is_null()) text.constant = Document(Value(""));
  else text = compile_text(reason, verb.name(), draft_);
  emit(op, node, id, std::string(verb.name())).arguments = std::move(text);
}

CompiledSteps compile_steps(const yaml::Node& steps, const yaml::Node* on_error, Draft& draft) {
  Compiler compiler(draft);
  compiler.steps(steps, "steps", "");
  const std::uint32_t failure = on_error != nullptr ? compiler.on_error(*on_error) : 0;
  std::vector<Instruction> program = compiler.take();
  if (program.size() > workflow_instructions_max)
    draft.report.error(draft.place(steps), "too_many_steps",
                       fmt::format("more than {} instructions", workflow_instructions_max),
                       "emit an event, and go on in another workflow");
  return {std::move(program), failure};
}

}  // namespace shopbell
