// Steps that ask: the customer (`ask`), and the shop's orders (`lookup`).
#include "load/compiler.h"

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::int64_t retries_max = 5;
constexpr Millis answer_wait{24 * 3'600'000};

/// The question without what belongs to its answer; `text` instead of its own.
yaml::Node question_of(const yaml::Node& given, const yaml::Node* text) {
  yaml::Node question = given;
  if (!given.is_map()) return text != nullptr ? *text : question;
  std::erase_if(question.entries, [](const yaml::Entry& e) {
    return std::any_of(std::begin(ask_keys), std::end(ask_keys), [&](const Key& key) { return key.name == e.key->text; });
  });
  if (text == nullptr) return question;
  for (yaml::Entry& e : question.entries)
    if (e.key->text == "text") e.value = std::make_shared<yaml::Node>(*text);
  return question;
}

/// One text is a list of one.
Argument texts_of(const yaml::Node& node, Draft& draft) {
  Argument made;
  made.form = Argument::Form::list;
  if (!node.is_list()) made.parts.emplace_back("", compile_text(node, "buttons", draft));
  for (const yaml::NodePtr& item : node.items) made.parts.emplace_back("", compile_text(*item, "buttons", draft));
  return made;
}

}  // namespace

void Compiler::ask_question(const Action& action, const Step& step, const yaml::Node& key, const yaml::Node* text) {
  Argument arguments = compile_arguments(action, question_of(step.value, text), key, draft_);
  Instruction& i = emit(Op::act, step.node, step.id, "ask");
  i.action = &action;
  i.arguments = std::move(arguments);
  name_output(i, step.node);
}

// The question; the question once more; the wait for what is said then; whether that is an answer.
void Compiler::ask(const Verb& verb, const Step& step) {
  const std::uint32_t at = here();
  ask_question(*verb.action, step, *verb.entry->key, nullptr);
  const std::uint32_t jump = here();
  emit(Op::jump, step.node, step.id, "");
  const std::uint32_t again = here();
  ask_question(*verb.action, step, *verb.entry->key, step.value.is_map() ? step.value.find("again") : nullptr);
  program_[jump].target = here();
  Instruction& wait = emit(Op::wait_for, step.node, step.id, "ask");
  wait.triggers.push_back({"message.received", {}});
  wait.asks = true;
  wait.duration = answer_wait;
  name_output(wait, step.node);
  judge_answer(step, again);
  handle_failure(step, at);
}

void Compiler::judge_answer(const Step& step, std::uint32_t again) {
  const std::uint32_t wait = here() - 1, judge = here();
  Argument buttons;
  buttons.constant = Document(Value());
  const yaml::Node* given = step.value.is_map() ? step.value.find("buttons") : nullptr;
  emit(Op::judge, step.node, step.id, "ask");
  if (given != nullptr) buttons = texts_of(*given, draft_);
  program_[judge].arguments = std::move(buttons);
  program_[judge].target = again;
  program_[judge].tries = 1;
  program_[judge].free = given == nullptr;
  name_output(program_[judge], step.node);
  if (!step.value.is_map()) return;
  if (const yaml::Node* free = step.value.find("free")) program_[judge].free = read_flag(*free, "free", draft_.report).value_or(true);
  if (const yaml::Node* retries = step.value.find("retries"))
    program_[judge].tries = static_cast<std::uint32_t>(read_whole(*retries, "retries", 0, retries_max, draft_.report).value_or(1));
  if (const yaml::Node* patience = step.value.find("wait"))
    program_[wait].duration = read_duration(*patience, "wait", Millis{1000}, wait_max, draft_.report).value_or(answer_wait);
  if (const yaml::Node* valid = step.value.find("valid")) {
    cel::Env scope = draft_.scope;
    const bool open = scope.is_open();
    scope.declare("answer", cel::TypeKind::string).open(open);
    program_[judge].condition = compile_cel(*valid, "valid", scope, Wanted::condition, draft_.report);
  }
  const yaml::Node* silence = step.value.find("on_timeout");
  if (silence == nullptr) return;
  const std::uint32_t jump = here();
  emit(Op::jump, step.node, step.id, "");
  program_[judge].failure = here();
  steps(*silence, "on_timeout", step.place + ".on_timeout.");
  program_[jump].target = here();
}

void Compiler::lookup(const Step& step) {
  Fields fields(step.value, "lookup", lookup_keys, draft_.report);
  const yaml::Node* number = fields.require("number");
  const yaml::Node* proof = fields.require("proof");
  Argument arguments;
  arguments.form = Argument::Form::map;
  if (number != nullptr) arguments.parts.emplace_back("number", compile_text(*number, "number", draft_));
  if (proof != nullptr) arguments.parts.emplace_back("proof", compile_text(*proof, "proof", draft_));
  Instruction& i = emit(Op::look_up, step.node, step.id, "lookup");
  i.arguments = std::move(arguments);
  name_output(i, step.node);
}

}  // namespace shopbell
