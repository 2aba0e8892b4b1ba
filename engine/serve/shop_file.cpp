#include "serve/shop_file.h"

#include "load/report.h"
#include "load/yaml.h"

#include <algorithm>
#include <vector>

namespace shopbell {
namespace {

struct Range {
  std::size_t begin = 0, end = 0;
};

struct Parsed {
  std::vector<std::pair<std::string, std::size_t>> keys;  // of the top level, in their order, with where their lines begin
  bool in_braces = false;
};

std::size_t line_begin(std::string_view text, std::size_t at) {
  const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

Result<Parsed> parse(std::string_view yaml) {
  Report report("shopbell.yaml", yaml);
  const yaml::NodePtr root = yaml::parse(report);
  if (const auto found = report.take(); !root || report.failed()) return fail("bad_yaml", found.empty() ? "this is no YAML" : "line " + std::to_string(found.front().line) + ": " + found.front().message);
  if (!root->is_map()) return fail("bad_yaml", "this is no map of keys");
  Parsed parsed;
  for (const yaml::Entry& entry : root->entries) parsed.keys.emplace_back(entry.key->text, entry.key->offset);
  parsed.in_braces = std::any_of(parsed.keys.begin(), parsed.keys.end(), [&](const auto& key) { return line_begin(yaml, key.second) != key.second; });
  return parsed;
}

/// Of the comment lines right above a line.
std::size_t with_comments(std::string_view text, std::size_t begin) {
  while (begin > 0) {
    const std::size_t above = line_begin(text, begin - 1);
    if (text[above] != '#') break;
    begin = above;
  }
  return begin;
}

Result<Range> range_of(std::string_view yaml, std::string_view name) {
  const auto parsed = parse(yaml);
  if (!parsed) return tl::unexpected(parsed.error());
  if (parsed->in_braces) return fail("bad_layout", "shopbell.yaml is written in braces: edit the file itself");
  const auto& keys = parsed->keys;
  const auto at = std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return key.first == name; });
  if (at == keys.end()) return Range{yaml.size(), yaml.size()};
  Range range{with_comments(yaml, at->second), yaml.size()};
  for (const auto& key : keys)
    if (key.second > at->second) range.end = std::min(range.end, with_comments(yaml, key.second));
  while (range.end > range.begin + 1 && yaml[range.end - 1] == '\n' && yaml[range.end - 2] == '\n') --range.end;  // empty lines are between
  return range;
}

}  // namespace

Result<std::string> section_of(std::string_view yaml, std::string_view name) {
  const auto range = range_of(yaml, name);
  if (!range) return tl::unexpected(range.error());
  return std::string(yaml.substr(range->begin, range->end - range->begin));
}

Result<std::string> with_section(std::string_view yaml, std::string_view name, std::string_view section) {
  const auto range = range_of(yaml, name);
  if (!range) return tl::unexpected(range.error());
  const bool empty = section.find_first_not_of(" \t\r\n") == std::string_view::npos;
  if (!empty) {
    const auto given = parse(section);
    if (!given) return tl::unexpected(given.error());
    if (given->in_braces || given->keys.size() != 1 || given->keys.front().first != name) return fail("bad_section", "the text is the key " + std::string(name) + ", at the start of a line, and what hangs on it");
  }
  std::string made(yaml.substr(0, range->begin));
  if (!empty) {
    if (!made.empty() && made.back() != '\n') made += '\n';
    made += section;
    if (made.back() != '\n') made += '\n';
  }
  return made.append(yaml.substr(range->end));
}

int line_of_section(std::string_view yaml, std::string_view name) {
  const auto range = range_of(yaml, name);
  if (!range || range->begin == range->end) return 0;
  return 1 + static_cast<int>(std::count(yaml.begin(), yaml.begin() + static_cast<std::ptrdiff_t>(range->begin), '\n'));
}

}  // namespace shopbell
