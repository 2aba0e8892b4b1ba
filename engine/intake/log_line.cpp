#include "intake/log_line.h"

#include "base/json.h"
#include "base/time.h"
#include "intake/webhook.h"

#include <algorithm>

namespace shopbell {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// When it happened, by what it is about: a recording need not say when it came.
std::optional<Time> time_of_thing(const Event& event) {
  const Value thing = event.data[event.type.substr(0, event.type.find('.'))];
  std::optional<Time> newest;
  for (const std::string_view name : {"updated_at", "placed_at", "created_at", "sent_at"}) {
    const Value at = thing[name];
    if (!at.is(Kind::timestamp)) continue;
    const Time time = from_ms(at.seconds() * 1000 + at.nanos() / 1'000'000);
    newest = newest ? std::max(*newest, time) : time;
  }
  return newest;
}

Result<LogLine> recorded_webhook(const Value& root, std::span<const SourceConfig> sources, Time before, Arena& arena) {
  const std::string_view name = root["hook"].text_or("");
  const auto source = std::find_if(sources.begin(), sources.end(), [&](const SourceConfig& s) { return s.name == name; });
  if (source == sources.end() || source->how == nullptr)
    return fail("no_such_source", "shopbell.yaml has no source " + to_json(root["hook"]), "name it under `sources`, with its platform");
  const std::optional<Time> received = parse_time(root["received"].text_or(""));
  const Value headers = root["headers"];
  const std::function<std::string_view(std::string_view)> header = [&](std::string_view wanted) -> std::string_view {
    if (headers.is(Kind::map))
      for (const Member& m : headers.members())
        if (same_name(m.key.text_or(""), wanted)) return m.value.text_or("");
    return {};
  };
  const Webhook webhook{.endpoint = name, .header = header, .body = root["body"].text_or(""), .received = received.value_or(before)};
  auto taken = map_webhook(*source->how, webhook, arena);
  if (!taken) return tl::unexpected(taken.error());
  LogLine line;
  line.ignored = std::move(taken->ignored);
  for (const Taken& t : taken->events) {
    Event event = t.event;
    const bool untold = !received && event.at == before;
    if (untold) event.at = time_of_thing(event).value_or(before);
    line.events.push_back({event, received.value_or(event.at)});
  }
  return line;
}

}  // namespace

Result<LogLine> read_log_line(std::string_view line, std::span<const SourceConfig> sources, Time before, Arena& arena) {
  const auto root = parse_json(line, arena);
  if (!root) return tl::unexpected(root.error());
  if (root->find("hook") != nullptr) return recorded_webhook(*root, sources, before, arena);
  const auto event = read_line(*root, before, arena);
  if (!event) return tl::unexpected(event.error());
  return LogLine{{{*event, parse_time((*root)["received"].text_or("")).value_or(event->at)}}, {}};
}

}  // namespace shopbell
