#include "load/derive.h"

#include "load/fields.h"

namespace shopbell {
namespace {

constexpr Key derived_keys[] = {{"cart.abandoned"},   {"checkout.abandoned"}, {"product.stock_low"},
                                {"product.sold_out"}, {"product.restocked"},  {"product.price_dropped"}};
constexpr Key quiet_keys[] = {{"after"}};
constexpr Key low_keys[] = {{"below"}};
constexpr Millis quiet_min{60'000}, quiet_max{std::int64_t{30} * 24 * 3600 * 1000};
constexpr std::int64_t below_max = 1'000'000;

constexpr Key retention_keys[] = {{"events"}, {"runs"}, {"messages"}, {"tickets"}};
constexpr Millis retention_max{std::int64_t{100} * 365 * 24 * 3600 * 1000};

}  // namespace

std::map<std::string, Millis> read_retention(const yaml::Node& node, Report& report) {
  std::map<std::string, Millis> made;
  Fields fields(node, "retention", retention_keys, report);
  for (const Key& key : retention_keys)
    if (const auto age = fields.duration(key.name, retention_min, retention_max)) made.emplace(key.name, *age);
  return made;
}

Derivation read_derivation(const yaml::Node& node, Report& report) {
  Derivation made;
  Fields fields(node, "derive", derived_keys, report);
  for (const Key& key : derived_keys) {
    const yaml::Node* value = fields.find(key.name);
    if (value == nullptr) continue;
    const bool cart = key.name == "cart.abandoned", checkout = key.name == "checkout.abandoned";
    const bool low = key.name == "product.stock_low";
    if (!value->is_map() || !(cart || checkout || low)) {
      if (const auto flag = read_flag(*value, key.name, report)) made.said.emplace(key.name, *flag);
      continue;
    }
    made.said.emplace(key.name, true);
    Fields rule(*value, std::string(key.name), low ? std::span<const Key>(low_keys) : quiet_keys, report);
    if (low) made.low_below = rule.whole("below", 1, below_max);
    else if (const auto after = rule.duration("after", quiet_min, quiet_max))
      (cart ? made.cart_quiet : made.checkout_quiet) = *after;
  }
  return made;
}

}  // namespace shopbell
