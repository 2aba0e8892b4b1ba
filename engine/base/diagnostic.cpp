#include "base/diagnostic.h"

#include "base/json.h"
#include "base/utf8.h"

#include <fmt/format.h>

#include <algorithm>

namespace shopbell {
namespace {

// Optimal string alignment: a swap of neighbours counts once.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

std::string lower(std::string_view text) {
  std::string to(text);
  std::transform(to.begin(), to.end(), to.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return to;
}

// Tabs stay tabs, so that the caret stands under its character whatever a tab's width.
std::string caret_line(const Diagnostic& d) {
  std::string line;
  std::uint32_t column = 1;
  for (std::size_t i = 0; i < d.source_line.size() && column < d.column; i += utf8_length(d.source_line[i]), ++column)
    line += d.source_line[i] == '\t' ? '\t' : ' ';
  const auto width = static_cast<std::uint32_t>(utf8_count(d.source_line));
  const std::uint32_t room = d.column <= width ? width - d.column + 1 : 1;
  line += '^';
  line.append(std::max(1u, std::min(d.length, room)) - 1, '~');
  return line;
}

}  // namespace

Diagnostic diagnostic_at(std::string_view file, std::string_view source, std::uint32_t offset, const Error& error) {
  const std::size_t at = std::min<std::size_t>(offset, source.size());
  const std::size_t before = at == 0 ? std::string_view::npos : source.rfind('\n', at - 1);
  const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
  std::string_view line = source.substr(start, source.find('\n', start) - start);
  if (line.ends_with('\r')) line.remove_suffix(1);
  Diagnostic d;
  d.file = file;
  d.line = static_cast<std::uint32_t>(std::count(source.begin(), source.begin() + static_cast<std::ptrdiff_t>(at), '\n')) + 1;
  d.column = static_cast<std::uint32_t>(utf8_count(source.substr(start, at - start))) + 1;
  d.length = std::max(1u, static_cast<std::uint32_t>(utf8_count(source.substr(at, error.length))));
  d.code = error.code;
  d.message = error.message;
  d.hint = error.hint;
  d.source_line = line;
  return d;
}

std::string to_text(const Diagnostic& d) {
  const std::string_view severity = d.severity == Severity::error ? "error" : "warning";
  if (d.line == 0) return fmt::format("{}: {}: {}\n{}", d.file, severity, d.message, d.hint.empty() ? "" : "  hint: " + d.hint + "\n");
  std::string text = fmt::format("{}:{}:{}: {}: {}\n", d.file, d.line, d.column, severity, d.message);
  text += fmt::format("{:5} | {}\n      | {}\n", d.line, d.source_line, caret_line(d));
  if (!d.hint.empty()) text += fmt::format("      = {}\n", d.hint);
  return text;
}

std::string to_json(const Diagnostic& d) {
  Arena arena;
  return to_json(make_map(arena, {{"severity", d.severity == Severity::error ? "error" : "warning"},
                                  {"file", d.file},
                                  {"line", std::int64_t{d.line}},
                                  {"column", std::int64_t{d.column}},
                                  {"code", d.code},
                                  {"message", d.message},
                                  {"hint", d.hint},
                                  {"source", d.source_line}}));
}

std::string nearest(std::string_view name, std::span<const std::string_view> candidates) {
  const std::string wanted = lower(name);
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t longer = std::max(candidate.size(), wanted.size()), shorter = std::min(candidate.size(), wanted.size());
    if (longer - shorter >= best_distance) continue;  // each byte more is one edit at least
    const std::size_t distance = edit_distance(wanted, lower(candidate));
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return std::string(best);
}

std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates) {
  const std::string near = nearest(name, candidates);
  return near.empty() ? near : fmt::format("did you mean {}?", near);
}

}  // namespace shopbell
