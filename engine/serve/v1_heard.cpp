// What messages can be about, for people who correct what was heard.

#include "load/intents.h"
#include "serve/v1_handlers.h"
#include "teach/promote.h"

#include <array>
#include <set>

namespace shopbell::v1 {
namespace {

constexpr std::array<std::string_view, 4> moods{"angry", "unhappy", "neutral", "happy"};  // of the built-in machine (hear/ear.h)

/// What the shop's machine can hear; sorted.
Result<std::set<std::string>> known_intents(const std::string& folder) {
  const auto named = intent_names(folder);
  std::set<std::string> all(named.begin(), named.end());
  if (!all.empty()) return all;
  const auto lesson = present_lesson(folder);
  if (!lesson) return tl::unexpected(lesson.error());
  for (const Example& example : *lesson) all.insert(example.label);
  return all;
}

}  // namespace

V1Answer list_intents(V1Parts& parts, V1Ask& ask) {
  const auto known = known_intents(parts.config->folder);
  if (!known) return tl::unexpected(known.error());
  ListBuilder intents(ask.arena), moods_list(ask.arena);
  for (const std::string& name : *known) intents.add(ask.arena.copy(name));
  for (const std::string_view mood : moods) moods_list.add(mood);
  return v1_json(make_map(ask.arena, {{"intents", intents.build()}, {"moods", moods_list.build()}}));
}

}  // namespace shopbell::v1
