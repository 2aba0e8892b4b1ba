// Macros: several commands about a conversation under one name. They are one event, so all of them are done, or none.

#include "access/macros.h"
#include "base/time.h"
#include "serve/v1_command.h"
#include "serve/v1_fill.h"

#include <shopbell/text.h>

namespace shopbell::v1 {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;

Value view(Arena& arena, const Macro& m) {
  ListBuilder tags(arena);
  for (const std::string& tag : m.tags) tags.add(arena.copy(tag));
  const auto text = [&](const std::string& t) { return t.empty() ? Value() : Value(arena.copy(t)); };
  return make_map(arena, {{"id", arena.copy(m.id)}, {"name", arena.copy(m.name)}, {"text", text(m.text)}, {"tags", tags.build()}, {"priority", text(m.priority)}, {"agent", text(m.agent)},
                          {"queue", text(m.queue)}, {"then", text(m.then)}, {"snooze_hours", m.then == "snooze" ? Value(m.snooze_hours) : Value()}, {"by", arena.copy(m.by)}, {"at", arena.copy(format_rfc3339(m.at))}});
}

Macro macro_of(const V1Ask& ask, std::string id) {
  const auto text = [&](std::string_view field) { return std::string(ask.text(field)); };
  Macro m{std::move(id), text("name"), text("text"), {}, text("priority"), text("agent"), text("queue"), text("then"), ask.body["snooze_hours"].integer_or(0), ask.who.name, ask.now};
  const Value tags = ask.body["tags"];
  for (const Value& tag : tags.is(Kind::list) ? tags.items() : std::span<const Value>{}) m.tags.emplace_back(tag.text_or({}));
  return m;
}

/// `me`: whoever uses it.
Value commands_of(const Macro& m, V1Ask& ask, const std::string& text) {
  Arena& arena = ask.arena;
  ListBuilder all(arena);
  if (!text.empty()) all.add(make_map(arena, {{"do", "reply"}, {"text", arena.copy(text)}, {"last_seen", ask.body["last_seen"]}}));
  ListBuilder tags(arena);
  for (const std::string& tag : m.tags) tags.add(arena.copy(tag));
  if (!m.tags.empty() || !m.priority.empty())
    all.add(make_map(arena, {{"do", "label"}, {"more_tags", tags.build()}, {"priority", m.priority.empty() ? Value() : Value(arena.copy(m.priority))}}));
  if (!m.agent.empty()) all.add(make_map(arena, {{"do", "assign"}, {"agent", arena.copy(m.agent == "me" ? ask.who.agent : m.agent)}}));
  if (!m.queue.empty()) all.add(make_map(arena, {{"do", "hand_over"}, {"queue", arena.copy(m.queue)}}));
  if (m.then == "resolve") all.add(make_map(arena, {{"do", "resolve"}}));
  if (m.then == "snooze") all.add(make_map(arena, {{"do", "snooze"}, {"until", arena.copy(format_rfc3339(ask.now + Millis{m.snooze_hours * hour_ms}))}}));
  return make_map(arena, {{"epoch", ask.body["epoch"]}, {"commands", all.build()}});
}

V1Answer kept(V1Parts& parts, V1Ask& ask, std::string id, int status) {
  const auto macro = keep_macro(parts.file, macro_of(ask, std::move(id)));
  if (!macro) return tl::unexpected(macro.error());
  return v1_json(view(ask.arena, *macro), status);
}

}  // namespace

V1Answer list_macros(V1Parts& parts, V1Ask& ask) {
  const auto all = macros(parts.file);
  if (!all) return tl::unexpected(all.error());
  ListBuilder items(ask.arena);
  for (const Macro& m : *all) items.add(view(ask.arena, m));
  return v1_list(ask, items, {});
}

V1Answer add_macro(V1Parts& parts, V1Ask& ask) { return kept(parts, ask, {}, 201); }
V1Answer change_macro(V1Parts& parts, V1Ask& ask) { return kept(parts, ask, ask.args[0], 200); }

V1Answer remove_macro(V1Parts& parts, V1Ask& ask) {
  if (auto gone = drop_macro(parts.file, ask.args[0]); !gone) return tl::unexpected(gone.error());
  return ServerResponse{204, {}, {}, {}};
}

V1Answer use_macro(V1Parts& parts, V1Ask& ask) {
  const auto macro = find_macro(parts.file, ask.text("macro"));
  if (!macro) return tl::unexpected(macro.error());
  if (!*macro) return fail("not_found", "there is no such macro");
  const auto row = row_of(parts, ask);
  if (!row) return tl::unexpected(row.error());
  const auto text = filled(parts, ask, *row, (*macro)->text);
  if (!text) return tl::unexpected(text.error());
  if (std::string open = not_filled(*text); !open.empty()) return v1_problem(422, "bad_text", "nothing is known for " + open + " here: write the answer by hand");
  return command(parts, ask, "several", commands_of(**macro, ask, std::string(trimmed(*text))), {.replies = !trimmed(*text).empty()});
}

}  // namespace shopbell::v1
