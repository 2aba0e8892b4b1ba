#include "desk/desk.h"

#include <algorithm>
#include <utility>

namespace shopbell::desk {
namespace {

bool is_there(const Desk& desk, const Rules& rules, const std::string& agent) {
  const auto seat = desk.seats.find(agent);
  return rules.find_agent(agent) != nullptr && seat != desk.seats.end() && seat->second.presence != Presence::offline;
}

std::vector<Hand> hands_of(const Desk& desk, const Rules& rules) {
  std::vector<Hand> hands;
  for (const Agent& agent : rules.agents) {
    const auto seat = desk.seats.find(agent.name);
    if (seat != desk.seats.end()) hands.push_back({&agent, seat->second.presence, 0, seat->second.last});
  }
  for (const auto& [id, row] : desk.tickets)
    for (Hand& hand : hands) hand.load += hand.agent->name == row.agent;
  return hands;
}

std::vector<Waiting> waiting_of(const Desk& desk, const Rules& rules, Time at) {
  std::vector<Waiting> waiting;
  for (const auto& [id, row] : desk.tickets) {
    if (!row.agent.empty()) continue;
    const bool late = row.due && *row.due < at;
    waiting.push_back({id, rules.find_queue(row.queue), row.priority, row.due, late, row.since, row.former});
  }
  return waiting;
}

Millis median(std::vector<Millis> all) {
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  if (all.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(all.begin(), middle)) / 2;
}

}  // namespace

bool put(Desk& desk, const std::string& ticket, Row row) {
  const auto there = desk.tickets.find(ticket);
  if (there == desk.tickets.end() && desk.tickets.size() >= desk_tickets_max) return false;
  if (there != desk.tickets.end()) {
    row.agent = there->second.agent;
    row.former = there->second.former;
  }
  desk.tickets[ticket] = std::move(row);
  return true;
}

void add_reply(Desk& desk, const Reply& reply) {
  desk.replies.push_back(reply);
  std::erase_if(desk.replies, [&](const Reply& r) { return r.at <= reply.at - replies_kept; });
  if (desk.replies.size() > replies_max) desk.replies.erase(desk.replies.begin());
}

std::vector<Moved> settle(Desk& desk, const Rules& rules, Time at) {
  std::map<std::string, std::string> had;  // what was taken back, and from whom
  for (auto& [id, row] : desk.tickets) {
    if (row.agent.empty() || is_there(desk, rules, row.agent)) continue;
    had[id] = row.agent;
    row.former = std::exchange(row.agent, {});
  }
  for (const Assigned& given : assign(waiting_of(desk, rules, at), hands_of(desk, rules))) {
    desk.tickets[given.ticket].agent = given.agent;
    desk.seats[given.agent].last = at;
    had.emplace(given.ticket, "");
  }
  std::vector<Moved> moved;
  for (const auto& [id, from] : had) {
    const Row& row = desk.tickets[id];
    if (row.agent != from) moved.push_back({id, row.agent, from.empty() ? row.former : from});
  }
  return moved;
}

Promise promise(const Desk& desk, std::string_view queue, const Hours& hours, Time now) {
  Promise made;
  if (hours.calendar != nullptr) {
    const auto opens = opening(*hours.calendar, *hours.zone, now);
    if (opens && *opens > now) {
      made.opens = opens;
      return made;
    }
  }
  std::vector<Millis> took;
  for (const Reply& reply : desk.replies)
    if (reply.queue == queue && reply.at > now - replies_kept) took.push_back(reply.took);
  if (!took.empty()) made.about = median(std::move(took));
  return made;
}

}  // namespace shopbell::desk
