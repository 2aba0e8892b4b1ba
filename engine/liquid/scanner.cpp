#include "liquid/scanner.h"

#include "liquid/lexer.h"

namespace shopbell::liquid {
namespace {

constexpr auto npos = std::string_view::npos;

bool is_stripped(char c) { return is_space(c) || c == '\0'; }

// The length of a tag's name at the front: one '#' or a word.
std::size_t name_length(std::string_view text) {
  if (!text.empty() && text.front() == '#') return 1;
  std::size_t i = 0;
  while (i < text.size() && is_word(text[i])) ++i;
  return i;
}

}  // namespace

std::string_view strip_left(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && is_stripped(text[i])) ++i;
  return text.substr(i);
}

std::string_view strip_right(std::string_view text) {
  std::size_t n = text.size();
  while (n > 0 && is_stripped(text[n - 1])) --n;
  return text.substr(0, n);
}

bool is_blank(std::string_view text) {
  for (const char c : text)
    if (!is_space(c)) return false;
  return true;
}

Place Piece::name_place() const {
  if (name.empty()) return place();
  return {offset + static_cast<std::uint32_t>(name.data() - whole.data()), static_cast<std::uint32_t>(name.size())};
}

Piece Scanner::take(std::size_t end, Piece::Kind kind) {
  Piece p;
  p.kind = kind;
  p.whole = text_.substr(at_, end - at_);
  p.offset = offset_ + static_cast<std::uint32_t>(at_);
  at_ = end;
  return p;
}

std::optional<Piece> Scanner::next() {
  if (at_ >= text_.size()) return std::nullopt;
  if (lines_) return next_line();
  const std::string_view rest = text_.substr(at_);
  if (rest.starts_with("{%")) return take_tag(at_ + 2);
  if (rest.starts_with("{{")) return take_output();
  std::size_t end = text_.find('{', at_);
  while (end != npos && (end + 1 >= text_.size() || (text_[end + 1] != '%' && text_[end + 1] != '{'))) end = text_.find('{', end + 1);
  return take(end == npos ? text_.size() : end, Piece::Kind::text);
}

// An output ends at the first }}; a {% before that makes the whole a tag that is not well-formed,
// as it is in Shopify's tokenizer.
Piece Scanner::take_output() {
  std::size_t i = at_ + 2;
  for (; i + 1 < text_.size(); ++i) {
    if (text_[i] == '}' && text_[i + 1] == '}') break;
    if (text_[i] == '{' && text_[i + 1] == '%') return take_tag(i + 2);
  }
  if (i + 1 >= text_.size()) return take(text_.size(), Piece::Kind::unterminated);
  Piece p = take(i + 2, Piece::Kind::output);
  std::size_t first = 2;
  std::size_t last = p.whole.size() - 2;
  if (p.whole[first] == '-') p.trim_before = true;
  if (p.whole[last - 1] == '-') p.trim_after = true;
  if (p.trim_before) ++first;
  if (p.trim_after && last > first) --last;
  p.markup = p.whole.substr(first, last > first ? last - first : 0);
  p.markup_offset = p.offset + static_cast<std::uint32_t>(first);
  return p;
}

Piece Scanner::take_tag(std::size_t search_from) {
  const std::size_t close = text_.find("%}", search_from);
  if (close == npos) return take(text_.size(), Piece::Kind::unterminated);
  Piece p = take(close + 2, Piece::Kind::tag);
  read_tag(p);
  return p;
}

void Scanner::read_tag(Piece& p) const {
  if (!p.whole.starts_with("{%")) {
    p.kind = Piece::Kind::unterminated;
    return;
  }
  std::size_t first = 2;
  std::size_t last = p.whole.size() - 2;
  p.trim_before = p.whole[first] == '-';
  p.trim_after = p.whole[last - 1] == '-';
  if (p.trim_before) ++first;
  if (p.trim_after && last > first) --last;
  if (last < first) last = first;
  while (first < last && is_space(p.whole[first])) ++first;
  const std::size_t length = name_length(p.whole.substr(first, last - first));
  if (length == 0) {
    p.kind = Piece::Kind::nameless;
    return;
  }
  p.name = p.whole.substr(first, length);
  first += length;
  while (first < last && is_space(p.whole[first])) ++first;
  p.markup = p.whole.substr(first, last - first);
  p.markup_offset = p.offset + static_cast<std::uint32_t>(first);
}

std::optional<Piece> Scanner::next_line() {
  while (at_ < text_.size()) {
    std::size_t end = text_.find('\n', at_);
    if (end == npos) end = text_.size();
    Piece p = take(end, Piece::Kind::tag);
    if (at_ < text_.size()) ++at_;
    const std::string_view line = strip_left(p.whole);
    if (line.empty()) continue;
    const auto indent = static_cast<std::uint32_t>(p.whole.size() - line.size());
    const std::size_t length = name_length(line);
    p.whole = line;
    p.offset += indent;
    p.name = line.substr(0, length);
    p.markup = strip_left(line.substr(length));
    p.markup_offset = p.offset + static_cast<std::uint32_t>(p.markup.data() - line.data());
    if (length == 0) p.kind = Piece::Kind::nameless;
    return p;
  }
  return std::nullopt;
}

std::optional<Piece> Scanner::skip_to_tag(std::string_view name, std::string_view& body) {
  const std::size_t begin = at_;
  if (lines_) return std::nullopt;
  std::size_t from = at_;  // behind the tag that was looked at last
  for (std::size_t close = text_.find("%}", from); close != npos; close = text_.find("%}", from)) {
    // Of several {% before one %} the last that a name follows counts.
    for (std::size_t open = text_.rfind("{%", close); open != npos && open >= from; open = open == 0 ? npos : text_.rfind("{%", open - 1)) {
      std::string_view inside = text_.substr(open + 2, close - open - 2);
      if (inside.starts_with('-')) inside.remove_prefix(1);
      inside = strip_left(inside);
      const std::string_view found = inside.substr(0, name_length(inside));
      if (found.empty()) continue;
      if (found != name) break;
      at_ = open;
      body = text_.substr(begin, open - begin);
      return take_tag(open + 2);
    }
    from = close + 2;
  }
  return std::nullopt;
}

}  // namespace shopbell::liquid
