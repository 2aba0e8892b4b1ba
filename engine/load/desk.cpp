#include "load/desk.h"

#include "load/fields.h"

#include <fmt/format.h>

#include <algorithm>

namespace shopbell {
namespace {

constexpr Key queue_keys[] = {{"title"}, {"sla"}, {"skills"}, {"priority"}, {"hours"}};
constexpr Key sla_keys[] = {{"first_reply"}, {"next_reply"}, {"resolution"}, {"warn_before"}};
constexpr Key agent_keys[] = {{"title"}, {"skills"}, {"capacity"}, {"queues"}};
constexpr Millis sla_min{1000}, sla_max{std::int64_t{365} * 24 * 3600 * 1000};

class DeskReader {
 public:
  DeskReader(const Calendars& calendars, Report& report) : calendars_(calendars), report_(report) {}

  desk::Rules read(const yaml::Node* queues, const yaml::Node* agents) {
    if (queues != nullptr && named_map(*queues, "queues", desk::queues_max))
      for (const yaml::Entry& entry : queues->entries) read_queue(entry);
    if (agents != nullptr && named_map(*agents, "agents", desk::agents_max))
      for (const yaml::Entry& entry : agents->entries) read_agent(entry);
    if (queues != nullptr && agents != nullptr && !report_.failed()) check_served(*queues);
    return std::move(made_);
  }

 private:
  static bool is_name(std::string_view text) {
    const auto good = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), good);
  }

  void bad_name(const yaml::Node& node, std::string_view what) {
    report_.error(place_of(node, report_.source()), "bad_name", fmt::format("{}: a name is made of letters, digits, - and _", what));
  }

  bool named_map(const yaml::Node& node, std::string_view what, std::size_t max) {
    if (!node.is_map()) {
      wrong_type(report_, node, what, "a map by name");
      return false;
    }
    for (const yaml::Entry& entry : node.entries)
      if (!is_name(entry.key->text)) bad_name(*entry.key, what);
    if (node.entries.size() > max)
      report_.error(place_of(node, report_.source()), "too_many", fmt::format("{}: at most {} are read", what, max));
    return node.entries.size() <= max;
  }

  std::vector<std::string> names(const yaml::Node* list, std::string_view what) {
    std::vector<std::string> made;
    if (list == nullptr) return made;
    if (!list->is_list() || list->items.size() > desk::skills_max) {
      wrong_type(report_, *list, what, fmt::format("a list of at most {} names", desk::skills_max));
      return made;
    }
    for (const yaml::NodePtr& item : list->items) {
      const auto name = read_text(*item, what, report_);
      if (name && !is_name(*name)) bad_name(*item, what);
      made.push_back(name.value_or(""));  // in its place, as their places are asked for
    }
    return made;
  }

  void read_queue(const yaml::Entry& entry) {
    Fields fields(*entry.value, "a queue", queue_keys, report_);
    desk::Queue queue;
    queue.name = entry.key->text;
    queue.title = fields.text("title").value_or(queue.name);
    queue.skills = names(fields.find("skills"), "skills");
    queue.priority = static_cast<int>(fields.choice("priority", desk::priorities).value_or(1));
    if (const yaml::Node* sla = fields.find("sla")) queue.goals = read_goals(*sla);
    if (const yaml::Node* hours = fields.find("hours")) queue.hours = hours_of(*hours);
    made_.queues.push_back(std::move(queue));
  }

  // A duration alone is that of the first reply.
  desk::Goals read_goals(const yaml::Node& node) {
    desk::Goals goals;
    if (!node.is_map()) {
      goals.first_reply = read_duration(node, "sla", sla_min, sla_max, report_).value_or(Millis{0});
      return goals;
    }
    Fields fields(node, "sla", sla_keys, report_);
    goals.first_reply = fields.duration("first_reply", sla_min, sla_max).value_or(Millis{0});
    goals.next_reply = fields.duration("next_reply", sla_min, sla_max).value_or(Millis{0});
    goals.resolution = fields.duration("resolution", sla_min, sla_max).value_or(Millis{0});
    goals.warn_before = fields.duration("warn_before", sla_min, sla_max).value_or(Millis{0});
    return goals;
  }

  std::string hours_of(const yaml::Node& node) {
    const auto name = read_text(node, "hours", report_);
    if (!name || calendars_.contains(*name)) return name.value_or("");
    std::vector<std::string_view> known;
    for (const auto& [calendar, unused] : calendars_) known.push_back(calendar);
    unknown_name(report_, place_of(node, report_.source()), "unknown_hours", fmt::format("the shop has no hours named {}", *name), *name, known);
    return {};
  }

  void read_agent(const yaml::Entry& entry) {
    Fields fields(*entry.value, "an agent", agent_keys, report_);
    desk::Agent agent;
    agent.name = entry.key->text;
    agent.title = fields.text("title").value_or(agent.name);
    agent.skills = names(fields.find("skills"), "skills");
    agent.capacity = static_cast<int>(fields.whole("capacity", 1, desk::capacity_max).value_or(desk::capacity_otherwise));
    const yaml::Node* queues = fields.find("queues");
    agent.queues = names(queues, "queues");
    for (std::size_t i = 0; i < agent.queues.size(); ++i)
      if (!agent.queues[i].empty() && made_.find_queue(agent.queues[i]) == nullptr) unknown_queue(*queues->items[i], agent.queues[i]);
    made_.agents.push_back(std::move(agent));
  }

  void unknown_queue(const yaml::Node& node, const std::string& name) {
    std::vector<std::string_view> known;
    for (const desk::Queue& queue : made_.queues) known.push_back(queue.name);
    unknown_name(report_, place_of(node, report_.source()), "unknown_queue", fmt::format("there is no queue {}", name), name, known);
  }

  // A ticket that nobody may take waits for ever.
  void check_served(const yaml::Node& queues) {
    for (std::size_t i = 0; i < made_.queues.size(); ++i) {
      const desk::Queue& queue = made_.queues[i];
      const auto takes = [&](const desk::Agent& agent) { return desk::fits(agent, queue); };
      if (std::any_of(made_.agents.begin(), made_.agents.end(), takes)) continue;
      report_.warning(place_of(*queues.entries[i].key, report_.source()), "queue_without_agent",
                      fmt::format("no agent takes tickets of {}", queue.name), "an agent needs the queue and all of its skills");
    }
  }

  const Calendars& calendars_;
  Report& report_;
  desk::Rules made_;
};

}  // namespace

desk::Rules read_desk(const yaml::Node* queues, const yaml::Node* agents, const Calendars& calendars, Report& report) {
  return DeskReader(calendars, report).read(queues, agents);
}

}  // namespace shopbell
