#include "load/draft.h"

#include "base/hash.h"
#include "base/time.h"
#include "load/language.h"
#include "load/load.h"
#include "load/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

namespace shopbell {
namespace {

constexpr Millis collect_max{std::int64_t{24} * 3600 * 1000};

bool is_workflow_id(std::string_view id) {
  const auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !id.empty() && id.size() <= 100 && id.front() != '-' && std::all_of(id.begin(), id.end(), good);
}

class WorkflowReader {
 public:
  WorkflowReader(Draft& draft, const yaml::Node& root)
      : draft_(draft),
        report_(draft.report),
        root_(root),
        fields_(root, "a workflow", workflow_keys, draft.report),
        made_(std::make_shared<Workflow>()) {}

  std::shared_ptr<Workflow> read() {
    identity();
    made_->on = triggers(fields_.require("on"), "on", true);
    made_->stop_on = triggers(fields_.find("stop_on"), "stop_on", false);
    const std::vector<std::string> types = draft_.types = event_types(made_->on);
    const cel::Env scope = trigger_scope(types, draft_.own_fields);
    if (const yaml::Node* node = fields_.find("if"))
      made_->condition = compile_cel(*node, "if", scope, Wanted::condition, report_);
    if (const yaml::Node* node = fields_.find("per")) per(*node, scope);
    made_->mode = static_cast<Mode>(fields_.choice("mode", modes).value_or(0));
    if (const yaml::Node* node = fields_.find("limit")) made_->limit = read_limit(*node, report_).value_or(RunLimit{});
    if (const yaml::Node* node = fields_.find("collect")) collect(*node);
    made_->marketing = fields_.choice("kind", kinds) == std::size_t{1};
    made_->recheck = fields_.flag("recheck").value_or(true);
    made_->hours = fields_.text("hours").value_or("");
    made_->on_edit = static_cast<OnEdit>(fields_.choice("on_edit", edits).value_or(0));
    draft_.names = collect_names(root_, draft_.own_fields, report_);
    draft_.scope = step_scope(types, draft_.names, draft_.own_fields);
    if (const yaml::Node* node = fields_.find("vars")) vars(*node);
    steps();
    if (const yaml::Node* node = fields_.find("silence")) check_choices(*node, "silence", lint_ids, report_);
    if (const yaml::Node* node = fields_.find("tests")) check_tests(*node, draft_.source.own_events, report_);
    return made_;
  }

 private:
  void identity() {
    const yaml::Node* id = fields_.find("workflow");
    made_->id = std::filesystem::path(draft_.source.file).stem().string();
    if (id != nullptr) made_->id = read_text(*id, "workflow", report_).value_or("x");
    const std::string hint = "small letters, digits and -: abandoned-cart";
    if (!is_workflow_id(made_->id) && id != nullptr)
      report_.error(draft_.place(*id), "bad_name", fmt::format("{} cannot be the id of a workflow", made_->id), hint);
    else if (!is_workflow_id(made_->id))
      report_.error_in_file("bad_name", fmt::format("the file's name, {}, cannot be the id of a workflow", made_->id),
                            hint);
    made_->title = fields_.text("title").value_or("");
    made_->description = fields_.text("description").value_or("");
    made_->enabled = fields_.flag("enabled").value_or(true);
  }

  std::vector<Trigger> triggers(const yaml::Node* node, std::string_view what, bool required) {
    std::vector<Trigger> made;
    if (node == nullptr) return made;
    if (node->is_list()) {
      for (const yaml::NodePtr& item : node->items) trigger(*item, what, required, made);
      if (required && node->items.empty()) report_.error(draft_.place(*node), "missing_key", "on needs an event type");
    } else {
      trigger(*node, what, required, made);
    }
    return made;
  }

  void trigger(const yaml::Node& node, std::string_view what, bool required, std::vector<Trigger>& made) {
    if (required && node.is_text() && node.text == "call") return;  // only other workflows start it
    if (required && node.is_map() && (node.find("schedule") != nullptr || node.find("every") != nullptr))
      return schedule(node, made);
    const yaml::Node* type = &node;
    if (node.is_map()) {
      Fields fields(node, std::string(what), trigger_keys, report_);
      type = fields.require("event");
    }
    if (type != nullptr && type->text == schedule_fired) {
      report_.error(draft_.place(*type), "no_event", "schedules start a workflow by themselves",
                    "on: { schedule: \"0 9 * * MON\" }, or { every: 15m }");
      return;
    }
    if (type == nullptr || !check_event_type(*type, draft_.source.own_events, report_)) return;
    Trigger trigger{type->text, std::nullopt};
    const std::vector<std::string> types{trigger.event};
    if (const yaml::Node* where = node.is_map() ? node.find("where") : nullptr)
      trigger.where = compile_cel(*where, "where", trigger_scope(types, draft_.own_fields), Wanted::condition, report_);
    made.push_back(std::move(trigger));
  }

  void schedule(const yaml::Node& node, std::vector<Trigger>& made) {
    auto read = read_schedule(node, report_);
    if (!read) return;
    made_->schedules.push_back(std::move(*read));
    const auto fired = [](const Trigger& trigger) { return trigger.event == schedule_fired; };
    if (std::none_of(made.begin(), made.end(), fired)) made.push_back({std::string(schedule_fired), std::nullopt});
  }

  static std::vector<std::string> event_types(const std::vector<Trigger>& triggers) {
    std::vector<std::string> types;
    for (const Trigger& t : triggers) types.push_back(t.event);
    return types;
  }

  // customer, order and shop are the core's own words; other nouns are short for an expression.
  void per(const yaml::Node& node, const cel::Env& scope) {
    static constexpr std::array<std::string_view, 3> words{"customer", "order", "shop"};
    if (!node.is_text()) {
      wrong_type(report_, node, "per", "customer, order, cart, checkout, product, shop or an expression");
      return;
    }
    made_->per_text = node.text;
    if (std::find(words.begin(), words.end(), node.text) != words.end()) return;
    if (node.text == "cart" || node.text == "product" || node.text == "checkout") {
      auto program = cel::compile(fmt::format("\"{0}:\" + string({0}.id)", node.text));
      if (program) made_->per = std::move(*program);
    } else {
      made_->per = compile_cel(node, "per", scope, Wanted::subject, report_);
    }
  }

  void collect(const yaml::Node& node) {
    Fields fields(node, "collect", collect_keys, report_);
    if (fields.require("quiet") == nullptr) return;
    made_->collect.quiet = fields.duration("quiet", Millis{100}, collect_max).value_or(Millis{1000});
    made_->collect.max = fields.duration("max", Millis{100}, collect_max).value_or(made_->collect.quiet * 10);
  }

  void vars(const yaml::Node& node) {
    if (!node.is_map()) {
      wrong_type(report_, node, "vars", "a map of names and expressions");
      return;
    }
    for (const yaml::Entry& entry : node.entries) {
      if (auto program = compile_cel(*entry.value, "a variable", draft_.scope, Wanted::anything, report_))
        made_->vars.emplace_back(entry.key->text, std::move(*program));
    }
  }

  void steps() {
    const yaml::Node* node = fields_.require("steps");
    if (node == nullptr) return;
    if (node->is_list() && node->items.empty()) report_.error(draft_.place(*node), "missing_key", "steps is empty");
    CompiledSteps compiled = compile_steps(*node, fields_.find("on_error"), draft_);
    made_->program = std::move(compiled.program);
    made_->on_error = compiled.on_error;
  }

  Draft& draft_;
  Report& report_;
  const yaml::Node& root_;
  Fields fields_;
  std::shared_ptr<Workflow> made_;
};

// The text and every template that it uses; where the file stands and what it is called is no part of it.
std::string version_of(const WorkflowSource& source) {
  std::string version = id_of({source.yaml});
  if (!source.own_fields.empty()) version = id_of({version, source.own_fields});
  for (const auto& [name, text] : source.templates) version = id_of({version, name, text});
  return version;
}

}  // namespace

Read<std::shared_ptr<const Workflow>> compile_workflow(const WorkflowSource& source,
                                                       const std::string& templates_folder,
                                                       const liquid::Translations* texts) {
  Report report(source.file, source.yaml);
  Read<std::shared_ptr<const Workflow>> read;
  if (const yaml::NodePtr root = yaml::parse(report)) {
    WorkflowSource complete = source;
    std::set<std::string> own(source.own_events.begin(), source.own_events.end());
    collect_emitted(*root, own);
    complete.own_events.assign(own.begin(), own.end());
    Draft draft{complete, report, Pages(complete, templates_folder, texts, report), texts};
    draft.own_fields = parse_own_fields(source.own_fields);
    const std::shared_ptr<Workflow> made = WorkflowReader(draft, *root).read();
    if (!report.failed()) {
      made->partials = draft.pages.partials();
      complete.templates = draft.pages.used();
      made->version = version_of(complete);
      made->source = std::move(complete);
      read.value = made;
    }
  }
  read.diagnostics = report.take();
  return read;
}

Read<std::shared_ptr<const Workflow>> load_workflow(const WorkflowSource& source) {
  const std::filesystem::path folder = std::filesystem::path(source.file).parent_path();
  return compile_workflow(
      source, (folder.filename() == "workflows" ? folder.parent_path() / "templates" : folder / "templates").string());
}

}  // namespace shopbell
