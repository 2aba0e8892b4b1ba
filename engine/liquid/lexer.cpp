#include "liquid/lexer.h"

#include "base/utf8.h"

namespace shopbell::liquid {
namespace {

using Kind = Token::Kind;

std::size_t string_length(std::string_view text) {
  const std::size_t close = text.find(text.front(), 1);
  return close == std::string_view::npos ? 0 : close + 1;
}

std::size_t number_length(std::string_view text) {
  std::size_t i = text.front() == '-' ? 1 : 0;
  while (i < text.size() && is_digit(text[i])) ++i;
  if (i + 1 < text.size() && text[i] == '.' && is_digit(text[i + 1])) {
    ++i;
    while (i < text.size() && is_digit(text[i])) ++i;
  }
  return i;
}

std::size_t id_length(std::string_view text) {
  std::size_t i = 1;
  while (i < text.size() && (is_word(text[i]) || text[i] == '-')) ++i;
  if (i < text.size() && text[i] == '?') ++i;
  return i;
}

struct Found {
  Kind kind = Kind::end;
  std::size_t length = 0;  // 0: nothing begins so
};

Found comparison(std::string_view text) {
  const char next = text.size() > 1 ? text[1] : '\0';
  switch (text.front()) {
    case '=':
    case '!': return {Kind::comparison, next == '=' ? 2u : 0u};
    case '<': return {Kind::comparison, next == '=' || next == '>' ? 2u : 1u};
    default: return {Kind::comparison, next == '=' ? 2u : 1u};
  }
}

Found find(std::string_view text, Kind before) {
  const char c = text.front();
  if (is_letter(c) || c == '_') {
    const std::size_t length = id_length(text);
    const bool contains = text.substr(0, length) == "contains" && before != Kind::dot;
    return {contains ? Kind::comparison : Kind::id, length};
  }
  if (is_digit(c)) return {Kind::number, number_length(text)};
  switch (c) {
    case '\'':
    case '"': return {Kind::string, string_length(text)};
    case '-': return text.size() > 1 && is_digit(text[1]) ? Found{Kind::number, number_length(text)} : Found{Kind::dash, 1};
    case '.': return text.size() > 1 && text[1] == '.' ? Found{Kind::dotdot, 2} : Found{Kind::dot, 1};
    case '=':
    case '!':
    case '<':
    case '>': return comparison(text);
    case '|': return {Kind::pipe, 1};
    case ':': return {Kind::colon, 1};
    case ',': return {Kind::comma, 1};
    case '[': return {Kind::open_square, 1};
    case ']': return {Kind::close_square, 1};
    case '(': return {Kind::open_round, 1};
    case ')': return {Kind::close_round, 1};
    case '?': return {Kind::question, 1};
    default: return {};
  }
}

}  // namespace

std::string_view kind_name(Kind kind) {
  static constexpr std::string_view names[] = {"id", "string", "number", "comparison", "dotdot", "dot", "pipe", "colon", "comma",
                                               "open_square", "close_square", "open_round", "close_round", "question", "dash", "junk", "end_of_string"};
  return names[static_cast<std::size_t>(kind)];
}

Lexed lex(std::string_view markup, std::uint32_t offset, bool lax) {
  Lexed result;
  const auto place = [&](std::size_t at, std::size_t length) {
    return Place{offset + static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(length)};
  };
  std::size_t i = 0;
  Kind before = Kind::end;
  while (true) {
    while (i < markup.size() && is_space(markup[i])) ++i;
    if (i == markup.size()) break;
    Found found = find(markup.substr(i), before);
    if (found.length == 0 && lax) found = {Kind::junk, 1};
    if (lax && found.kind == Kind::number && i + found.length < markup.size() && is_letter(markup[i + found.length]))
      found = {Kind::id, id_length(markup.substr(i))};  // {{ 123foo }}
    if (found.length == 0) {
      const std::string_view character = markup.substr(i, utf8_length(markup[i]));
      const bool quote = character == "\"" || character == "'";
      const Place at = place(i, character.size());
      result.error = Error{"syntax", "Unexpected character " + std::string(character),
                           quote ? "the text that begins here has no closing quote" : "", at.offset, at.length};
      break;
    }
    result.tokens.push_back({found.kind, markup.substr(i, found.length), place(i, found.length)});
    before = found.kind;
    i += found.length;
  }
  result.tokens.push_back({Kind::end, {}, place(markup.size(), 0)});
  return result;
}

}  // namespace shopbell::liquid
