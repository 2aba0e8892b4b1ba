#include "desk/rules.h"

#include <algorithm>

namespace shopbell::desk {
namespace {

template <class Named>
const Named* find(const std::vector<Named>& all, std::string_view name) {
  const auto at = std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.name == name; });
  return at == all.end() ? nullptr : &*at;
}

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

int priority_of(std::string_view name) {
  const auto at = std::find(priorities.begin(), priorities.end(), name);
  return at == priorities.end() ? 1 : static_cast<int>(at - priorities.begin());
}

const Queue* Rules::find_queue(std::string_view name) const { return find(queues, name); }
const Agent* Rules::find_agent(std::string_view name) const { return find(agents, name); }

bool fits(const Agent& agent, const Queue& queue) {
  if (!agent.queues.empty() && !has(agent.queues, queue.name)) return false;
  return std::all_of(queue.skills.begin(), queue.skills.end(), [&](const std::string& skill) { return has(agent.skills, skill); });
}

}  // namespace shopbell::desk
