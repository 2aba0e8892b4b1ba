#pragma once
// What a profile says of orders: how many, what they came to, the last one, what was bought. Pure.

#include "core/profile_draft.h"

#include <shopbell/event.h>

namespace shopbell {

constexpr std::size_t counted_orders_max = 10;   // that are known when they are told again
constexpr std::size_t bought_max = 50;           // products, and categories: the newest
constexpr std::size_t bought_bytes_max = 64;

void learn_order(ProfileDraft& draft, const Event& event, std::string_view main_currency, Arena& arena);
/// What products that were bought are filed under.
void keep_categories_bought(ProfileDraft& draft, std::span<const Value> categories, Arena& arena);
/// The platform's own sums, where they are ahead.
void take_sums(ProfileDraft& draft, const Value& customer, std::string_view main_currency, Arena& arena);
/// lifetime_value and average_order, of what is summed up.
void add_up(ProfileDraft& draft, std::string_view main_currency);
/// Both's orders; one that both know counts once.
void merge_purchases(ProfileDraft& draft, const Value& other, Arena& arena);

}  // namespace shopbell
