#include "load/load.h"

#include "base/json.h"

namespace shopbell {

std::string encode_source(const WorkflowSource& source) {
  Arena arena;
  MapBuilder templates(arena);
  for (const auto& [name, text] : source.templates) templates.add(name, text);
  ListBuilder events(arena);
  for (const std::string& event : source.own_events) events.add(event);
  return to_json(make_map(arena, {{"file", source.file},
                                  {"yaml", source.yaml},
                                  {"templates", templates.build()},
                                  {"own_events", events.build()},
                                  {"own_fields", source.own_fields}}));
}

Result<WorkflowSource> decode_source(std::string_view bundle) {
  Arena arena;
  const Result<Value> read = parse_json(bundle, arena);
  if (!read) return tl::unexpected(read.error());
  const Value file = (*read)["file"], yaml = (*read)["yaml"];
  if (!file.is(Kind::string) || !yaml.is(Kind::string)) return fail("bad_source", "this is no workflow's source");
  WorkflowSource source{std::string(file.text()), std::string(yaml.text()), {}};
  for (const Member& m : (*read)["templates"].members()) {
    if (!m.value.is(Kind::string)) return fail("bad_source", "a template of this workflow's source is no text");
    source.templates.emplace(m.key.text(), m.value.text());
  }
  const Value events = (*read)["own_events"];
  for (const Value& event : events.is(Kind::list) ? events.items() : std::span<const Value>{})
    source.own_events.emplace_back(event.text_or(""));
  source.own_fields = (*read)["own_fields"].text_or("");
  return source;
}

}  // namespace shopbell
