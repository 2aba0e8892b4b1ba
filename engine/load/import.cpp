#include "load/import.h"

#include "load/draft.h"
#include "load/embedded.h"
#include "load/platform_parts.h"
#include "load/vocabulary.h"

#include <array>

namespace shopbell {
namespace {

constexpr std::array<std::string_view, 6> import_keys{"import", "title", "columns", "group_by", "shapes", "events"};
constexpr std::array<std::string_view, 6> event_keys{"type", "if", "id", "time", "subject", "data"};

class ImportReader {
 public:
  explicit ImportReader(Report& report) : parts_(report) {}

  std::shared_ptr<const ImportPlan> read() {
    const yaml::NodePtr root = yaml::parse(parts_.report);
    if (!root) return nullptr;
    parts_.check_keys(*root, "the file", import_keys);
    plan_->name = parts_.required_text(*root, "import");
    plan_->title = parts_.optional_text(*root, "title");
    plan_->group = parts_.optional_program(*root, "group_by");
    if (const yaml::Node* columns = root->find("columns"))
      for (const yaml::NodePtr& column : columns->items) plan_->columns.push_back(column->text);
    if (plan_->columns.empty()) parts_.error(*root, "missing_key", "`columns` is missing, or no list");
    MappingReader mappings(parts_, root->find("shapes"));
    const yaml::Node* events = root->find("events");
    if (events == nullptr || events->items.empty()) parts_.error(*root, "missing_key", "`events` is missing, or no list");
    else
      for (const yaml::NodePtr& event : events->items) read_event(*event, mappings);
    mappings.finish();
    plan_->shapes = mappings.take_shapes();
    return parts_.report.failed() ? nullptr : plan_;
  }

 private:
  void read_event(const yaml::Node& node, MappingReader& mappings) {
    parts_.check_keys(node, "an event", event_keys);
    ImportEvent event;
    event.type = parts_.required_text(node, "type");
    if (find_event_type(event.type) == nullptr && !is_event_name(event.type))
      parts_.error(*node.find("type"), "unknown_event", event.type + " is no event type", did_you_mean(event.type, event_type_names()));
    for (const char* key : {"id", "time", "data"})
      if (node.find(key) == nullptr) parts_.error(node, "missing_key", std::string("`") + key + "` is missing");
    event.condition = parts_.optional_program(node, "if");
    event.id = parts_.optional_program(node, "id");
    event.time = parts_.optional_program(node, "time");
    event.subject = parts_.optional_program(node, "subject");
    if (const yaml::Node* data = node.find("data")) event.data = mappings.read(*data, data_type(event.type));
    plan_->events.push_back(std::move(event));
  }

  PlatformParts parts_;
  std::shared_ptr<ImportPlan> plan_ = std::make_shared<ImportPlan>();
};

}  // namespace

Read<std::shared_ptr<const ImportPlan>> load_import(const std::string& file, const std::string& yaml) {
  Report report(file, yaml);
  const auto plan = ImportReader(report).read();
  return {.value = plan ? std::optional(plan) : std::nullopt, .diagnostics = report.take()};
}

std::shared_ptr<const ImportPlan> find_import(std::string_view name) {
  for (const EmbeddedFile& file : embedded_imports())
    if (file.name.substr(0, file.name.rfind('.')) == name)
      return load_import(std::string(file.name), std::string(file.text)).value.value_or(nullptr);
  return nullptr;
}

std::vector<std::string> import_names() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : embedded_imports()) names.emplace_back(file.name.substr(0, file.name.rfind('.')));
  return names;
}

}  // namespace shopbell
