#pragma once
// JSON (RFC 8259) to Value and back. Reading is simdjson's, strict and UTF-8 checked.

#include <shopbell/error.h>
#include <shopbell/value.h>

#include <string>
#include <string_view>

namespace shopbell {

constexpr std::size_t json_depth_max = 100;

/// Reads one JSON text into `arena`; nothing points into `text` afterwards. Whole numbers become int, above int64 uint, above uint64 or
/// with a fraction double. A name that stands twice in an object keeps its last value.
/// Errors: "bad_json" with the byte it is about where that is known.
/// Thread-safe: each thread has a parser of its own, at most body_bytes_max large.
Result<Value> parse_json(std::string_view text, Arena& arena);

/// The same into memory of its own.
Result<Document> parse_json_document(std::string_view text);

/// Appends compact JSON. bytes become base64, timestamps RFC 3339, durations "1.5s", NaN and
/// infinities null. Text is escaped so that the result holds no line break and no control character.
void append_json(std::string& to, const Value& v);
std::string to_json(const Value& v);
/// The same with line breaks and two spaces a level: for people.
std::string to_pretty_json(const Value& v);
/// Appends text as a JSON string with its quotes.
void append_json_string(std::string& to, std::string_view text);

}  // namespace shopbell
