// Expressions of old templates. Shopify's lax parser looked for names and brackets in whatever stood
// together, and overlooked all else: `foo=>bar` is foo.bar, `.5` is the variable named 5.

#include "liquid/markup.h"

#include <algorithm>

namespace shopbell::liquid {
namespace {

using Kind = Token::Kind;

// What stands together: up to white space or what ends an expression; a text in quotes belongs to it.
std::size_t fragment_length(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && !is_space(text[i]) && std::string_view(",|:").find(text[i]) == std::string_view::npos) {
    const bool quote = text[i] == '\'' || text[i] == '"';
    const std::size_t close = quote ? text.find(text[i], i + 1) : i;
    if (close == std::string_view::npos) break;
    i = close + 1;
  }
  return i;
}

std::size_t word_length(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && (is_word(text[i]) || text[i] == '-')) ++i;
  if (i > 0 && i < text.size() && text[i] == '?') ++i;
  return i;
}

// For each [ the length up to its ]; 0: it has none.
std::vector<std::size_t> bracket_lengths(std::string_view text) {
  std::vector<std::size_t> lengths(text.size(), 0), open;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[') open.push_back(i);
    if (text[i] != ']' || open.empty()) continue;
    lengths[open.back()] = i + 1 - open.back();
    open.pop_back();
  }
  return lengths;
}

// Names, and brackets with what is in them, in their order.
std::vector<std::string_view> pieces_of(std::string_view fragment) {
  std::vector<std::string_view> pieces;
  const std::vector<std::size_t> brackets = bracket_lengths(fragment);
  for (std::size_t i = 0; i < fragment.size();) {
    const std::size_t length = fragment[i] == '[' ? brackets[i] : word_length(fragment.substr(i));
    if (length > 0) pieces.push_back(fragment.substr(i, length));
    i += std::max<std::size_t>(length, 1);
  }
  return pieces;
}

}  // namespace

Expression Markup::scanned(const Token& from) {
  Expression e;
  e.place = from.place;
  const std::string_view fragment = text_.substr(from.place.offset - offset_, fragment_length(text_.substr(from.place.offset - offset_)));
  const bool nothing = from.kind == Kind::end || from.kind == Kind::pipe || from.kind == Kind::comma;
  if (fragment.empty() && !nothing) ++at_;  // a quote that is never closed
  while (!at_end() && peek().place.offset < from.place.offset + fragment.size()) ++at_;
  const auto inside = [&](std::string_view piece) {
    const std::string_view text = piece.substr(1, piece.size() - 2);
    Markup markup(state_, text, offset_ + static_cast<std::uint32_t>(text.data() - text_.data()));
    return std::make_unique<Expression>(markup.expression());
  };
  for (const std::string_view piece : pieces_of(fragment)) {
    const bool bracket = piece.front() == '[';
    if (e.kind == Expression::Kind::literal) {
      e.kind = Expression::Kind::path;
      if (bracket) e.root_at = inside(piece);
      else e.root = Name(piece);
      continue;
    }
    Step step;
    if (bracket) step.at = inside(piece);
    else step.name = Name(piece);
    step.command = piece == "size" || piece == "first" || piece == "last";
    e.steps.push_back(std::move(step));
  }
  return e;
}

Expression Markup::path_or_scanned(const Token& root) {
  const std::size_t start = at_;
  Expression e = path(root);
  if (!lax() || !look(Kind::junk) || e.kind != Expression::Kind::path) return e;
  const Token& last = tokens_[at_ - 1];
  if (last.place.offset + last.place.length != peek().place.offset) return e;
  at_ = start;
  return scanned(root);
}

}  // namespace shopbell::liquid
