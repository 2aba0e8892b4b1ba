#include "core/workflow.h"

#include <algorithm>

namespace shopbell {
namespace {

const std::vector<const Workflow*>& look_up(
    const std::map<std::string, std::vector<const Workflow*>, std::less<>>& index, std::string_view type) {
  static const std::vector<const Workflow*> none;
  const auto found = index.find(type);
  return found == index.end() ? none : found->second;
}

void index_types(std::map<std::string, std::vector<const Workflow*>, std::less<>>& index,
                 const std::vector<Trigger>& triggers, const Workflow& workflow) {
  for (const Trigger& trigger : triggers) {
    auto& those = index[trigger.event];
    if (std::find(those.begin(), those.end(), &workflow) == those.end()) those.push_back(&workflow);
  }
}

// What may be event.raw: all but the envelope's other fields. `event` alone is an event handed on whole.
bool may_be_raw(std::string_view path) {
  if (path != "event" && !path.starts_with("event.") && !path.starts_with("event[")) return false;
  for (const std::string_view other :
       {"event.id", "event.type", "event.time", "event.source", "event.subject", "event.shop", "event.stale"})
    if (path.starts_with(other)) return false;
  return true;
}

bool any_raw(const std::vector<std::string>& paths) { return std::any_of(paths.begin(), paths.end(), may_be_raw); }

bool reads(const Argument& argument) {
  if (argument.cel && any_raw(argument.cel->fields_read())) return true;
  if (argument.text && any_raw(argument.text->fields_read())) return true;
  if (argument.html && any_raw(argument.html->fields_read())) return true;
  return std::any_of(argument.parts.begin(), argument.parts.end(), [](const auto& part) { return reads(part.second); });
}

bool reads(const liquid::Partials& partials) {
  for (const std::string_view name : partials.names()) {
    const auto* found = partials.find(name, liquid::is_html(name));
    if (found == nullptr) return true;
    const auto* parsed = std::get_if<liquid::Template>(found);
    if (parsed != nullptr && any_raw(parsed->fields_read())) return true;
  }
  return false;
}

bool steps_read_raw(const Workflow& workflow) {
  if (reads(workflow.partials)) return true;
  return std::any_of(workflow.program.begin(), workflow.program.end(), [](const Instruction& i) {
    return (i.condition && any_raw(i.condition->fields_read())) || reads(i.arguments);
  });
}

}  // namespace

Workflows::Workflows(ShopFacts shop, std::vector<std::shared_ptr<const Workflow>> current)
    : shop_(std::move(shop)), all_(std::move(current)) {
  std::sort(all_.begin(), all_.end(), [](const auto& a, const auto& b) { return a->id < b->id; });
  for (const auto& workflow : all_) {
    add_version(workflow);
    if (workflow->enabled) index_types(on_, workflow->on, *workflow);
    index_listeners(*workflow);
  }
}

const std::vector<const Workflow*>& Workflows::on(std::string_view event_type) const {
  return look_up(on_, event_type);
}
const std::vector<const Workflow*>& Workflows::listening_on(std::string_view event_type) const {
  return look_up(listening_on_, event_type);
}
Memory Workflows::memory_of(std::string_view event_type) const {
  const auto found = memory_.find(event_type);
  return found == memory_.end() ? Memory::nothing : found->second;
}

const Workflow* Workflows::find(std::string_view id) const {
  const auto found = std::lower_bound(all_.begin(), all_.end(), id, [](const auto& workflow, std::string_view wanted) {
    return workflow->id < wanted;
  });
  return found != all_.end() && (*found)->id == id ? found->get() : nullptr;
}

const Workflow* Workflows::version(std::string_view version) const {
  const auto found = versions_.find(version);
  return found == versions_.end() ? nullptr : found->second.get();
}

void Workflows::keep(std::shared_ptr<const Workflow> old) {
  if (version(old->version) != nullptr) return;
  add_version(old);
  index_listeners(*old);
}

void Workflows::add_version(const std::shared_ptr<const Workflow>& workflow) {
  versions_[workflow->version] = workflow;
  for (const Instruction& step : workflow->program) {
    looks_up_ = looks_up_ || step.op == Op::look_up;
    keeps_orders_ = keeps_orders_ || looks_up_ || (step.action != nullptr && step.action->name == "handoff");
  }
  if (steps_read_raw(*workflow)) raw_readers_.insert(workflow->version);
}

void Workflows::index_listeners(const Workflow& workflow) {
  for (const Trigger& trigger : workflow.stop_on) listen(trigger, false, workflow);
  for (const Instruction& step : workflow.program)
    for (const Trigger& trigger : step.triggers) listen(trigger, true, workflow);
}

void Workflows::listen(const Trigger& trigger, bool waits, const Workflow& workflow) {
  auto& those = listening_on_[trigger.event];
  const auto behind = std::upper_bound(those.begin(), those.end(), &workflow,
                                       [](const Workflow* a, const Workflow* b) { return a->id < b->id; });
  if (std::find(those.begin(), those.end(), &workflow) == those.end()) those.insert(behind, &workflow);
  Memory& memory = memory_[trigger.event];
  memory = std::max(memory, waits || trigger.where ? Memory::data : Memory::time);
}

bool listens(const Workflow& workflow, std::string_view event_type) {
  const auto same = [&](const Trigger& trigger) { return trigger.event == event_type; };
  return std::any_of(workflow.stop_on.begin(), workflow.stop_on.end(), same) ||
         std::any_of(workflow.program.begin(), workflow.program.end(), [&](const Instruction& step) {
           return std::any_of(step.triggers.begin(), step.triggers.end(), same);
         });
}

}  // namespace shopbell
