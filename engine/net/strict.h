#pragma once
// The gate before the parser: pure functions on the raw bytes of a request's head. Whatever two programs
// in a row could read in two ways is refused (RFC 9112, sections 2.2, 3.2, 5.1, 6.1, 6.3 and 11.2),
// because Boost 1.81's parser takes some of it: lists in Content-Length, unknown codings, folded lines.

#include <cstddef>
#include <optional>
#include <string_view>

namespace shopbell {

constexpr std::size_t request_line_bytes_max = 8192;  // RFC 9110, section 4.1: at least 8000
constexpr std::size_t fields_max = 100;

/// Why a request is refused: the status of the answer, a code for programs, a sentence for people.
struct Refusal {
  int status = 400;
  std::string_view code;
  std::string_view message;
};

/// How much of a head has come. `length` counts the empty line that ends it, 0 while it has not ended.
struct HeadScan {
  std::size_t length = 0;
  std::optional<Refusal> refusal = {};
};

/// Looks for the end of the head in `bytes`, of which the first `seen` have been looked at before.
/// Refuses at once what can no longer become a head: a line end without CR, a first byte that begins no
/// method.
HeadScan scan_head(std::string_view bytes, std::size_t seen);

/// Checks a whole head, the empty line included. Nothing: it is well-formed, its framing has one reading,
/// and its version is 1.0 or 1.1.
std::optional<Refusal> check_head(std::string_view head);

/// What may stand behind a chunk's size: nothing, or extensions without control characters.
bool chunk_extension_ok(std::string_view extension);

bool is_token(std::string_view text);                             // RFC 9110, section 5.6.2
bool is_field_value(std::string_view text);                       // no control character but HTAB
bool same_ignoring_case(std::string_view a, std::string_view b);  // ASCII

}  // namespace shopbell
