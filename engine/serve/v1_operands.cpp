// The values that decided a condition, out of the sentence that was noted of it.

#include "base/json.h"
#include "serve/v1_trace.h"

#include <algorithm>
#include <cctype>

namespace shopbell::v1 {
namespace {

constexpr std::string_view arrow = " \u2192 ";
constexpr std::size_t pieces_max = 300;

std::size_t piece_end(std::string_view text, std::size_t at) {
  const auto word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || (c & 0x80) != 0; };
  if (text[at] == '"' || text[at] == '\'') {
    for (std::size_t i = at + 1; i < text.size(); ++i) {
      if (text[i] == '\\') ++i;
      else if (text[i] == text[at]) return i + 1;
    }
    return text.size();
  }
  std::size_t end = at + 1;
  while (word(text[at]) && end < text.size() && word(text[end])) ++end;
  return end;
}

/// Words, numbers, quoted texts and signs, without the spaces between.
std::vector<std::string_view> pieces_of(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text[at] == ' ' || text[at] == '\n' ? at : piece_end(text, at);
    if (end > at) pieces.push_back(text.substr(at, end - at));
    at = std::max(end, at + 1);
  }
  return pieces;
}

std::string_view from_to(std::string_view first, std::string_view last) { return {first.data(), static_cast<std::size_t>(last.data() + last.size() - first.data())}; }

Value operand(std::string_view text, std::string_view value, Arena& arena) {
  const auto read = parse_json(value, arena);
  return make_map(arena, {{"text", arena.copy(text)}, {"value", read ? *read : Value(arena.copy(value))}});
}

/// What differs between the condition and the same with values in it, piece by piece: the longest common part stays.
void add_differences(std::string_view asked, std::string_view filled, ListBuilder& to, Arena& arena) {
  const auto a = pieces_of(asked), b = pieces_of(filled);
  if (a.size() > pieces_max || b.size() > pieces_max) return;
  std::vector<std::vector<std::size_t>> common(a.size() + 1, std::vector<std::size_t>(b.size() + 1, 0));
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;) common[i][j] = a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
  for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      ++i, ++j;
      continue;
    }
    const std::size_t i0 = i, j0 = j;
    while ((i < a.size() || j < b.size()) && !(i < a.size() && j < b.size() && a[i] == b[j])) {
      if (j >= b.size() || (i < a.size() && common[i + 1][j] >= common[i][j + 1])) ++i;
      else ++j;
    }
    if (i > i0 && j > j0) to.add(operand(from_to(a[i0], a[i - 1]), from_to(b[j0], b[j - 1]), arena));
  }
}

}  // namespace

Value operands_of(std::string_view explained, Arena& arena) {
  ListBuilder list(arena);
  while (!explained.empty()) {
    // Several that decided together stand apart by semicolons, each with its arrows.
    std::size_t end = explained.find("; ");
    while (end != std::string_view::npos && explained.substr(0, end).find(arrow) == std::string_view::npos) end = explained.find("; ", end + 2);
    const std::string_view line = explained.substr(0, end);
    explained = end == std::string_view::npos ? std::string_view() : explained.substr(end + 2);
    const std::size_t first = line.find(arrow), last = line.rfind(arrow);
    if (first == std::string_view::npos) continue;
    const std::string_view asked = line.substr(0, first), result = line.substr(last + arrow.size());
    if (first == last) list.add(operand(asked, result, arena));
    else add_differences(asked, line.substr(first + arrow.size(), last - first - arrow.size()), list, arena);
  }
  return list.build();
}

}  // namespace shopbell::v1
