#pragma once
// Sales that a workflow touched: of the customers that it began for, how many ordered within some days, and for how much. What they would have
// ordered without it, nobody knows. Pure; any thread.

#include <shopbell/arena.h>
#include <shopbell/time.h>
#include <shopbell/value.h>

#include <string>
#include <vector>

namespace shopbell::desk {

constexpr Millis ordered_within{std::int64_t{7} * 24 * 3'600'000};

struct Began {
  std::string workflow, about;
  Time at;
};

struct Ordered {
  std::string about;
  Time at;
  std::string currency;
  double total = 0;
};

/// By workflow: {customers, ordered, conversion, revenue: {EUR: 120.5}}. A customer counts once, from the first time on; an order counts behind that,
/// within ordered_within.
Value effect(const std::vector<Began>& began, const std::vector<Ordered>& orders, Arena& arena);

}  // namespace shopbell::desk
