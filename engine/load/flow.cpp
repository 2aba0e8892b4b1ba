// Steps that wait, repeat, or begin parts of the run.
#include "load/compiler.h"

#include "base/time.h"

#include <fmt/format.h>

#include <algorithm>

namespace shopbell {
namespace {

bool looks_like_duration(std::string_view text) {
  const bool begins =
      !text.empty() &&
      ((text[0] >= '0' && text[0] <= '9') ||
       (text.size() > 1 && text[0] == 'P' && (text[1] == 'T' || (text[1] >= '0' && text[1] <= '9'))));
  return begins && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.';
         });
}

bool looks_like_instant(std::string_view text) {
  return text.size() > 7 &&
         std::all_of(text.begin(), text.begin() + 4, [](char c) { return c >= '0' && c <= '9'; }) &&
         text[4] == '-' && text[7] == '-';
}

}  // namespace

void Compiler::wait(const yaml::Node& value, const yaml::Node& node, const std::string& id) {
  if (value.is_map()) {
    wait_for_opening(value, node, id);
    return;
  }
  if (value.is_text() && looks_like_instant(value.text)) {
    wait_until(value, node, id);
  } else if (value.is_text() && !looks_like_duration(value.text)) {
    auto until = compile_cel(value, "wait", draft_.scope, Wanted::instant, draft_.report);
    emit(Op::wait, node, id, "wait").condition = std::move(until);
  } else if (const auto duration = read_duration(value, "wait", Millis{0}, wait_max, draft_.report)) {
    emit(Op::wait, node, id, "wait " + format_duration(*duration)).duration = *duration;
  }
}

void Compiler::wait_until(const yaml::Node& value, const yaml::Node& node, const std::string& id) {
  if (!parse_time(value.text)) {
    error(value, "bad_instant", fmt::format("{} is no instant", value.text),
          "an instant is written 2026-12-24T18:00:00Z, or with an offset: +01:00");
    return;
  }
  auto until = cel::compile(fmt::format("timestamp(\"{}\")", value.text));
  Instruction& i = emit(Op::wait, node, id, "wait until " + value.text);
  if (until) i.condition = std::move(*until);
}

void Compiler::wait_for_opening(const yaml::Node& value, const yaml::Node& node, const std::string& id) {
  Fields fields(value, "wait", wait_keys, draft_.report);
  const yaml::Node* until = fields.require("until");
  const auto name = until != nullptr ? read_text(*until, "until", draft_.report) : std::nullopt;
  if (!name) return;
  constexpr std::string_view behind = " hours";  // "business hours" reads better than "business"
  Instruction& i = emit(Op::wait, node, id, "wait until " + *name);
  i.text = name->ends_with(behind) ? name->substr(0, name->size() - behind.size()) : *name;
  if (i.text.empty())
    error(*until, "bad_name", "until needs the name of one of the shop's hours", "until: business");
}

void Compiler::wait_for(const Step& step) {
  Fields fields(step.value, "wait_for", wait_for_keys, draft_.report);
  const yaml::Node* event = fields.require("event");
  const std::uint32_t at = here();
  emit(Op::wait_for, step.node, step.id, "wait_for").duration =
      fields.duration("timeout", Millis{1}, wait_max).value_or(Millis{0});
  if (event == nullptr) return;
  std::vector<std::string> types;
  const auto add = [&](const yaml::Node& type) {
    if (check_event_type(type, draft_.source.own_events, draft_.report)) types.push_back(type.text);
  };
  if (event->is_list())
    for (const yaml::NodePtr& item : event->items) add(*item);
  else add(*event);
  if (event->is_list() && event->items.empty()) error(*event, "missing_key", "wait_for needs an event type");
  std::optional<cel::Program> where;
  if (const yaml::Node* given = fields.find("where"); given != nullptr && !types.empty())
    where = compile_cel(*given, "where", awaited_scope(types, draft_.types, draft_.names, draft_.own_fields), Wanted::condition,
                        draft_.report);
  for (const std::string& type : types) program_[at].triggers.push_back({type, where});
  name_output(program_[at], step.node);
}

void Compiler::for_each(const Step& step) {
  Fields fields(step.value, "for_each", for_each_keys, draft_.report);
  const yaml::Node* list = fields.require("in");
  const yaml::Node* body = fields.require("do");
  const std::uint32_t at = here();
  std::optional<cel::Program> items;
  if (list != nullptr) items = compile_cel(*list, "in", draft_.scope, Wanted::list, draft_.report);
  Instruction& i = emit(Op::each, step.node, step.id, "for_each");
  i.condition = std::move(items);
  i.as = fields.text("as").value_or("item");
  if (body != nullptr) steps(*body, "do", step.place + ".do.");
  emit(Op::next, step.node, step.id, "").target = at;
  program_[at].target = here();
}

void Compiler::parallel(const Step& step) {
  const yaml::Node* branches = &step.value;
  bool any = false;
  if (branches->is_map()) {
    Fields fields(*branches, "parallel", parallel_keys, draft_.report);
    any = fields.find("any") != nullptr;
    if (any && fields.find("all") != nullptr)
      error(*key_of(step.value, "all"), "two_verbs", "parallel has all or any",
            "begin another step with a dash");
    branches = any ? fields.find("any") : fields.require("all");
    if (branches == nullptr) return;
  }
  if (!branches->is_list() || branches->items.size() < 2 || branches->items.size() > branches_max) {
    wrong_type(draft_.report, *branches, "parallel",
               fmt::format("a list of 2 to {} lists of steps", branches_max),
               "- parallel:\n    - [ ... ]\n    - [ ... ]");
    return;
  }
  const std::uint32_t at = here();
  emit(Op::fork, step.node, step.id, any ? "parallel, any" : "parallel").any = any;
  for (std::size_t n = 0; n < branches->items.size(); ++n) {
    program_[at].branches.push_back(here());
    steps(*branches->items[n], "a branch", fmt::format("{}.{}.", step.place, n + 1));
    emit(Op::join, step.node, step.id, "");
  }
  program_[at].target = here();
  name_output(program_[at], step.node);
  limit_time(program_[at], step.node);
  handle_failure(step, at);
}

void Compiler::call(const Step& step) {
  const yaml::Node* name = &step.value;
  const yaml::Node* inputs = nullptr;
  if (step.value.is_map()) {
    Fields fields(step.value, "call", call_keys, draft_.report);
    name = fields.require("workflow");
    inputs = fields.find("with");
  }
  const auto text = name != nullptr ? read_text(*name, "the workflow's id", draft_.report) : std::nullopt;
  Argument arguments;
  arguments.form = Argument::Form::map;
  if (inputs != nullptr && !inputs->is_map())
    wrong_type(draft_.report, *inputs, "with", "a map of names and expressions",
               "with: { total: order.total }");
  else if (inputs != nullptr) arguments = compile_values(*inputs, "an input", draft_);
  const std::uint32_t at = here();
  Instruction& i = emit(Op::call, step.node, step.id, "call " + text.value_or(""));
  i.text = text.value_or("");
  i.arguments = std::move(arguments);
  name_output(i, step.node);
  limit_time(i, step.node);
  handle_failure(step, at);
}

void Compiler::name_output(Instruction& i, const yaml::Node& node) {
  if (const yaml::Node* as = node.find("as")) i.as = read_text(*as, "as", draft_.report).value_or("");
}

void Compiler::limit_time(Instruction& i, const yaml::Node& node) {
  if (const yaml::Node* timeout = node.find("timeout"))
    i.duration =
        read_duration(*timeout, "timeout", Millis{1000}, wait_max, draft_.report).value_or(Millis{0});
}

// on_error of a step: its steps stand behind it, and are jumped over when it has not failed.
void Compiler::handle_failure(const Step& step, std::uint32_t failing) {
  const yaml::Node* given = step.node.find("on_error");
  if (given == nullptr) return;
  if (!given->is_list()) {
    program_[failing].go_on_after_failure =
        read_choice(*given, "on_error", failure_choices, draft_.report) == std::size_t{1};
    return;
  }
  const std::uint32_t jump = here();
  emit(Op::jump, step.node, step.id, "");
  program_[failing].failure = here();
  steps(*given, "on_error", step.place + ".on_error.");
  program_[jump].target = here();
}

std::uint32_t Compiler::on_error(const yaml::Node& list) {
  const std::uint32_t jump = here();
  emit(Op::jump, list, "", "");
  const std::uint32_t begin = here();
  steps(list, "on_error", "on_error.");
  program_[jump].target = here();
  return begin;
}

}  // namespace shopbell
