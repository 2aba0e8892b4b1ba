#pragma once
// Source text into tokens, one at a time.

#include <shopbell/arena.h>
#include <shopbell/error.h>
#include <shopbell/value.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace shopbell::cel {

enum class TokenKind : std::uint8_t { end, identifier, quoted_identifier, number, text, symbol, wrong };

struct Token {
  TokenKind kind = TokenKind::end;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  std::string_view text;  // identifier (without its backticks) or symbol
  Value literal;          // number, text (string or bytes)

  bool is(std::string_view symbol) const { return kind == TokenKind::symbol && text == symbol; }
  bool is_word(std::string_view word) const { return kind == TokenKind::identifier && text == word; }
};

class Lexer {
 public:
  Lexer(std::string_view source, Arena& arena) : source_(source), arena_(arena) {}

  /// The next token; `wrong` when there is none to be made of what follows: error() says why.
  Token next();
  const Error& error() const { return error_; }
  /// The number that starts at the next byte, with a minus before it: -9223372036854775808 has no
  /// positive form. Asked right behind a "-" token.
  std::optional<Token> negative_number(std::uint32_t minus_offset);

 private:
  void skip_space();
  Token make(TokenKind kind, std::size_t begin) const;
  Token wrong(std::string code, std::string message, std::size_t begin, std::size_t end);
  Token number(bool negative);
  Token integer(std::string_view digits, int base, bool negative, std::size_t begin);
  Token real(std::string_view digits, bool negative, std::size_t begin);
  Token identifier();
  Token quoted_identifier();
  Token symbol();
  Token quoted(std::size_t prefix, bool raw, bool bytes);
  std::optional<Token> escape(std::string& to, bool bytes);
  std::optional<Token> code_point_escape(std::string& to, std::size_t begin, std::size_t digits, int base,
                                         bool as_byte);

  char at(std::size_t i) const { return i < source_.size() ? source_[i] : '\0'; }

  std::string_view source_;
  Arena& arena_;
  std::size_t at_ = 0;
  Error error_;
};

}  // namespace shopbell::cel
