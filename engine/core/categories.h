#pragma once
// What kind of thing was bought, where no order says so: no platform's order does. A product's own events do
// (product.type), and the product's subject keeps it; a customer's asks there, by events of the engine's own, and so learns
// of products that were told of before they were bought. Only where a segment reads customer.categories. Pure.

#include "core/turn.h"

namespace shopbell {

/// data {asked: {customer}}: that customer has bought this product; and the answer there, {told: {category}}.
constexpr std::string_view category_asked = "category.asked";
constexpr std::string_view category_told = "category.told";

/// Of an event of a product: keeps what the shop files it under.
void keep_category(Turn& turn, const Event& event);
/// Of an order: asks each product whose item does not say.
void ask_for_categories(Turn& turn, const Event& event);
void take_category_asked(Turn& turn, const Event& event);
void take_category_told(Turn& turn, const Event& event);

}  // namespace shopbell
