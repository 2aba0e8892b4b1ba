#include "net/strict.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace shopbell {
namespace {

using Found = std::optional<Refusal>;

constexpr auto token_chars = [] {
  std::array<bool, 256> ok{};
  for (unsigned c = '0'; c <= '9'; ++c) ok[c] = true;
  for (unsigned c = 'a'; c <= 'z'; ++c) ok[c] = ok[c - 32] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) ok[static_cast<unsigned char>(c)] = true;
  return ok;
}();

// RFC 3986's characters of a path and a query, and the brackets that every form library sends unescaped.
constexpr auto target_chars = [] {
  std::array<bool, 256> ok{};
  for (unsigned c = 0x21; c < 0x7f; ++c) ok[c] = true;
  for (const char c : std::string_view("#\"<>\\^`{|}")) ok[static_cast<unsigned char>(c)] = false;
  return ok;
}();

constexpr auto value_chars = [] {
  std::array<bool, 256> ok{};
  for (unsigned c = 0x20; c < 256; ++c) ok[c] = c != 0x7f;
  ok['\t'] = true;
  return ok;
}();

bool all_of(std::string_view text, const std::array<bool, 256>& ok) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return ok[static_cast<unsigned char>(c)]; });
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_hex(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }
bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Each percent sign is followed by two hex digits.
bool escapes_ok(std::string_view text) {
  for (auto at = text.find('%'); at != text.npos; at = text.find('%', at + 1))
    if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) return false;
  return true;
}

bool port_ok(std::string_view port) {
  if (port.empty() || port.size() > 5 || !all_digits(port)) return false;
  std::uint32_t number = 0;
  for (const char c : port) number = number * 10 + static_cast<std::uint32_t>(c - '0');
  return number <= 65535;
}

// A name, an IPv4 address or a bracketed IPv6 address, and perhaps a port. No user, no escapes.
bool host_ok(std::string_view host) {
  if (host.empty()) return false;
  std::size_t end = 0;
  if (host.front() == '[') {
    end = host.find(']');
    if (end == host.npos || end == 1) return false;
    const auto inner = host.substr(1, end - 1);
    if (!std::all_of(inner.begin(), inner.end(), [](char c) { return is_hex(c) || c == ':' || c == '.'; }))
      return false;
    ++end;
  } else {
    const auto in_name = [](char c) {
      return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '.' || c == '_';
    };
    while (end < host.size() && in_name(host[end])) ++end;
    if (end == 0) return false;
  }
  return end == host.size() || (host[end] == ':' && port_ok(host.substr(end + 1)));
}

// Sets `minor` to 0 or 1.
Found check_version(std::string_view version, int& minor) {
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) || version[6] != '.' ||
      !is_digit(version[7]))
    return Refusal{400, "bad_request_line",
                   "the request line is not: method, one space, target, one space, HTTP version"};
  minor = version[7] - '0';
  if (version[5] != '1' || minor > 1)
    return Refusal{505, "unsupported_version", "HTTP/1.1 and HTTP/1.0 are spoken here"};
  return {};
}

Found check_request_line(std::string_view line, int& minor) {
  if (line.size() > request_line_bytes_max)
    return Refusal{414, "target_too_long", "the request line is longer than its limit"};
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == line.npos || first == last)
    return Refusal{400, "bad_request_line",
                   "the request line is not: method, one space, target, one space, HTTP version"};
  const auto method = line.substr(0, first);
  const auto target = line.substr(first + 1, last - first - 1);
  if (!is_token(method)) return Refusal{400, "bad_method", "the method is not a token"};
  if (auto found = check_version(line.substr(last + 1), minor)) return found;
  if (target == "*" && method == "OPTIONS") return {};
  if (target.empty() || target.front() != '/')
    return Refusal{400, "bad_target", "the request target must be a path that begins with /"};
  if (!all_of(target, target_chars) || !escapes_ok(target))
    return Refusal{400, "bad_target", "the request target holds a character that must be percent-encoded"};
  return {};
}

// What decides where the body ends and whom the request is for, gathered over all fields.
struct Framing {
  int minor = 1;
  int hosts = 0, lengths = 0, encodings = 0;
  std::string_view encoding;
};

Found check_transfer_encoding(const Framing& framing) {
  if (framing.encodings == 0) return {};
  if (framing.encodings > 1) return Refusal{400, "bad_transfer_encoding", "more than one Transfer-Encoding"};
  if (framing.lengths > 0)
    return Refusal{400, "bad_transfer_encoding", "Transfer-Encoding together with Content-Length"};
  if (framing.minor == 0) return Refusal{400, "bad_transfer_encoding", "Transfer-Encoding in HTTP/1.0"};
  const auto coding = framing.encoding;
  if (same_ignoring_case(coding, "chunked")) return {};
  const auto comma = coding.rfind(',');
  const bool ends_chunked =
      comma != coding.npos && same_ignoring_case(trimmed(coding.substr(comma + 1)), "chunked");
  // RFC 9112: where chunked is not last the body has no end (400); where it is, the rest is unknown here
  // (501).
  const auto others = coding.substr(0, comma == coding.npos ? 0 : comma);
  if (ends_chunked && is_token(trimmed(others)) && !same_ignoring_case(trimmed(others), "chunked"))
    return Refusal{501, "unknown_transfer_coding", "of the transfer codings only chunked is known"};
  return Refusal{400, "bad_transfer_encoding", "Transfer-Encoding must be exactly: chunked"};
}

Found check_field(std::string_view name, std::string_view value, Framing& framing) {
  if (same_ignoring_case(name, "Host")) {
    if (++framing.hosts > 1) return Refusal{400, "bad_host", "more than one Host"};
    if (!host_ok(value)) return Refusal{400, "bad_host", "Host is no host name or address"};
  } else if (same_ignoring_case(name, "Content-Length")) {
    if (++framing.lengths > 1) return Refusal{400, "bad_content_length", "more than one Content-Length"};
    if (value.empty() || value.size() > 18 || !all_digits(value))
      return Refusal{400, "bad_content_length", "Content-Length must be digits only"};
  } else if (same_ignoring_case(name, "Transfer-Encoding")) {
    ++framing.encodings;
    framing.encoding = value;
  } else if (same_ignoring_case(name, "Expect") && framing.minor == 1 &&
             !same_ignoring_case(value, "100-continue")) {
    return Refusal{417, "expectation_failed", "the only expectation that can be met is 100-continue"};
  }
  return {};
}

Found check_line(std::string_view line, Framing& framing) {
  if (line.front() == ' ' || line.front() == '\t')
    return Refusal{400, "folded_header", "a header may not go on in a further line"};
  const auto colon = line.find(':');
  if (colon == line.npos) return Refusal{400, "bad_header", "a header line without a colon"};
  if (!is_token(line.substr(0, colon))) return Refusal{400, "bad_header", "a header's name is not a token"};
  const auto value = line.substr(colon + 1);
  if (!is_field_value(value)) return Refusal{400, "bad_header", "a header's value holds a control character"};
  return check_field(line.substr(0, colon), trimmed(value), framing);
}

}  // namespace

bool is_token(std::string_view text) { return !text.empty() && all_of(text, token_chars); }
bool is_field_value(std::string_view text) { return all_of(text, value_chars); }
bool chunk_extension_ok(std::string_view extension) { return is_field_value(extension); }

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

HeadScan scan_head(std::string_view bytes, std::size_t seen) {
  if (bytes.empty()) return {};
  if (!token_chars[static_cast<unsigned char>(bytes.front())])
    return {0, Refusal{400, "bad_request_line", "the request does not begin with a method"}};
  for (auto at = bytes.find('\n', seen); at != bytes.npos; at = bytes.find('\n', at + 1)) {
    if (at == 0 || bytes[at - 1] != '\r')
      return {0, Refusal{400, "bad_line_end", "a line ends without CR LF"}};
    if (at >= 3 && bytes[at - 2] == '\n') return {at + 1};
  }
  return {};
}

std::optional<Refusal> check_head(std::string_view head) {
  const Refusal unfinished{400, "bad_line_end", "a line ends without CR LF"};
  Framing framing;
  std::size_t lines = 0;
  while (true) {
    const auto end = head.find("\r\n");
    if (end == head.npos) return unfinished;
    const auto line = head.substr(0, end);
    head.remove_prefix(end + 2);
    if (lines > 0 && line.empty()) break;
    // A lone CR or LF is a control character: the checks of the line and of the value refuse it.
    if (auto found = lines == 0 ? check_request_line(line, framing.minor) : check_line(line, framing))
      return found;
    if (lines++ > fields_max) return Refusal{431, "too_many_headers", "more headers than the limit"};
  }
  if (!head.empty()) return unfinished;
  if (framing.hosts == 0 && framing.minor == 1) return Refusal{400, "bad_host", "HTTP/1.1 needs a Host"};
  return check_transfer_encoding(framing);
}

}  // namespace shopbell
