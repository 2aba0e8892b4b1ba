#pragma once
// The tokens of what stands between {{ }} or behind a tag's name.

#include "liquid/ast.h"

#include <string_view>
#include <vector>

namespace shopbell::liquid {

struct Token {
  enum class Kind : std::uint8_t {
    id, string, number, comparison, dotdot, dot, pipe, colon, comma, open_square, close_square,
    open_round, close_round, question, dash,
    junk,  // lax: a character that nothing begins with
    end,
  };
  Kind kind = Kind::end;
  std::string_view text;  // a string with its quotes
  Place place;
};

/// The name that error messages give to a kind: "close_round".
std::string_view kind_name(Token::Kind kind);

struct Lexed {
  std::vector<Token> tokens;  // the last is `end`
  std::optional<Error> error; // the first character that nothing begins with
};

/// `offset`: where `markup` stands in the template.
Lexed lex(std::string_view markup, std::uint32_t offset, bool lax = false);

inline bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

}  // namespace shopbell::liquid
