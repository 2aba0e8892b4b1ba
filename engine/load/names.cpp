// The names that a workflow's steps bring, collected before anything is compiled: an expression may
// read what a step further down, or in another branch, has named.
#include "load/draft.h"

#include "load/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

namespace shopbell {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_id(std::string_view text) {
  return !text.empty() && is_lower(text[0]) && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_lower(c) || is_digit(c) || c == '_' || c == '-';
  });
}

void each_step(const yaml::Node* steps, const std::function<void(const yaml::Node&)>& visit) {
  if (steps == nullptr) return;
  for (const yaml::NodePtr& step : steps->items) {
    if (!step->is_map()) continue;
    visit(*step);
    for (const char* key : {"then", "else", "on_error"}) each_step(step->find(key), visit);
    if (const yaml::Node* ask = step->find("ask")) each_step(ask->find("on_timeout"), visit);
    if (const yaml::Node* loop = step->find("for_each")) each_step(loop->find("do"), visit);
    if (const yaml::Node* parallel = step->find("parallel"))
      for (const yaml::Node* branches : {parallel, parallel->find("all"), parallel->find("any")})
        if (branches != nullptr)
          for (const yaml::NodePtr& branch : branches->items) each_step(branch.get(), visit);
    if (const yaml::Node* choices = step->find("choose"))
      for (const yaml::NodePtr& choice : choices->items)
        for (const char* key : {"do", "else"}) each_step(choice->find(key), visit);
  }
}

class Collector {
 public:
  Collector(const OwnFields& own, Report& report) : own_(own), report_(report) {}
  Names take() { return std::move(names_); }

  void vars(const yaml::Node* map) {
    if (map == nullptr) return;
    for (const yaml::Entry& entry : map->entries) {
      if (entry.key->is_scalar() && check(*entry.key, "a variable's name")) names_.vars.insert(entry.key->text);
    }
  }

  void step(const yaml::Node& step) {
    vars(step.find("set"));
    if (const yaml::Node* id = step.find("id"); id != nullptr && id->is_text()) step_id(*id);
    if (const yaml::Node* as = step.find("as"); as != nullptr && as->is_text() && check(*as, "a name")) output(*as), made_by(step, as->text);
    if (const yaml::Node* loop = step.find("for_each")) element(*loop);
    if (step.find("on_error") != nullptr) names_.outputs.insert("error");
  }

 private:
  bool check(const yaml::Node& node, std::string_view what) {
    if (is_name(node.text)) return true;
    report_.error(
        place_of(node, report_.source()), "bad_name",
        fmt::format("{} is made of small letters, digits and _, and begins with a letter: not {}", what, node.text));
    return false;
  }

  void made_by(const yaml::Node& step, const std::string& name) {
    const Action* maker = nullptr;
    for (const yaml::Entry& entry : step.entries)
      if (const Action* action = find_action(entry.key->text)) maker = action;
    const auto [known, first] = names_.makers.emplace(name, maker);
    if (!first && known->second != maker) known->second = nullptr;
  }

  void step_id(const yaml::Node& id) {
    const Place place = place_of(id, report_.source());
    if (id.text == "error") report_.error(place, "taken_name", "error has a meaning already", "take another id");
    else if (!is_id(id.text))
      report_.error(
          place, "bad_name",
          fmt::format("an id is made of small letters, digits, _ and -, and begins with a letter: not {}", id.text));
    else if (!names_.steps.insert(id.text).second)
      report_.error(place, "duplicate_id", fmt::format("another step has the id {}", id.text));
  }

  void element(const yaml::Node& loop) {
    const yaml::Node* as = loop.find("as");
    const bool usual = as == nullptr || as->text == "item";  // though it is a noun of some events
    if (usual) names_.outputs.insert("item");
    else if (as->is_text() && check(*as, "a name")) output(*as);
  }

  // The engine's own names win, and an event's noun would be hidden: both surprise.
  void output(const yaml::Node& as) {
    static constexpr std::array taken{"event", "events", "shop", "vars", "steps", "now", "customer", "error", "trigger"};
    const bool noun = !noun_type(as.text, own_).is_dyn();
    if (noun || std::find(taken.begin(), taken.end(), as.text) != taken.end())
      report_.error(place_of(as, report_.source()), "taken_name", fmt::format("{} has a meaning already", as.text),
                    "take another name");
    else names_.outputs.insert(as.text);
  }

  const OwnFields& own_;
  Report& report_;
  Names names_;
};

}  // namespace

bool is_name(std::string_view text) {
  static constexpr std::array reserved{"as",       "break",     "const",  "continue", "else", "false", "for",
                                       "function", "if",        "import", "in",       "let",  "loop",  "null",
                                       "package",  "namespace", "return", "true",     "var",  "void",  "while"};
  if (text.empty() || !(is_lower(text[0]) || text[0] == '_')) return false;
  if (std::find(reserved.begin(), reserved.end(), text) != reserved.end()) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

Names collect_names(const yaml::Node& root, const OwnFields& own, Report& report) {
  Collector collector(own, report);
  collector.vars(root.find("vars"));
  for (const char* key : {"steps", "on_error"})
    each_step(root.find(key), [&](const yaml::Node& step) { collector.step(step); });
  Names names = collector.take();
  if (root.find("on_error") != nullptr) names.outputs.insert("error");
  if (root.find("collect") != nullptr) names.outputs.insert("events");
  return names;
}

bool is_event_name(std::string_view name) {
  if (name.size() > 128 || name.find('.') == std::string_view::npos || name.back() == '.' || !is_lower(name[0]))
    return false;
  if (name.find("..") != std::string_view::npos) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '.' || c == '-'; });
}

void collect_emitted(const yaml::Node& root, std::set<std::string>& types) {
  const auto take = [&](const yaml::Node& step) {
    const yaml::Node* emit = step.find("emit");
    const yaml::Node* type = emit != nullptr && emit->is_map() ? emit->find("type") : emit;
    if (type != nullptr && type->is_text() && is_event_name(type->text)) types.insert(type->text);
  };
  for (const char* key : {"steps", "on_error"}) each_step(root.find(key), take);
}

bool check_event_type(const yaml::Node& node, std::span<const std::string> own_events, Report& report) {
  const auto type = read_text(node, "an event type", report);
  if (!type) return false;
  if (find_event_type(*type) != nullptr || std::find(own_events.begin(), own_events.end(), *type) != own_events.end())
    return true;
  std::vector<std::string_view> known = event_type_names();
  known.insert(known.end(), own_events.begin(), own_events.end());
  std::string hint = did_you_mean(*type, known);
  if (hint.empty()) hint = "an event of the shop's own is named under `events` in shopbell.yaml, or made by `emit`";
  report.error(place_of(node, report.source()), "unknown_event", fmt::format("there is no event type {}", *type),
               std::move(hint));
  return false;
}

}  // namespace shopbell
