#include "base/html_text.h"

#include <shopbell/text.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace shopbell {
namespace {

constexpr std::array<std::string_view, 6> hidden{"style", "script", "head", "title", "blockquote", "template"};
constexpr std::array<std::string_view, 16> blocks{"br", "p", "div", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "section"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> entities{
    {{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}, {"nbsp", " "}, {"euro", "€"}, {"rsquo", "’"}, {"lsquo", "‘"}, {"ldquo", "“"}, {"rdquo", "”"}, {"hellip", "…"}}};

template <class List>
bool has(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

void append_utf8(std::string& to, std::uint32_t code) {
  const auto byte = [&](std::uint32_t b) { to += static_cast<char>(b); };
  if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return;
  if (code < 0x80) return byte(code);
  if (code < 0x800) return byte(0xc0 | code >> 6), byte(0x80 | (code & 0x3f));
  if (code < 0x10000) return byte(0xe0 | code >> 12), byte(0x80 | (code >> 6 & 0x3f)), byte(0x80 | (code & 0x3f));
  byte(0xf0 | code >> 18), byte(0x80 | (code >> 12 & 0x3f)), byte(0x80 | (code >> 6 & 0x3f)), byte(0x80 | (code & 0x3f));
}

/// Takes the entity at the beginning of `rest`, which has its "&"; what is none is taken as it is.
void take_entity(std::string_view& rest, std::string& to) {
  const std::size_t end = rest.substr(0, 12).find(';');
  const std::string_view name = end == std::string_view::npos ? std::string_view() : rest.substr(1, end - 1);
  std::uint32_t code = 0;
  if (name.starts_with('#')) {
    const bool hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
    const std::string_view digits = name.substr(hex ? 2 : 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
  }
  const auto known = std::find_if(entities.begin(), entities.end(), [&](const auto& e) { return e.first == name; });
  if (code == 0 && known == entities.end()) {
    to += '&';
    rest.remove_prefix(1);
    return;
  }
  if (code != 0) append_utf8(to, code == 0xa0 ? ' ' : code);
  else to += known->second;
  rest.remove_prefix(end + 1);
}

std::string tag_name(std::string_view tag) {
  std::string name;
  for (const char c : tag.substr(tag.starts_with('/') ? 1 : 0)) {
    if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9')) break;
    name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return name;
}

/// Lines without white space at their ends, at most one empty one between two.
std::string tidy(std::string_view text) {
  std::string made;
  std::size_t breaks = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && !made.empty()) made.append(std::min<std::size_t>(breaks, 2), '\n');
    if (!line.empty()) breaks = 0;
    ++breaks;
    made += line;
  }
  return made;
}

}  // namespace

std::string html_text(std::string_view html) {
  std::string made, within;
  std::size_t depth = 0;  // of the element that is left out
  while (!html.empty()) {
    const char c = html.front();
    if (html.starts_with("<!--")) {
      html.remove_prefix(std::min(html.find("-->", 4), html.size() - 3) + 3);
    } else if (c == '<' && html.size() > 1 && (html[1] == '/' || html[1] == '!' || is_letter(html[1]))) {
      const std::size_t end = std::min(html.find('>'), html.size() - 1);
      const std::string_view tag = html.substr(1, end - 1);
      const std::string name = tag_name(tag);
      html.remove_prefix(end + 1);
      if (depth > 0 && name == within) depth = tag.starts_with('/') ? depth - 1 : depth + !tag.ends_with('/');
      else if (depth == 0 && has(hidden, name) && !tag.starts_with('/') && !tag.ends_with('/')) within = name, depth = 1;
      // Boxes that follow each other are lines; a paragraph and a break are told apart by an empty one.
      if (depth == 0 && has(blocks, name) && (name == "br" || name == "p" || !made.ends_with('\n'))) made += '\n';
    } else if (c == '&' && depth == 0) {
      take_entity(html, made);
    } else {
      if (depth == 0 && (c != '\n' && c != '\r' && c != '\t' && c != ' ')) made += c;
      else if (depth == 0 && !made.empty() && made.back() != ' ' && made.back() != '\n') made += ' ';
      html.remove_prefix(1);
    }
  }
  return tidy(made);
}

}  // namespace shopbell
