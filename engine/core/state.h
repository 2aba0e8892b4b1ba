#pragma once
// Values as JSON that lose nothing: what a run named with `set` or `as` must be after a restart what it
// was before. What JSON has is written as JSON. What it lacks (timestamps, durations, unsigned numbers,
// bytes, not-a-number, keys that are no texts, texts that are not UTF-8, a tree deeper than a JSON reader follows) is
// written as {"$": KIND, "v": ...}; a map whose own first key is "$" is written the same way, as "map".

#include <shopbell/error.h>
#include <shopbell/value.h>

#include <string>
#include <string_view>

namespace shopbell {

void append_state(std::string& to, const Value& v);
/// What append_state() wrote, after parse_json(). Errors: "bad_state".
Result<Value> revive(const Value& parsed, Arena& arena);

/// Levels of lists and maps in it; a plain value has none.
int depth_of(const Value& v);

}  // namespace shopbell
