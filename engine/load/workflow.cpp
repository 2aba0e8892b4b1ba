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

constexpr Millis limit_per_max{std::int64_t{5} * 366 * 24 * 3600 * 1000};

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
    const auto types = event_types(made_->on);
    const cel::Env scope = trigger_scope(types);
    if (const yaml::Node* node = fields_.find("if"))
      made_->condition = compile_cel(*node, "if", scope, Wanted::condition, report_);
    if (const yaml::Node* node = fields_.find("per")) per(*node, scope);
    made_->mode = static_cast<Mode>(fields_.choice("mode", modes).value_or(0));
    if (const yaml::Node* node = fields_.find("limit")) limit(*node);
    fields_.choice("kind", kinds);
    draft_.scope = step_scope(types, collect_names(fields_.find("vars"), fields_.find("steps"), report_));
    if (const yaml::Node* node = fields_.find("vars")) vars(*node);
    steps();
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
      for (const yaml::NodePtr& item : node->items) trigger(*item, what, made);
      if (required && node->items.empty()) report_.error(draft_.place(*node), "missing_key", "on needs an event type");
    } else {
      trigger(*node, what, made);
    }
    return made;
  }

  void trigger(const yaml::Node& node, std::string_view what, std::vector<Trigger>& made) {
    const yaml::Node* type = &node;
    if (node.is_map()) {
      Fields fields(node, std::string(what), trigger_keys, report_);
      const bool later = fields.find("schedule") != nullptr || fields.find("every") != nullptr;
      type = later ? fields.find("event") : fields.require("event");
    }
    if (type == nullptr || !check_event_type(*type, draft_.source.own_events, report_)) return;
    Trigger trigger{type->text, std::nullopt};
    const std::vector<std::string> types{trigger.event};
    if (const yaml::Node* where = node.is_map() ? node.find("where") : nullptr)
      trigger.where = compile_cel(*where, "where", trigger_scope(types), Wanted::condition, report_);
    made.push_back(std::move(trigger));
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

  void limit(const yaml::Node& node) {
    const std::string_view text = node.is_text() ? std::string_view(node.text) : std::string_view();
    const std::size_t per = text.find(" per ");
    std::uint32_t count = 0;
    const std::string_view digits = text.substr(0, std::min(per, text.size()));
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    const bool counted =
        error == std::errc() && end == digits.data() + digits.size() && count >= 1 && count <= limit_count_max;
    const Result<Millis> duration = per == std::string_view::npos ? fail("", "") : parse_duration(text.substr(per + 5));
    if (per == std::string_view::npos || !counted) {
      report_.error(draft_.place(node), "bad_limit",
                    fmt::format("a limit is a number from 1 to {} and a duration", limit_count_max), "limit: 1 per 7d");
    } else if (!duration) {
      const auto offset = static_cast<std::uint32_t>(per + 5);
      report_.error(place_within(node, report_.source(), offset, static_cast<std::uint32_t>(text.size()) - offset),
                    duration.error().code, duration.error().message, duration.error().hint);
    } else if (*duration <= Millis{0} || *duration > limit_per_max) {
      report_.error(draft_.place(node), "out_of_range", "a limit's duration is more than nothing and at most 5 years");
    } else {
      made_->limit = {count, *duration};
    }
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
    made_->program = compile_steps(*node, draft_);
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
