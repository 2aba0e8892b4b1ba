#pragma once
// JSON (RFC 8259) to Value and back. Reading is simdjson's, strict and UTF-8 checked.

#include <shopbell/error.h>
#include <shopbell/json.h>
#include <shopbell/value.h>

#include <string>
#include <string_view>

namespace shopbell {

/// parse_json_document() into a given arena; nothing points into `text` afterwards.
/// Errors: "bad_json" with the byte it is about where that is known.
/// Thread-safe: each thread has a parser of its own, at most body_bytes_max large.
Result<Value> parse_json(std::string_view text, Arena& arena);

/// Appends what to_json() gives. Text is escaped so that the result holds no line break and no control character.
void append_json(std::string& to, const Value& v);
/// The same with line breaks and two spaces a level: for people.
std::string to_pretty_json(const Value& v);
/// Appends text as a JSON string with its quotes.
void append_json_string(std::string& to, std::string_view text);

}  // namespace shopbell
