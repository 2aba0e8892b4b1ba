#pragma once
// The nouns of a canonical event, made from a platform's body. Pure; any thread.

#include "load/platform.h"

#include <shopbell/arena.h>
#include <shopbell/value.h>

namespace shopbell {

constexpr std::size_t mapped_items_max = 10'000;  // elements that `each` makes, of one body; the rest is left out

/// What the mapping makes of the body, or null when nothing of it is there; `it`: the part of the body that the
/// event is about. Points into the Platform, the body and the arena.
Value map_body(const Mapping& mapping, const Value& body, const Value& it, Arena& arena);

}  // namespace shopbell
