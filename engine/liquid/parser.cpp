#include "liquid/parser.h"

#include "base/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace shopbell::liquid {

void Parser::parse(Program& program) {
  Scanner scanner(program.text, 0, false);
  while (const auto found = body(scanner, program.body))
    if (!stray(*found, "", false)) break;
  program.readings = first_of_each(state.reads);
  program.texts = first_of_each(state.texts);
}

std::optional<Piece> Parser::body(Scanner& scanner, Body& to) {
  if (++depth_ > nesting_max) {
    if (!broken_) state.report(Place{}, "nesting", "Nesting too deep", fmt::format("at most {} tags within each other", nesting_max));
    broken_ = true;
  }
  std::optional<Piece> end;
  while (!broken_ && !end && !state.full()) {
    const auto piece = scanner.next();
    if (!piece) break;
    const Piece& p = *piece;
    if (p.kind == Piece::Kind::text) {
      text(p, to);
      continue;
    }
    if (p.kind == Piece::Kind::unterminated) {
      const bool tag = p.whole.find("{%") != std::string_view::npos;
      const std::string_view shown = p.whole.substr(0, std::min<std::size_t>(p.whole.find('\n'), 40));
      state.report({p.offset, 2}, "syntax", fmt::format("{} '{}' was not properly terminated", tag ? "Tag" : "Variable", shown),
                   tag ? "it has no closing %}" : "it has no closing }}");
      broken_ = true;
      break;
    }
    if (!scanner.lines()) trim_around(p, to);
    if (p.kind == Piece::Kind::output) output(p, to);
    else if (p.name == "liquid") lines(p, to);
    else if (const TagParser parse_tag = find_tag(p.name)) {
      if (auto node = parse_tag(*this, scanner, p)) {
        node->place = p.place();
        to.blank = to.blank && node->blank;
        to.nodes.push_back(std::move(node));
      }
      to.ends_in_text = false;
    } else end = p;
  }
  --depth_;
  return end;
}

void Parser::text(const Piece& p, Body& to) {
  auto node = std::make_unique<TextNode>();
  node->place = p.place();
  node->text = trim_next ? strip_left(p.whole) : p.whole;
  trim_next = false;
  to.blank = to.blank && is_blank(node->text);
  to.nodes.push_back(std::move(node));
  to.ends_in_text = true;
}

void Parser::trim_around(const Piece& p, Body& to) {
  if (p.trim_before && to.ends_in_text) {
    auto& last = static_cast<TextNode&>(*to.nodes.back());
    last.text = strip_right(last.text);
  }
  trim_next = p.trim_after;
}

void Parser::output(const Piece& p, Body& to) {
  auto node = std::make_unique<OutputNode>();
  Markup markup(state, p.markup, p.markup_offset);
  node->place = p.place();
  node->value = markup.pipeline();
  markup.expect_end();
  to.nodes.push_back(std::move(node));
  to.blank = false;
  to.ends_in_text = false;
}

void Parser::lines(const Piece& p, Body& to) {
  const bool trim_after = trim_next;
  Scanner scanner(p.markup, p.markup_offset, true);
  while (const auto found = body(scanner, to))
    if (!stray(*found, "liquid", true)) break;
  trim_next = trim_after;
  to.ends_in_text = false;
}

void Parser::block(Scanner& scanner, const Piece& tag, Body& to) {
  const std::string end = "end" + std::string(tag.name);
  while (const auto found = body(scanner, to)) {
    if (found->name == end) return;
    if (!stray(*found, tag.name, scanner.lines())) return;
  }
  never_closed(tag);
}

void Parser::never_closed(const Piece& tag) {
  if (broken_ || state.full()) return;
  broken_ = true;
  state.report(tag.place(), "syntax", fmt::format("'{}' tag was never closed", tag.name), fmt::format("it ends with end{}", tag.name));
}

bool Parser::stray(const Piece& found, std::string_view block_name, bool in_lines) {
  const std::string_view name = found.kind == Piece::Kind::nameless ? found.whole : found.name;
  const Place at = found.name_place();
  if (name == "else" || (name.starts_with("end") && !block_name.empty())) {
    const std::string end = block_name == "liquid" && in_lines ? "%}" : fmt::format("end{}", block_name);
    if (name != "else") state.report(at, "syntax", fmt::format("'{}' is not a valid delimiter for {} tags. use {}", name, block_name, end));
    else if (block_name.empty()) state.report(at, "syntax", "Unexpected outer 'else' tag");
    else state.report(at, "syntax", fmt::format("{} tag does not expect 'else' tag", block_name));
    broken_ = true;
    return false;
  }
  const auto names = tag_names();
  state.report(at, "unknown_tag", fmt::format("Unknown tag '{}'", name), did_you_mean(name, names));
  return !state.full();
}

void Parser::drop_blank_text(Body& body) {
  std::erase_if(body.nodes, [](const std::unique_ptr<Node>& n) { return dynamic_cast<const TextNode*>(n.get()) != nullptr; });
}

std::string dotted(const std::vector<std::string>& parts) {
  std::string path;
  for (const std::string& part : parts) {
    if (!path.empty() && part != "[]") path += '.';
    path += part;
  }
  return path;
}

std::vector<Template::Reading> Parser::first_of_each(const std::vector<PathReading>& all) const {
  std::map<std::string, Place> first;
  for (const PathReading& reading : all)
    if (!state.assigned.contains(reading.parts[0])) first.try_emplace(dotted(reading.parts), reading.place);
  std::vector<Template::Reading> result;
  for (const auto& [path, place] : first) result.push_back({path, place.offset, place.length});
  return result;
}

}  // namespace shopbell::liquid
