#include "load/lint.h"

#include "base/time.h"
#include "load/lint_graph.h"
#include "load/report.h"
#include "load/vocabulary.h"
#include "load/yaml.h"

#include <fmt/format.h>

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::string_view message = "message.received";

std::string page_of(std::string_view id) { return fmt::format("workflows/LINT.md#{}", id); }

/// Where the value of a key of the file stands; for `on`, that of one event type.
Place place_in(const Workflow& workflow, std::string_view key, std::string_view type) {
  Report unread(workflow.source.file, workflow.source.yaml);
  const yaml::NodePtr root = yaml::parse(unread);
  const yaml::Node* node = root ? root->find(key) : nullptr;
  if (node == nullptr) return {};
  const auto is_it = [&](const yaml::Node& trigger) {
    const yaml::Node* event = trigger.is_map() ? trigger.find("event") : &trigger;
    return event != nullptr && event->text == type;
  };
  for (const yaml::NodePtr& item : node->items)
    if (is_it(*item)) node = item.get();
  if (node->is_map() && node->find("event") != nullptr) node = node->find("event");
  return place_of(*node, workflow.source.yaml);
}

/// The step's line, from its first letter on.
Place place_in(const Workflow& workflow, const Instruction& step) {
  const std::string& text = workflow.source.yaml;
  std::size_t at = 0;
  for (std::uint32_t line = 1; line < step.line; ++line) at = text.find('\n', at) + 1;
  const std::size_t end = std::min(text.find('\n', at), text.size());
  const std::size_t begin = std::min(text.find_first_not_of(" -", at), end);
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end - begin)};
}

bool asks_consent(const std::optional<cel::Program>& program) {
  if (!program) return false;
  const auto& fields = program->fields_read();
  return std::any_of(fields.begin(), fields.end(), [](std::string_view field) {
    return field.starts_with("customer.consent") || field.starts_with("customer.accepts_");
  });
}

bool asks_consent(const Workflow& workflow) {
  const auto trigger = [](const Trigger& t) { return asks_consent(t.where); };
  const auto step = [](const Instruction& i) { return asks_consent(i.condition); };
  const auto var = [](const auto& named) { return asks_consent(std::optional(named.second)); };
  return asks_consent(workflow.condition) || std::any_of(workflow.on.begin(), workflow.on.end(), trigger) ||
         std::any_of(workflow.program.begin(), workflow.program.end(), step) ||
         std::any_of(workflow.vars.begin(), workflow.vars.end(), var);
}

/// What nobody waits for to hear of.
bool is_unasked(std::string_view type) {
  return type.starts_with("cart.") || type.starts_with("product.") ||
         (type.starts_with("checkout.") && type != "checkout.completed");
}

class Lint {
 public:
  Lint(const WorkflowSet& workflows, const LintShop& shop) : shop_(shop), set_(examine(workflows)) {}

  std::vector<Diagnostic> check() {
    happen_ = own_that_happen(set_, shop_.declared);
    for (const Linted& one : set_) {
      starts_itself(one);
      answers_twice(one);
      unreachable_steps(one);
      nobody_emits(one);
      without_consent(one);
      no_way_to_a_person(one);
      longer_than_retention(one);
      every_update(one);
    }
    std::stable_sort(found_.begin(), found_.end(), [](const Diagnostic& a, const Diagnostic& b) {
      return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
    });
    return std::move(found_);
  }

 private:
  void warn(const Linted& one, Place place, std::string_view id, std::string text, std::string_view advice) {
    if (one.silenced.contains(id)) return;
    const Workflow& workflow = *one.workflow;
    const Error error{std::string(id), std::move(text),
                      fmt::format("{}, or write `silence: [{}]`: {}", advice, id, page_of(id)), place.offset, place.length};
    Diagnostic d = diagnostic_at(workflow.source.file, workflow.source.yaml, place.offset, error);
    d.severity = Severity::warning;
    found_.push_back(std::move(d));
  }

  // A loop is told of once, where the first of its workflows stands.
  void starts_itself(const Linted& one) {
    const auto way = way_back(set_, one);
    const auto told = [&](const Linted* other) {
      return other->workflow->id < one.workflow->id || other->silenced.contains("starts_itself");
    };
    if (way.empty() || std::any_of(way.begin(), way.end(), told)) return;
    std::vector<std::string> steps;
    std::string first_type;
    for (std::size_t i = 0; i + 1 < way.size(); ++i) {
      const auto& causes = way[i]->all.causes;
      const auto type = std::find_if(causes.begin(), causes.end(), [&](const std::string& t) { return starts_on(*way[i + 1]->workflow, t); });
      steps.push_back(fmt::format("{} causes {}", way[i]->workflow->id, *type));
      first_type = *type;
    }
    warn(one, place_in(*one.workflow, "on", first_type), "starts_itself",
         fmt::format("{} can start itself: {}", one.workflow->id, fmt::join(steps, ", ")), "give it a `limit`");
  }

  bool answers(const Linted& one) const { return starts_on(*one.workflow, message) && one.all.replies; }

  void answers_twice(const Linted& one) {
    if (!answers(one)) return;
    for (const Linted& other : set_) {
      if (other.workflow->id >= one.workflow->id) return;
      if (!answers(other) || other.silenced.contains("answers_twice")) continue;
      if (exclude_each_other(*other.workflow, *one.workflow, message)) continue;
      return warn(one, place_in(*one.workflow, "on", message), "answers_twice",
                  fmt::format("{} and {} may both answer the same message", other.workflow->id, one.workflow->id),
                  "let their conditions exclude each other (message.channel == \"whatsapp\")");
    }
  }

  void unreachable_steps(const Linted& one) {
    const Workflow& workflow = *one.workflow;
    const bool called = std::any_of(set_.begin(), set_.end(), [&](const Linted& other) { return other.own.calls.contains(workflow.id); });
    if (shop_.whole && workflow.on.empty() && !called)
      return warn(one, place_in(workflow, "on", {}), "unreachable_steps",
                  fmt::format("nothing calls {}, so its steps are never done", workflow.id), "call it, or give it an event");
    bool before = true;
    for (std::size_t at = 0; at < workflow.program.size(); ++at) {
      const Instruction& i = workflow.program[at];
      if (i.op == Op::jump || i.op == Op::next || i.op == Op::join) continue;
      if (before && !one.reached[at])
        warn(one, place_in(workflow, i), "unreachable_steps", "no run comes to this step", "remove it, or what ends the run before it");
      before = one.reached[at];
    }
  }

  void nobody_emits(const Linted& one) {
    const Workflow& workflow = *one.workflow;
    const auto look = [&](const Trigger& trigger, Place place) {
      if (find_event_type(trigger.event) != nullptr || happen_.contains(trigger.event)) return;
      warn(one, place, "nobody_emits", fmt::format("nothing ever emits {}", trigger.event),
           "emit it, or name it under `events` in shopbell.yaml when it comes from outside");
    };
    for (const Trigger& trigger : workflow.on) look(trigger, place_in(workflow, "on", trigger.event));
    for (const Trigger& trigger : workflow.stop_on) look(trigger, place_in(workflow, "stop_on", trigger.event));
    for (const Instruction& i : workflow.program)
      for (const Trigger& trigger : i.triggers) look(trigger, place_in(workflow, i));
  }

  void without_consent(const Linted& one) {
    const Workflow& workflow = *one.workflow;
    const bool unasked = std::any_of(workflow.on.begin(), workflow.on.end(), [](const Trigger& t) { return is_unasked(t.event); });
    if ((!workflow.marketing && !unasked) || asks_consent(workflow)) return;
    for (std::size_t at = 0; at < workflow.program.size(); ++at) {
      const Instruction& i = workflow.program[at];
      if (!one.reached[at] || i.action == nullptr || !i.action->reaches_customer) continue;
      return warn(one, place_in(workflow, i), "without_consent",
                  workflow.marketing ? "this is marketing, and no condition asks for the customer's consent: runs start that may write nothing"
                                     : "nobody waits for this message, and no condition asks for the customer's consent",
                  "if: customer.consent.email");
    }
  }

  void no_way_to_a_person(const Linted& one) {
    if (!answers(one)) return;
    const bool person = std::any_of(set_.begin(), set_.end(), [&](const Linted& other) {
      return starts_on(*other.workflow, message) && leads_to_a_person(other);
    });
    if (!person)
      warn(one, place_in(*one.workflow, "on", message), "no_way_to_a_person",
           fmt::format("{} answers messages, and nothing hands a conversation to a person", one.workflow->id), "add a `handoff`");
  }

  // Also by the workflows that its events start.
  bool leads_to_a_person(const Linted& from) const {
    std::vector<const Linted*> open{&from};
    std::set<const Linted*> seen{&from};
    while (!open.empty()) {
      const Linted* at = open.back();
      open.pop_back();
      if (at->all.hands_over) return true;
      for (const Linted& next : set_)
        if (std::any_of(at->all.causes.begin(), at->all.causes.end(), [&](const std::string& t) { return starts_on(*next.workflow, t); }) &&
            seen.insert(&next).second)
          open.push_back(&next);
    }
    return false;
  }

  void longer_than_retention(const Linted& one) {
    for (const Instruction& i : one.workflow->program)
      if ((i.op == Op::wait || i.op == Op::wait_for) && i.duration > shop_.retention)
        warn(one, place_in(*one.workflow, i), "longer_than_retention",
             fmt::format("this waits {}, and what is older than {} is not kept", format_duration(i.duration), format_duration(shop_.retention)),
             "wait for less");
  }

  void every_update(const Linted& one) {
    const Workflow& w = *one.workflow;
    if (w.condition || w.limit.count != 0 || w.mode != Mode::parallel || w.collect.quiet != Millis{0}) return;
    for (const Trigger& trigger : w.on)
      if (trigger.event.ends_with(".updated") && !trigger.where)
        warn(one, place_in(w, "on", trigger.event), "every_update",
             fmt::format("this starts at every {}, and platforms send several for one change", trigger.event),
             "add a condition, a `limit`, `collect`, or `mode: restart`");
  }

  const LintShop& shop_;
  std::vector<Linted> set_;
  std::set<std::string, std::less<>> happen_;
  std::vector<Diagnostic> found_;
};

}  // namespace

std::vector<Diagnostic> lint(const WorkflowSet& workflows, const LintShop& shop) { return Lint(workflows, shop).check(); }

}  // namespace shopbell
