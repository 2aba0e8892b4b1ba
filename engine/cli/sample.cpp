#include "cli/sample.h"

#include "base/json.h"
#include "base/time.h"
#include "serve/clock.h"

namespace shopbell::cli {
namespace {

Value envelope(const Value& event, Arena& arena) {
  MapBuilder map(arena);
  for (const char* name : {"id", "source", "type", "subject"})
    if (const Value* v = event.find(name)) map.add(name, *v);
  if (const auto at = parse_time(event["time"].text_or(""))) map.add("time", Value(*at));
  if (const Value* raw = event["data"].find("raw")) map.add("raw", *raw);
  return map.build();
}

}  // namespace

Result<Document> read_sample(const std::string& path) {
  auto arena = std::make_unique<Arena>();
  Value data;
  if (!path.empty()) {
    const auto text = read_input(path);
    if (!text) return tl::unexpected(text.error());
    const auto read = parse_json(*text, *arena);
    if (!read) return fail("bad_json", path + ": " + read.error().message);
    data = *read;
    if (!data.is(Kind::map)) return fail("bad_sample", path + " does not hold a JSON object");
  }
  const bool is_event = data.find("specversion") != nullptr;
  MapBuilder scope(*arena, is_event ? data["data"] : data);
  if (is_event) scope.add("event", envelope(data, *arena));
  if (data.find("now") == nullptr) scope.add("now", Value(wall_clock()));
  const Value root = scope.build();
  return Document(std::move(arena), root);
}

}  // namespace shopbell::cli
