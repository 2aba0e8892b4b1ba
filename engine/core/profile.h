#pragma once
// The profile of a customer: what is known of one from all of its events. Pure.
//
// A map. Taken over from the event's `customer`, when that is not older than what is known (by the platform's own
// updated_at where both have it, else by the event's time; an older one only fills gaps), and when it is not null and not larger than profile_field_bytes_max:
//   id, email, phone, name, first_name, last_name, company, country, city, locale, timezone, birthday,
//   created_at, consent, accepts_marketing, accepts_email, accepts_sms, segment, segments, verified, state, tags
// Kept by the engine:
//   first_seen, last_seen   timestamps, by the events' own time
//   updated_at              the newest that a platform has told of the customer
//   orders_count            one more at each order.placed of an order that is not counted already
//   lifetime_value          the sum of their totals in the shop's currency, in major units
//   spent, ordered          the same in integer minor units, and how many orders, by currency: no conversion is ever made
//   average_order           lifetime_value by the orders in the shop's currency
//   counted_orders          the newest counted_orders_max, so that one that is told again is known
//   last_order              {id, name, status, total, currency, at, changed}; `status` follows order.paid,
//                           order.fulfilled, order.cancelled and the like, in order of their time
//   products, categories    what was bought: ids (else the sku) and `category` of the items, the newest last
//   consents                what was agreed to, since when: see core/consents.h
//   messages_sent, messages_received, messages_answered   the shop's, the customer's, and the shop's that the customer
//                           answered
//   satisfaction            {answers, sum, average, last, at} of survey.answered with `kind: csat`, or without kind
//   segments, in_segments   see core/segments.h
//   tags_added, tags_removed  what workflows did: `tags` is what the platform last said, without the one and
//                           with the other
// A platform's own orders_count or lifetime_value is believed when it is larger than the engine's: it knows
// the orders from before the engine was there; when smaller, it is only late.

#include <shopbell/event.h>
#include <shopbell/value.h>

#include <span>
#include <string>
#include <string_view>

namespace shopbell {

constexpr std::size_t profile_field_bytes_max = 1024;
constexpr std::size_t profile_tags_max = 250;
constexpr std::size_t profile_currencies_max = 20;

/// Whether a subject is somebody: the shop and a product are shared by many customers and have no profile.
bool has_profile(std::string_view subject);

/// The profile after the event. `main_currency` is the shop's.
Value learn(const Value& profile, const Event& event, std::string_view main_currency, Arena& arena);

/// The profile of two that are one customer: what was said last, and the sums of both. Whatever order they are merged
/// in, the sums are the same.
Value merge_profiles(const Value& into, const Value& from, std::string_view main_currency, Arena& arena);

/// One more message; `answered`: it is the customer's, and the one before was the shop's.
Value count_message(const Value& profile, bool sent, bool answered, Arena& arena);

/// The profile with these tags more and those less. A tag is at most 255 bytes, as Shopify's.
Value retag(const Value& profile, std::span<const std::string> added, std::span<const std::string> removed,
            Arena& arena);

/// An amount in major units as an integer of minor ones (ISO 4217: 2 digits, JPY 0, KWD 3), rounded half
/// away from zero; 0 for what is no amount.
std::int64_t minor_units(double amount, std::string_view currency);
double major_units(std::int64_t amount, std::string_view currency);

}  // namespace shopbell
