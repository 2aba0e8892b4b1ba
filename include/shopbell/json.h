#pragma once
// JSON (RFC 8259) to Value and back. Any thread.

#include <shopbell/error.h>
#include <shopbell/value.h>

#include <string>
#include <string_view>

namespace shopbell {

constexpr std::size_t json_depth_max = 100;

/// Reads one JSON text, strict and UTF-8 checked, into memory of its own. Whole numbers become int, above int64
/// uint, above uint64 or with a fraction double. A name that stands twice in an object keeps its last value.
/// Errors: "bad_json".
Result<Document> parse_json_document(std::string_view text);

/// Compact JSON. bytes become base64, timestamps RFC 3339, durations "1.5s", NaN and infinities null.
std::string to_json(const Value& v);

}  // namespace shopbell
