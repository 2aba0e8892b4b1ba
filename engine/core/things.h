#pragma once
// What a subject knows of the things that its events are about: as of when each was last told of, so that what
// comes late is seen to be late, and a product's stock and price, by which their edges are found. A map by
// "order:1001" of {e, u, stock, price, currency}; e: the newest event's time, u: the newest updated_at, both in
// milliseconds. Those told of last are kept, things_max of one subject.

#include "core/turn.h"

#include <string>
#include <string_view>

namespace shopbell {

constexpr std::size_t things_max = 24;
constexpr std::size_t thing_key_bytes_max = 200;  // a longer id is not kept

/// "order:1001", "product:9/12" of a variant, "product:9@3" of it at a place; empty: it is about no thing that changes.
std::string thing_of(const Event& event);

/// What is known of it, or null; and puts more to what is known.
Value known_of(const Turn& turn, std::string_view thing);
void keep_known(Turn& turn, std::string_view thing, const Value& more);

/// Whether the event tells of its thing as of a time before one already told of: by the platform's own updated_at
/// where both have it, else by their times. What is newer is kept.
bool see_thing(Turn& turn, const Event& event);

}  // namespace shopbell
