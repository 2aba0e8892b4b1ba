#include "net/mime.h"

#include "base/time.h"
#include "base/utf8.h"

#include <algorithm>
#include <vector>

namespace shopbell {
namespace {

constexpr std::size_t line_max = 76;
constexpr std::size_t word_bytes_max = 39;  // of UTF-8 in one encoded word: 52 in base64, 64 with its frame

bool is_printable(char c) { return c >= ' ' && c <= '~'; }
bool all_printable(std::string_view text) { return std::all_of(text.begin(), text.end(), is_printable); }

// No code point is divided between two words (RFC 2047, section 5).
std::vector<std::string> encoded_words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    std::size_t length = 0;
    while (length < text.size()) {
      const auto next = std::min(utf8_length(text[length]), text.size() - length);
      if (length + next > word_bytes_max) break;
      length += next;
    }
    words.push_back("=?UTF-8?B?" + to_base64(text.substr(0, length)) + "?=");
    text.remove_prefix(length);
  }
  return words;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] != ' ') continue;
    words.emplace_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  return words;
}

void append_folded(std::string& to, std::string_view name, const std::vector<std::string>& words) {
  to.append(name).append(":");
  std::size_t column = name.size() + 1;
  for (const auto& word : words) {
    // A line of nothing but spaces would be lost: only a word that has letters begins a line.
    if (!word.empty() && column + 1 + word.size() > line_max) {
      to.append("\r\n");
      column = 0;
    }
    to.append(" ").append(word);
    column += 1 + word.size();
  }
  to.append("\r\n");
}

bool needs_encoding(std::string_view text) {
  if (!all_printable(text) || text.find("=?") != text.npos) return true;
  // Spaces at the ends or in a row may be lost in folding; a word that fits no line cannot be folded.
  if (text.starts_with(' ') || text.ends_with(' ') || text.find("  ") != text.npos) return true;
  const auto words = words_of(text);
  return std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return word.size() > line_max - 20; });
}

}  // namespace

void append_text_header(std::string& to, std::string_view name, std::string_view words) {
  append_folded(to, name, needs_encoding(words) ? encoded_words(words) : words_of(words));
}

void append_plain_header(std::string& to, std::string_view name, std::string_view value) {
  append_folded(to, name, words_of(value));
}

std::string display_name(std::string_view name) {
  if (name.empty()) return {};
  if (needs_encoding(name)) {
    std::string all;
    for (const auto& word : encoded_words(name)) all += (all.empty() ? "" : " ") + word;
    return all;
  }
  const auto is_plain = [](char c) {
    return c == ' ' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           c == '-' || c == '\'';
  };
  if (std::all_of(name.begin(), name.end(), is_plain)) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

void append_quoted_printable(std::string& to, std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n' || c == '\r') {
      if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
      to.append("\r\n");
      column = 0;
      continue;
    }
    const bool ends_line = i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r';
    const bool is_soft = (c == ' ' || c == '\t') && !ends_line;
    const bool at_risk = column == 0 && (c == '.' || text.substr(i, 5) == "From ");
    const bool is_literal = (is_soft || (c > ' ' && c <= '~' && c != '=')) && !at_risk;
    // The last column is the soft line break's.
    if (column + (is_literal ? 1 : 3) > line_max - 1) {
      to.append("=\r\n");
      column = 0;
      --i;
      continue;
    }
    if (is_literal) {
      to += c;
      ++column;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      to += {'=', hex[byte >> 4], hex[byte & 15]};
      column += 3;
    }
  }
}

}  // namespace shopbell
