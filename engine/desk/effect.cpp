#include "desk/effect.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

namespace shopbell::desk {
namespace {

struct Part {
  std::int64_t customers = 0, ordered = 0;
  std::map<std::string, double> revenue;
};

using Orders = std::unordered_map<std::string_view, std::vector<const Ordered*>>;

void add(Part& part, const Began& one, const Orders& orders) {
  ++part.customers;
  const auto found = orders.find(one.about);
  if (found == orders.end()) return;
  bool any = false;
  for (const Ordered* order : found->second) {
    if (order->at <= one.at || order->at > one.at + ordered_within) continue;
    any = true;
    if (!order->currency.empty()) part.revenue[order->currency] += order->total;
  }
  part.ordered += any;
}

Value value_of(const Part& part, Arena& arena) {
  MapBuilder revenue(arena);
  for (const auto& [currency, sum] : part.revenue) revenue.add(arena.copy(currency), std::round(sum * 100) / 100);
  return make_map(arena, {{"customers", part.customers}, {"ordered", part.ordered}, {"conversion", static_cast<double>(part.ordered) / static_cast<double>(part.customers)}, {"revenue", revenue.build()}});
}

}  // namespace

Value effect(const std::vector<Began>& began, const std::vector<Ordered>& orders, Arena& arena) {
  Orders by_customer;
  for (const Ordered& order : orders) by_customer[order.about].push_back(&order);
  std::map<std::string_view, std::unordered_map<std::string_view, const Began*>> first;
  for (const Began& one : began) {
    const Began*& kept = first[one.workflow].try_emplace(one.about, &one).first->second;
    if (one.at < kept->at) kept = &one;
  }
  MapBuilder all(arena);
  for (const auto& [workflow, customers] : first) {
    Part part;
    for (const auto& [about, one] : customers) add(part, *one, by_customer);
    all.add(arena.copy(workflow), value_of(part, arena));
  }
  return all.build();
}

}  // namespace shopbell::desk
