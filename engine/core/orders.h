#pragma once
// A subject's latest orders with their shipments: what a ticket tells a person, and what `lookup` finds. Kept only where
// some workflow hands over or looks up. A list of {id, name, status, total, currency, at, changed, shipments}, the latest
// last; a shipment: {id, status, carrier, tracking_number, tracking_url, expected_at}. Pure.
//
// `lookup` finds an order by its number whoever asks: an event about an order is told to the subject "order-number:1001", too,
// which has the orders of that number with what proves whose they are ({email, phone}); no line of the log, no workflow.

#include "core/turn.h"

#include <string>

namespace shopbell {

constexpr std::size_t orders_kept_max = 5;
constexpr std::size_t shipments_kept_max = 5;  // of an order

/// The name of the input that tells an order's number of it.
constexpr std::string_view order_numbered = "order numbered";

void keep_order(Turn& turn, const Event& event);
/// On the subject of the number.
void keep_numbered(Turn& turn, const Event& event);
void merge_orders(Turn& turn, const Value& from);
/// "order-number:1001" of "#1001"; empty: it can be no number.
std::string number_subject(std::string_view shadow, std::string_view number);

}  // namespace shopbell
