#pragma once
// The shop that the schedules are about: its rules, its workflows in two editions each, and the events that
// its platforms send. What the checks know of it is told here beside it.

#include "load/load.h"
#include "sim/world.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace shopbell::sim {

constexpr Millis remind_wait{40 * 60'000};
constexpr Millis once_wait{20 * 60'000};
constexpr Millis paid_timeout{2 * 3'600'000};
constexpr std::uint32_t contact_limit = 2;
constexpr Millis contact_per{24 * 3'600'000};
constexpr int quiet_from_hour = 21, quiet_until_hour = 8;  // UTC
constexpr std::uint32_t rare_limit = 2;
constexpr Millis rare_per{6 * 3'600'000};

std::shared_ptr<const ShopConfig> shop_config();
const std::vector<std::string>& workflow_names();
/// These workflows in one of two editions; runs on the other go on.
std::shared_ptr<const Workflows> workflows_of(const std::set<std::string>& names, int edition);

/// What the core throws at an input that it cannot take, so that the process dies of it.
struct Died {};

/// An event as its platform knows it.
struct Sent {
  std::string id, type, subject;
  std::string address_of;  // the customer whose address it states: mostly its own
  std::string thing;   // the order's or cart's id
  Time at;             // when it happened
  bool flag = false;   // an order: worth more than 50; a customer: agrees to mail
  std::string json;
};

/// What happens to whom: `flag` as in Sent.
struct Told {
  std::string customer, type, thing;
  bool flag = false;
  std::string address_of = {};  // empty: its own
};
/// What an order is of, and what that is filed under.
std::string product_of(const std::string& order);
std::string category_of(const std::string& product);
/// `ago` before now.
Sent make_event(World& world, int number, const Told& told, Millis ago);

}  // namespace shopbell::sim
