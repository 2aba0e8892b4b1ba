#include "load/links.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace shopbell {
namespace {

using All = std::vector<std::shared_ptr<const Workflow>>;

// The place of a word of the file, from a line on.
Diagnostic at_word(const Workflow& workflow, std::uint32_t line, std::string_view key, std::string_view word,
                   Error error) {
  const std::string& text = workflow.source.yaml;
  std::size_t at = 0;
  for (std::uint32_t i = 1; i < line; ++i) at = text.find('\n', at) + 1;
  at = std::min(text.find(key, at), text.size());
  at = std::min(text.find(word, at + key.size()), text.size());
  error.offset = static_cast<std::uint32_t>(at);
  error.length = static_cast<std::uint32_t>(word.size());
  return diagnostic_at(workflow.source.file, text, error.offset, error);
}

Error unknown(std::string code, std::string message, std::string_view name,
              const std::vector<std::string_view>& known, std::string otherwise) {
  std::string hint = did_you_mean(name, known);
  return {std::move(code), std::move(message), hint.empty() ? std::move(otherwise) : std::move(hint), 0, 0};
}

class Links {
 public:
  Links(const All& workflows, const ShopConfig& shop) : workflows_(workflows), shop_(shop) {}

  std::vector<Diagnostic> check() {
    for (const auto& workflow : workflows_) {
      if (!workflow->hours.empty()) hours(*workflow, 1, "\nhours", workflow->hours);
      for (const Instruction& i : workflow->program) {
        if (i.op == Op::wait && !i.text.empty()) hours(*workflow, i.line, "until", i.text);
        if (i.op == Op::call) call(*workflow, i);
      }
    }
    return std::move(found_);
  }

 private:
  const Workflow* find(std::string_view id) const {
    for (const auto& workflow : workflows_)
      if (workflow->id == id) return workflow.get();
    return nullptr;
  }

  void hours(const Workflow& workflow, std::uint32_t line, std::string_view key, const std::string& name) {
    if (shop_.facts.calendars.contains(name)) return;
    std::vector<std::string_view> known;
    for (const auto& [calendar, unused] : shop_.facts.calendars) known.push_back(calendar);
    found_.push_back(at_word(workflow, line, key, name,
                             unknown("unknown_hours", fmt::format("the shop has no hours named {}", name),
                                     name, known, "`hours` in shopbell.yaml names them")));
  }

  void call(const Workflow& workflow, const Instruction& i) {
    const Workflow* called = find(i.text);
    if (called == nullptr) {
      std::vector<std::string_view> known;
      for (const auto& other : workflows_) known.push_back(other->id);
      found_.push_back(at_word(workflow, i.line, "call", i.text,
                               unknown("unknown_workflow", fmt::format("there is no workflow {}", i.text),
                                       i.text, known, "the id of a workflow of this shop")));
      return;
    }
    std::set<std::string_view> seen;
    if (reaches(*called, workflow.id, seen)) {
      const Error error{"endless_call",
                        fmt::format("{} calls {}, which calls it in turn", workflow.id, called->id),
                        "emit an event, and go on in another workflow", 0, 0};
      found_.push_back(at_word(workflow, i.line, "call", i.text, error));
    }
    for (const auto& [name, unused] : i.arguments.parts) input(workflow, i, *called, name);
  }

  void input(const Workflow& workflow, const Instruction& i, const Workflow& called,
             const std::string& name) {
    std::vector<std::string_view> known;
    for (const auto& [var, unused] : called.vars) known.push_back(var);
    if (std::find(known.begin(), known.end(), name) != known.end()) return;
    found_.push_back(
        at_word(workflow, i.line, "with", name,
                unknown("unknown_input", fmt::format("{} has no variable {}", called.id, name), name, known,
                        fmt::format("`vars` of {} names what it may be given", called.id))));
  }

  bool reaches(const Workflow& from, std::string_view id, std::set<std::string_view>& seen) const {
    if (from.id == id) return true;
    if (!seen.insert(from.id).second) return false;
    return std::any_of(from.program.begin(), from.program.end(), [&](const Instruction& i) {
      const Workflow* next = i.op == Op::call ? find(i.text) : nullptr;
      return next != nullptr && reaches(*next, id, seen);
    });
  }

  const All& workflows_;
  const ShopConfig& shop_;
  std::vector<Diagnostic> found_;
};

}  // namespace

std::vector<Diagnostic> check_links(const All& workflows, const ShopConfig& shop) {
  return Links(workflows, shop).check();
}

}  // namespace shopbell
