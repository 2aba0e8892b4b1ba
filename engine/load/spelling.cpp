// Where each byte of a scalar's text stands in the file. yaml-cpp tells where a scalar begins, not
// how it is written; so it is read once more here, by the rules of YAML 1.2.2 chapters 7.3 and 8.1.
// The result is compared with the text that yaml-cpp gave: where they differ (which no known text
// does), the whole scalar is shown instead of a part of it.
#include "load/yaml.h"

#include "base/utf8.h"

#include <algorithm>
#include <string>

namespace shopbell::yaml {
namespace {

struct Spelling {
  std::string text;
  std::vector<std::uint32_t> from;  // one for each byte of text

  void add(char c, std::size_t at) {
    text += c;
    from.push_back(static_cast<std::uint32_t>(at));
  }
  void add(std::string_view piece, std::size_t at) {
    for (const char c : piece) add(c, at);
  }
  void drop_trailing_blanks(std::size_t keep) {
    while (text.size() > keep && (text.back() == ' ' || text.back() == '\t')) {
      text.pop_back();
      from.pop_back();
    }
  }
};

bool is_break(char c) { return c == '\n' || c == '\r'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::size_t behind_break(std::string_view s, std::size_t at) { return at + (s.substr(at).starts_with("\r\n") ? 2 : 1); }

std::size_t skip_blanks(std::string_view s, std::size_t at) {
  while (at < s.size() && is_blank(s[at])) ++at;
  return at;
}

// Line folding in flow scalars: `at` is a line break; the result is the first byte of the next line's text.
std::size_t fold(std::string_view s, std::size_t at, Spelling& to) {
  const std::size_t first = at;
  at = skip_blanks(s, behind_break(s, at));
  if (at >= s.size() || !is_break(s[at])) {
    to.add(' ', first);
    return at;
  }
  while (at < s.size() && is_break(s[at])) {
    to.add('\n', at);
    at = skip_blanks(s, behind_break(s, at));
  }
  return at;
}

std::size_t escape(std::string_view s, std::size_t at, Spelling& to) {
  const char c = at + 1 < s.size() ? s[at + 1] : '\0';
  constexpr std::string_view names = "0abtnvfre \"/\\N_LP\t";
  constexpr std::string_view simple("\0\a\b\t\n\v\f\r\x1b \"/\\", 13);
  if (c == 'x' || c == 'u' || c == 'U') {
    const std::size_t count = c == 'x' ? 2 : c == 'u' ? 4 : 8;
    char32_t code = 0;
    for (const char digit : s.substr(std::min(at + 2, s.size()), count)) {
      const char low = static_cast<char>(digit | 0x20);
      code = code * 16 + static_cast<char32_t>(low >= 'a' ? low - 'a' + 10 : digit - '0');
    }
    std::string piece;
    append_utf8(piece, code);
    to.add(piece, at);
    return at + 2 + count;
  }
  const std::size_t which = names.find(c);
  if (which < simple.size()) to.add(simple[which], at);
  else if (c == 'N') to.add("\xc2\x85", at);
  else if (c == '_') to.add("\xc2\xa0", at);
  else if (c == 'L') to.add("\xe2\x80\xa8", at);
  else if (c == 'P') to.add("\xe2\x80\xa9", at);
  else if (c == '\t') to.add('\t', at);
  return at + 2;
}

void read_double_quoted(std::string_view s, std::size_t at, Spelling& to) {
  std::size_t keep = 0;  // blanks that an escape wrote stay
  while (at < s.size() && s[at] != '"') {
    if (s[at] == '\\' && at + 1 < s.size() && is_break(s[at + 1])) {
      at = skip_blanks(s, behind_break(s, at + 1));
      while (at < s.size() && is_break(s[at])) {
        to.add('\n', at);
        at = skip_blanks(s, behind_break(s, at));
      }
      keep = to.text.size();
    } else if (s[at] == '\\') {
      at = escape(s, at, to);
      keep = to.text.size();
    } else if (is_break(s[at])) {
      to.drop_trailing_blanks(keep);
      at = fold(s, at, to);
      keep = to.text.size();
    } else {
      to.add(s[at], at);
      ++at;
    }
  }
}

void read_single_quoted(std::string_view s, std::size_t at, Spelling& to) {
  while (at < s.size()) {
    if (s[at] == '\'') {
      if (at + 1 >= s.size() || s[at + 1] != '\'') return;
      to.add('\'', at);
      at += 2;
    } else if (is_break(s[at])) {
      to.drop_trailing_blanks(0);
      at = fold(s, at, to);
    } else {
      to.add(s[at], at);
      ++at;
    }
  }
}

// Where a plain scalar ends depends on what stands around it; its length is known from the text.
void read_plain(std::string_view s, std::size_t at, std::size_t length, Spelling& to) {
  while (at < s.size() && to.text.size() < length) {
    if (is_break(s[at])) {
      to.drop_trailing_blanks(0);
      at = fold(s, at, to);
    } else {
      to.add(s[at], at);
      ++at;
    }
  }
}

struct BlockLine {
  std::size_t start, end;  // without indentation and line break
  bool empty, more;        // more: begins with a blank, so that it is not folded
};

std::vector<BlockLine> block_lines(std::string_view s, std::size_t at, std::size_t indent) {
  std::vector<BlockLine> lines;
  while (at < s.size()) {
    std::size_t text = at;
    while (text < s.size() && s[text] == ' ' && (indent == 0 || text - at < indent)) ++text;
    const std::size_t end = std::min(s.find_first_of("\r\n", at), s.size());
    if (text < end && indent == 0) indent = text - at;
    if (text < end && text - at < indent) break;
    if (text >= end && indent != 0 && text - at < indent) text = end;
    const bool empty = text >= end;
    lines.push_back({empty ? end : text, end, empty, !empty && is_blank(s[text])});
    if (end >= s.size()) break;
    at = behind_break(s, end);
  }
  return lines;
}

// The header of a block scalar, then its lines. `parent` is not known: an explicit indentation is
// relative to it, so it is taken from the first line that is not empty, less what that line has more.
void read_block(std::string_view s, std::size_t at, std::string_view expected, Spelling& to) {
  const bool folded = s[at] == '>';
  const std::size_t header_end = std::min(s.find_first_of("\r\n", at), s.size());
  const std::string_view header = s.substr(at, std::min(header_end, s.find(" #", at)) - at);
  if (header_end >= s.size()) return;
  std::size_t indent = 0;
  const std::size_t first = behind_break(s, header_end);
  if (header.find_first_of("123456789") != std::string_view::npos) {
    const std::size_t blanks = std::min(s.find_first_not_of(' ', first), s.size()) - first;
    const std::size_t leading = std::min(expected.find_first_not_of(' '), expected.size());
    indent = blanks > leading ? blanks - leading : 0;
  }
  std::vector<std::size_t> breaks;  // since the last line with text
  bool begun = false, more = false;
  for (const BlockLine& line : block_lines(s, first, indent)) {
    if (!line.empty) {
      const bool folds = folded && begun && !more && !line.more;
      if (folds && breaks.size() == 1) to.add(' ', breaks[0]);
      else
        for (std::size_t i = folds ? 1 : 0; i < breaks.size(); ++i) to.add('\n', breaks[i]);
      for (std::size_t i = line.start; i < line.end; ++i) to.add(s[i], i);
      breaks.clear();
      begun = true;
      more = line.more;
    }
    breaks.push_back(line.end);
  }
  for (const std::size_t at_break : breaks) to.add('\n', at_break);
}

Spelling read(const Node& node, std::string_view source) {
  Spelling to;
  const std::size_t at = node.offset;
  if (at >= source.size()) return to;
  if (node.plain) read_plain(source, at, node.text.size(), to);
  else if (source[at] == '"') read_double_quoted(source, at + 1, to);
  else if (source[at] == '\'') read_single_quoted(source, at + 1, to);
  else if (source[at] == '|' || source[at] == '>') read_block(source, at, node.text, to);
  else read_plain(source, at, node.text.size(), to);  // tagged !!str
  return to;
}

}  // namespace

std::vector<std::uint32_t> spelling_of(const Node& node, std::string_view source) {
  Spelling spelling = read(node, source);
  // A block scalar's chomping only takes line breaks off the end.
  if (spelling.text.starts_with(node.text))
    spelling.from.resize(node.text.size() + 1 <= spelling.from.size() ? node.text.size() + 1 : node.text.size());
  else spelling.from.assign(node.text.size(), node.offset);
  if (spelling.from.size() == node.text.size()) {
    const std::uint32_t last = spelling.from.empty() ? node.offset : spelling.from.back();
    const std::uint32_t step =
        last < source.size() && !node.text.empty() ? static_cast<std::uint32_t>(utf8_length(source[last])) : 0;
    spelling.from.push_back(
        std::min(last + (source.substr(std::min<std::size_t>(last, source.size())).starts_with("''") ? 2 : step),
                 static_cast<std::uint32_t>(source.size())));
  }
  return spelling.from;
}

Place place_within(const Node& node, std::string_view source, std::uint32_t offset, std::uint32_t length) {
  const std::vector<std::uint32_t> from = spelling_of(node, source);
  const std::size_t first = std::min<std::size_t>(offset, from.size() - 1);
  const std::size_t last = std::min<std::size_t>(first + length, from.size() - 1);
  return {from[first], std::max(1u, from[last] - from[first])};
}

Place place_of(const Node& node, std::string_view source) {
  if (node.is_map() && !node.entries.empty() && node.entries.front().key->is_scalar())
    return place_of(*node.entries.front().key, source);
  if (!node.is_scalar() || node.offset >= source.size()) return {node.offset, 1};
  if (!node.plain && (source[node.offset] == '|' || source[node.offset] == '>')) return {node.offset, 1};
  const std::vector<std::uint32_t> from = spelling_of(node, source);
  std::uint32_t end = from.back();
  if (!node.plain && end < source.size() && (source[end] == '"' || source[end] == '\'')) ++end;
  const auto line_end = static_cast<std::uint32_t>(std::min(source.find('\n', node.offset), source.size()));
  return {node.offset, std::max(1u, std::min(end, line_end) - node.offset)};
}

}  // namespace shopbell::yaml
