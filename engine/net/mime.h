#pragma once
// Text as mail carries it: ASCII, in short lines.

#include <string>
#include <string_view>

namespace shopbell {

/// Appends "Name: words\r\n" folded before column 78 where there is a space to fold at (RFC 5322, 2.2.3).
/// What is not printable ASCII, or too long for one line, becomes encoded words (RFC 2047, UTF-8, B).
void append_text_header(std::string& to, std::string_view name, std::string_view words);
/// The same for a value that is ASCII and structured: folded at its spaces, never encoded.
void append_plain_header(std::string& to, std::string_view name, std::string_view value);
/// A display name: as it is, in quotes, or in encoded words.
std::string display_name(std::string_view name);
/// Appends text as quoted-printable (RFC 2045, 6.7): line ends of any kind become CR LF, no line is longer
/// than 76, and none begins with a dot or "From ", which relays change.
void append_quoted_printable(std::string& to, std::string_view text);

}  // namespace shopbell
