#include "desk/assign.h"

#include <algorithm>
#include <tuple>

namespace shopbell::desk {
namespace {

bool may_have(const Hand& hand, const Waiting& ticket) {
  return hand.presence == Presence::online && hand.load < hand.agent->capacity && ticket.queue != nullptr &&
         fits(*hand.agent, *ticket.queue);
}

// Compared without division: a's free part > b's.
bool freer(const Hand& a, const Hand& b) {
  const auto free_a = static_cast<std::int64_t>(a.agent->capacity - a.load) * b.agent->capacity;
  const auto free_b = static_cast<std::int64_t>(b.agent->capacity - b.load) * a.agent->capacity;
  if (free_a != free_b) return free_a > free_b;
  return std::tie(a.last, a.agent->name) < std::tie(b.last, b.agent->name);
}

Hand* choose(std::vector<Hand>& hands, const Waiting& ticket) {
  Hand* best = nullptr;
  for (Hand& hand : hands) {
    if (!may_have(hand, ticket)) continue;
    if (hand.agent->name == ticket.former) return &hand;
    if (best == nullptr || freer(hand, *best)) best = &hand;
  }
  return best;
}

}  // namespace

std::optional<Presence> presence_of(std::string_view name) {
  const auto at = std::find(presences.begin(), presences.end(), name);
  if (at == presences.end()) return {};
  return static_cast<Presence>(at - presences.begin());
}

bool more_urgent(const Waiting& a, const Waiting& b) {
  const auto key = [](const Waiting& w) {
    const Time due = w.due.value_or(Time::max());
    return std::tuple(-w.priority, w.queue == nullptr ? 0 : -w.queue->priority, !w.late, due, w.since);
  };
  return key(a) != key(b) ? key(a) < key(b) : a.id < b.id;
}

std::vector<Assigned> assign(std::vector<Waiting> waiting, std::vector<Hand> hands) {
  std::sort(waiting.begin(), waiting.end(), more_urgent);
  std::vector<Assigned> made;
  for (const Waiting& ticket : waiting) {
    Hand* hand = choose(hands, ticket);
    if (hand == nullptr) continue;
    ++hand->load;
    made.push_back({ticket.id, hand->agent->name});
  }
  return made;
}

}  // namespace shopbell::desk
