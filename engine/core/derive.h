#pragma once
// Events that the engine makes of others, where a merchant needs the edge and a platform tells only how things are:
//   cart.abandoned, checkout.abandoned  nothing has come about it for a while, and no order
//   product.stock_low    its stock has fallen below its threshold, or the shop's
//   product.sold_out, product.restocked its stock has come to nothing; is above nothing again
//   product.price_dropped  its price is lower than it was, in the same currency; `old_price` is what it was
// An edge is told when it is crossed, of what the subject knows (core/things.h): never at the first event of a thing,
// never for one that is stale, and not where the platform tells of it itself. A cart is watched by a run of its own
// that waits, as a schedule's clock does.

#include "core/turn.h"

#include <string_view>

namespace shopbell {

constexpr std::size_t watches_max = 20;  // carts and checkouts of one subject; of more, those quiet for longest go

/// In place of a workflow's id: an order that came about another subject than the cart it began as.
constexpr std::string_view order_elsewhere = "order.elsewhere";

/// What the event, which its subject has just taken, gives rise to.
void derive(Turn& turn, const Event& event, std::uint32_t depth);

/// An order has begun as the cart or checkout that this subject is.
void take_order_elsewhere(Turn& turn, const Event& event);

/// Ends the watches of what was ordered since: when what was told about another subject becomes this one's.
void end_ordered(Turn& turn);

bool is_watch(const Run& run);
/// The watch's time is over: the cart, or the checkout, is abandoned.
void abandon(Turn& turn, Run& watch);

}  // namespace shopbell
