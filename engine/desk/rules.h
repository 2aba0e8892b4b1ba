#pragma once
// What the shop says of its queues and of the people who work in them: `queues` and `agents` of shopbell.yaml. Immutable once
// read; any thread.

#include "desk/sla.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell::desk {

constexpr std::size_t queues_max = 200, agents_max = 2'000, skills_max = 50;
constexpr int capacity_max = 1'000, capacity_otherwise = 5;

/// In the order of their number: urgent is 3.
constexpr std::array<std::string_view, 4> priorities{"low", "normal", "high", "urgent"};
/// 0..3; what is no priority is normal.
int priority_of(std::string_view name);

struct Queue {
  std::string name, title;
  std::vector<std::string> skills;  // what an agent must have, all of them
  int priority = 1;                 // among tickets of one priority
  Goals goals;
  std::string hours;                // the calendar that goals count in; empty: always
};

struct Agent {
  std::string name, title;
  std::vector<std::string> skills;
  int capacity = capacity_otherwise;  // tickets at a time
  std::vector<std::string> queues;    // empty: all
};

struct Rules {
  std::vector<Queue> queues;
  std::vector<Agent> agents;

  const Queue* find_queue(std::string_view name) const;
  const Agent* find_agent(std::string_view name) const;
};

/// Whether the agent takes tickets of the queue, at all.
bool fits(const Agent& agent, const Queue& queue);

}  // namespace shopbell::desk
