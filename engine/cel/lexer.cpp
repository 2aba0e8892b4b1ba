#include "cel/lexer.h"

#include "base/utf8.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

namespace shopbell::cel {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_word_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) { return is_word_start(c) || is_digit(c); }

// Letters that a backslash may stand before, and what they then mean.
constexpr std::string_view escape_letters = "abfnrtv\\?\"'`";
constexpr std::string_view escape_meanings = "\a\b\f\n\r\t\v\\?\"'`";

constexpr std::array<std::string_view, 6> long_symbols{"==", "!=", "<=", ">=", "&&", "||"};
constexpr std::string_view short_symbols = "+-*/%<>!?:.,()[]{}";

}  // namespace

void Lexer::skip_space() {
  while (at_ < source_.size()) {
    const char c = source_[at_];
    if (c == '/' && at(at_ + 1) == '/') {
      while (at_ < source_.size() && source_[at_] != '\n') ++at_;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
      ++at_;
    } else {
      return;
    }
  }
}

Token Lexer::make(TokenKind kind, std::size_t begin) const {
  return {kind,
          static_cast<std::uint32_t>(begin),
          static_cast<std::uint32_t>(at_ - begin),
          source_.substr(begin, at_ - begin),
          {}};
}

Token Lexer::wrong(std::string code, std::string message, std::size_t begin, std::size_t end) {
  error_ = Error{std::move(code),
                 std::move(message),
                 {},
                 static_cast<std::uint32_t>(begin),
                 static_cast<std::uint32_t>(end - begin)};
  at_ = end;
  return make(TokenKind::wrong, begin);
}

Token Lexer::next() {
  skip_space();
  if (at_ == source_.size()) return make(TokenKind::end, at_);
  const char c = source_[at_];
  if (is_digit(c) || (c == '.' && is_digit(at(at_ + 1)))) return number(false);
  if (c == '"' || c == '\'') return quoted(0, false, false);
  if (c == '`') return quoted_identifier();
  if (is_word_start(c)) return identifier();
  return symbol();
}

Token Lexer::symbol() {
  const std::size_t begin = at_;
  for (const std::string_view s : long_symbols) {
    if (!source_.substr(at_).starts_with(s)) continue;
    at_ += 2;
    return make(TokenKind::symbol, begin);
  }
  if (short_symbols.find(source_[at_]) != std::string_view::npos) {
    ++at_;
    return make(TokenKind::symbol, begin);
  }
  const std::size_t end = std::min(source_.size(), begin + utf8_length(source_[begin]));
  const std::string_view what = source_.substr(begin, end - begin);
  std::string message =
      what == "=" ? "'=' compares nothing: write '=='" : fmt::format("'{}' has no meaning here", what);
  if (what == "&" || what == "|") message = fmt::format("write '{0}{0}'", what);
  return wrong("syntax", std::move(message), begin, end);
}

Token Lexer::identifier() {
  const std::size_t begin = at_;
  while (is_word(at(at_))) ++at_;
  const std::string_view word = source_.substr(begin, at_ - begin);
  const char quote = at(at_);
  if (word.size() <= 2 && (quote == '"' || quote == '\'')) {
    const bool raw = word.find_first_of("rR") != std::string_view::npos;
    const bool bytes = word.find_first_of("bB") != std::string_view::npos;
    if (word.size() == static_cast<std::size_t>(raw) + static_cast<std::size_t>(bytes))
      return quoted(word.size(), raw, bytes);
  }
  return make(TokenKind::identifier, begin);
}

Token Lexer::quoted_identifier() {
  const std::size_t begin = at_++;
  while (is_word(at(at_)) ||
         (at(at_) != '\0' && std::string_view(".-/ ").find(at(at_)) != std::string_view::npos))
    ++at_;
  if (at(at_) != '`' || at_ == begin + 1)
    return wrong("syntax", "a name in backticks has letters, digits, '_', '.', '-', '/' and spaces only",
                 begin, std::min(at_ + 1, source_.size()));
  ++at_;
  Token token = make(TokenKind::quoted_identifier, begin);
  token.text = source_.substr(begin + 1, at_ - begin - 2);
  return token;
}

std::optional<Token> Lexer::negative_number(std::uint32_t minus_offset) {
  skip_space();
  if (!is_digit(at(at_)) && !(at(at_) == '.' && is_digit(at(at_ + 1)))) return std::nullopt;
  Token token = number(true);
  token.length += token.offset - minus_offset;
  token.offset = minus_offset;
  return token;
}

Token Lexer::number(bool negative) {
  const std::size_t begin = at_;
  if (at(at_) == '0' && (at(at_ + 1) == 'x' || at(at_ + 1) == 'X') && is_hex(at(at_ + 2))) {
    at_ += 2;
    while (is_hex(at(at_))) ++at_;
    return integer(source_.substr(begin + 2, at_ - begin - 2), 16, negative, begin);
  }
  bool whole = true;
  while (is_digit(at(at_))) ++at_;
  if (at(at_) == '.' && is_digit(at(at_ + 1))) {
    whole = false;
    ++at_;
    while (is_digit(at(at_))) ++at_;
  }
  const std::size_t sign = at(at_ + 1) == '+' || at(at_ + 1) == '-' ? 2 : 1;
  if ((at(at_) == 'e' || at(at_) == 'E') && is_digit(at(at_ + sign))) {
    whole = false;
    at_ += sign;
    while (is_digit(at(at_))) ++at_;
  }
  const std::string_view digits = source_.substr(begin, at_ - begin);
  return whole ? integer(digits, 10, negative, begin) : real(digits, negative, begin);
}

Token Lexer::integer(std::string_view digits, int base, bool negative, std::size_t begin) {
  std::uint64_t magnitude = 0;
  const bool fits =
      std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base).ec == std::errc{};
  const bool is_unsigned = at(at_) == 'u' || at(at_) == 'U';
  if (is_unsigned) ++at_;
  if (is_word(at(at_))) return wrong("syntax", "a number runs into a name", begin, at_ + 1);
  if (is_unsigned && negative) return wrong("syntax", "an unsigned number has no minus", begin, at_);
  const std::uint64_t max =
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + (negative ? 1 : 0);
  if (!fits || (!is_unsigned && magnitude > max))
    return wrong("out_of_range", "the number does not fit in 64 bits", begin, at_);
  Token token = make(TokenKind::number, begin);
  if (is_unsigned)
    token.literal = Value(magnitude);
  else
    token.literal = Value(static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude));
  return token;
}

Token Lexer::real(std::string_view digits, bool negative, std::size_t begin) {
  double value = 0;
  // from_chars calls what is too small for a double out of range as well: strtod makes it 0.
  if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc{})
    value = std::strtod(std::string(digits).c_str(), nullptr);
  if (std::isinf(value)) return wrong("out_of_range", "the number does not fit in a double", begin, at_);
  if (is_word(at(at_))) return wrong("syntax", "a number runs into a name", begin, at_ + 1);
  Token token = make(TokenKind::number, begin);
  token.literal = Value(negative ? -value : value);
  return token;
}

Token Lexer::quoted(std::size_t prefix, bool raw, bool bytes) {
  const std::size_t begin = at_ - prefix;
  const char quote = source_[at_];
  const bool triple = at(at_ + 1) == quote && at(at_ + 2) == quote;
  const std::string_view ending = source_.substr(at_, triple ? 3 : 1);
  at_ += ending.size();
  std::string content;
  while (!source_.substr(at_).starts_with(ending)) {
    if (at_ == source_.size()) return wrong("syntax", "the text has no closing quote", begin, at_);
    const char c = source_[at_];
    if (!triple && (c == '\n' || c == '\r'))
      return wrong("syntax", "the text has no closing quote on its line", begin, at_);
    if (c == '\\' && !raw) {
      if (const auto failed = escape(content, bytes)) return *failed;
      continue;
    }
    content += c;
    ++at_;
  }
  at_ += ending.size();
  Token token = make(TokenKind::text, begin);
  token.literal = Value::of_text(bytes ? Kind::bytes : Kind::string, arena_.copy(content));
  return token;
}

std::optional<Token> Lexer::escape(std::string& to, bool bytes) {
  const std::size_t begin = at_++;
  const char c = at(at_);
  if (const std::size_t known = c == '\0' ? std::string_view::npos : escape_letters.find(c);
      known != std::string_view::npos) {
    to += escape_meanings[known];
    ++at_;
    return std::nullopt;
  }
  if (c == 'x' || c == 'X') return ++at_, code_point_escape(to, begin, 2, 16, bytes);
  if (c == 'u' && !bytes) return ++at_, code_point_escape(to, begin, 4, 16, false);
  if (c == 'U' && !bytes) return ++at_, code_point_escape(to, begin, 8, 16, false);
  if (c >= '0' && c <= '3') return code_point_escape(to, begin, 3, 8, bytes);
  return wrong("bad_escape", "a backslash that means nothing: write '\\\\' for the character itself", begin,
               std::min(at_ + 1, source_.size()));
}

std::optional<Token> Lexer::code_point_escape(std::string& to, std::size_t begin, std::size_t digits,
                                              int base, bool as_byte) {
  const std::string_view text = source_.substr(at_, digits);
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code, base);
  if (text.size() < digits || error != std::errc{} || end != text.data() + text.size())
    return wrong("bad_escape",
                 fmt::format("this escape needs {} {} digits", digits, base == 8 ? "octal" : "hexadecimal"),
                 begin, at_);
  at_ += digits;
  if (as_byte) {
    to += static_cast<char>(code);
    return std::nullopt;
  }
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
    return wrong("bad_escape", "no character has this number", begin, at_);
  append_utf8(to, code);
  return std::nullopt;
}

}  // namespace shopbell::cel
