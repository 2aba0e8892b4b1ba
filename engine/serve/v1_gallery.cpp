// Workflows that are ready to be taken into a shop: what each does, what it needs, and the taking. They are part of the program
// (workflows/gallery).

#include "desk/rules.h"
#include "load/embedded.h"
#include "load/outline.h"
#include "serve/v1_graph.h"
#include "serve/v1_handlers.h"
#include "serve/v1_workflows.h"

#include <algorithm>
#include <filesystem>
#include <set>

namespace shopbell::v1 {
namespace {

namespace fs = std::filesystem;

struct Ready {
  std::string_view yaml;
  std::shared_ptr<const Workflow> workflow;
  std::set<std::string> actions, queues, templates;
  std::vector<std::string> tests;
};

/// What stands in a template beside its markup: of "{% if x %}sales{% else %}care{% endif %}" both words.
void add_words(std::string_view text, std::set<std::string>& to) {
  while (!text.empty()) {
    const std::size_t open = std::min(text.find('{'), text.size());
    if (open > 0) to.emplace(text.substr(0, open));
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) return;
    text.remove_prefix(text.substr(close, 2) == "}}" ? close + 2 : close + 1);
  }
}

Ready read(const EmbeddedFile& file) {
  Ready made{file.text, nullptr, {}, {}, {}, {}};
  auto loaded = load_workflow({std::string(file.name), std::string(file.text), {}});
  if (loaded.value) made.workflow = *loaded.value;
  const Outline outline = outline_of(file.text, 0);
  const auto in_tests = [](const YamlPath& path) { return !path.empty() && path[0].key == "tests"; };
  for (const Outline::Key& key : outline.keys)
    if (!in_tests(key.path) && !key.path.empty() && key.path.back().item && find_action(key.text) != nullptr) made.actions.insert(key.text);
  for (const Outline::Scalar& scalar : outline.scalars) {
    if (scalar.path.size() < 2) continue;
    const std::string &last = scalar.path.back().key, &before = scalar.path[scalar.path.size() - 2].key;
    if (in_tests(scalar.path)) {
      if (last == "name" && scalar.path.size() == 3) made.tests.push_back(scalar.text);
    } else if (last == "queue" && before == "handoff") {
      add_words(scalar.text, made.queues);
    } else if (last == "template" && before == "email") {
      made.templates.insert(scalar.text);
    }
  }
  return made;
}

const std::vector<Ready>& gallery() {
  static const std::vector<Ready> all = [] {
    std::vector<Ready> made;
    for (const EmbeddedFile& file : embedded_gallery())
      if (Ready one = read(file); one.workflow) made.push_back(std::move(one));
    return made;
  }();
  return all;
}

const Ready* find(std::string_view name) {
  const auto found = std::find_if(gallery().begin(), gallery().end(), [&](const Ready& one) { return one.workflow->id == name; });
  return found == gallery().end() ? nullptr : &*found;
}

Value texts(const auto& all, Arena& arena) {
  ListBuilder list(arena);
  for (const std::string& one : all) list.add(arena.copy(one));
  return list.build();
}

/// Of `needed`, what the shop does not have.
Value missing(const std::set<std::string>& needed, const ShopConfig& config, Arena& arena) {
  ListBuilder list(arena);
  for (const std::string& queue : needed)
    if (!config.facts.desk || config.facts.desk->find_queue(queue) == nullptr) list.add(arena.copy(queue));
  return list.build();
}

bool is_there(V1Parts& parts, std::string_view name) {
  const auto& all = parts.workflows()->all();
  std::error_code ignored;
  return std::any_of(all.begin(), all.end(), [&](const auto& w) { return w->id == name; }) || fs::exists(fs::path(parts.config->folder) / "workflows" / (std::string(name) + ".yaml"), ignored);
}

MapBuilder shown(const Ready& one, V1Parts& parts, Arena& arena) {
  const Workflow& w = *one.workflow;
  std::set<std::string> on;
  for (const Trigger& trigger : w.on) on.insert(trigger.event);
  MapBuilder map(arena);
  map.add("name", arena.copy(w.id)).add("title", arena.copy(w.title)).add("description", arena.copy(w.description)).add("on", texts(on, arena));
  map.add("actions", texts(one.actions, arena)).add("queues", texts(one.queues, arena)).add("templates", texts(one.templates, arena)).add("tests", texts(one.tests, arena));
  map.add("missing_queues", missing(one.queues, *parts.config, arena)).add("adopted", is_there(parts, w.id));
  return map;
}

V1Answer do_adopt(V1Parts& parts, V1Ask& ask) {
  const Ready* one = find(ask.args[0]);
  if (one == nullptr) return fail("not_found", "there is no such workflow in the gallery");
  if (is_there(parts, ask.args[0])) return fail("taken", "the shop has a workflow of that name already");
  return deploy(parts, ask, std::string(one->yaml), "workflow.adopted");
}

}  // namespace

V1Answer list_gallery(V1Parts& parts, V1Ask& ask) {
  ListBuilder items(ask.arena);
  for (const Ready& one : gallery()) items.add(shown(one, parts, ask.arena).build());
  return v1_list(ask, items, {});
}

V1Answer show_ready(V1Parts& parts, V1Ask& ask) {
  const Ready* one = find(ask.args[0]);
  if (one == nullptr) return fail("not_found", "there is no such workflow in the gallery");
  return v1_json(shown(*one, parts, ask.arena).add("yaml", ask.arena.copy(one->yaml)).add("graph", graph_of(*one->workflow, ask.arena)).build());
}

V1Answer adopt(V1Parts& parts, V1Ask& ask) { return apart(parts, ask, do_adopt); }

}  // namespace shopbell::v1
