#pragma once
// What a person reads about a mistake in a file: where, what, the line itself, a caret, a hint.

#include <shopbell/error.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

enum class Severity : std::uint8_t { error, warning };

struct Diagnostic {
  Severity severity = Severity::error;
  std::string file;
  std::uint32_t line = 0;    // from 1; 0: the file as a whole
  std::uint32_t column = 0;  // from 1, in code points
  std::uint32_t length = 1;  // code points to underline
  std::string code;
  std::string message;
  std::string hint;
  std::string source_line;   // without its line break
};

/// The place of byte `offset` of `source`.
Diagnostic diagnostic_at(std::string_view file, std::string_view source, std::uint32_t offset, const Error& error);

/// "file:3:7: error: ...", the line, a caret, "hint: ...": several lines, each ended.
std::string to_text(const Diagnostic& d);
/// One JSON object, for --json.
std::string to_json(const Diagnostic& d);

/// The candidate nearest to a misspelt name (case and edit distance, at most a third of its length),
/// or an empty text.
std::string nearest(std::string_view name, std::span<const std::string_view> candidates);
/// "did you mean X?", or an empty text.
std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace shopbell
