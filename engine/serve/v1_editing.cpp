// What an editor of workflows asks while somebody writes: what may stand here, and what this means.

#include "base/utf8.h"
#include "load/complete.h"
#include "serve/v1_handlers.h"

#include <algorithm>

namespace shopbell::v1 {
namespace {

constexpr std::size_t offered_max = 400;

/// The byte of a line and a column, both from 1; a column is counted in code points, as diagnostics count.
std::uint32_t byte_of(std::string_view text, std::int64_t line, std::int64_t column) {
  std::size_t at = 0;
  for (; line > 1 && at < text.size(); --line) at = std::min(text.find('\n', at), text.size() - 1) + 1;
  const std::size_t end = std::min(text.find('\n', at), text.size());
  for (; column > 1 && at < end; --column) at += utf8_length(text[at]);
  return static_cast<std::uint32_t>(std::min(at, end));
}

std::int64_t column_of(std::string_view text, std::uint32_t byte) {
  const std::size_t begin = byte == 0 ? 0 : text.rfind('\n', byte - 1) + 1;
  return static_cast<std::int64_t>(utf8_count(text.substr(begin, byte - begin))) + 1;
}

/// Made anew when the shop's workflows were: then its names may be others.
const Completer& completer(V1Parts& parts) {
  const auto now = parts.workflows();
  if (!parts.completer || parts.completer_of != now) {
    parts.completer = std::make_unique<Completer>(shop_names(parts.config->folder).value_or(ShopNames()));
    parts.completer_of = now;
  }
  return *parts.completer;
}

MapBuilder shown(const Completion& one, Arena& arena) {
  MapBuilder map(arena);
  map.add("label", arena.copy(one.label)).add("kind", arena.copy(one.kind)).add("type", arena.copy(one.type)).add("doc", arena.copy(one.doc));
  return map;
}

}  // namespace

V1Answer complete_workflow(V1Parts& parts, V1Ask& ask) {
  const std::string_view yaml = ask.text("yaml");
  const auto found = completer(parts).complete(yaml, byte_of(yaml, ask.body["line"].integer(), ask.body["column"].integer()));
  ListBuilder items(ask.arena);
  for (std::size_t i = 0; i < std::min(found.items.size(), offered_max); ++i)
    items.add(shown(found.items[i], ask.arena).add("insert", ask.arena.copy(found.items[i].insert)).build());
  return v1_json(make_map(ask.arena, {{"column", column_of(yaml, found.from)}, {"items", items.build()}}));
}

V1Answer explain_workflow(V1Parts& parts, V1Ask& ask) {
  const std::string_view yaml = ask.text("yaml");
  const auto found = completer(parts).meaning(yaml, byte_of(yaml, ask.body["line"].integer(), ask.body["column"].integer()));
  if (found.what.kind.empty()) return v1_json(make_map(ask.arena, {{"meaning", Value()}}));
  const Value meaning = shown(found.what, ask.arena).add("column", column_of(yaml, found.begin)).add("end", column_of(yaml, found.end)).build();
  return v1_json(make_map(ask.arena, {{"meaning", meaning}}));
}

}  // namespace shopbell::v1
