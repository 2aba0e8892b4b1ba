#include "serve/sources.h"

#include "base/hash.h"
#include "base/time.h"
#include "intake/cloudevent.h"
#include "load/platform.h"

#include <fmt/format.h>

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::int64_t weight = 16;                              // of what is known against a new gap
constexpr std::int64_t forget_ms = std::int64_t{7} * 24 * 3'600'000;  // then half of a longest gap is forgotten

// The mean gap, and the longest of late, which fades while shorter ones come.
void learn_gap(SourceRow& row, Time at, std::int64_t together) {
  if (row.events == 0 || at <= row.last) return;
  const std::int64_t gap = (at - row.last).count(), mean = gap / std::max<std::int64_t>(together, 1);
  row.gap_ms = row.gap_ms == 0 ? mean : row.gap_ms + (mean - row.gap_ms) / weight;
  row.longest_ms = std::max(gap, row.longest_ms - row.longest_ms * std::min(gap, forget_ms) / (2 * forget_ms));
}

// A label's value, as the exposition format escapes it.
std::string label(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '"') escaped += '\\';
    if (c == '\n') escaped += "\\n";
    else escaped += c;
  }
  return escaped;
}

struct Held {  // what the entry's values point to
  Arena arena;
  std::string line;
};

}  // namespace

Entry silence_of(const Silent& source, Time now) {
  auto held = std::make_shared<Held>();
  Arena& arena = held->arena;
  Event event;
  event.id = arena.copy(source.name + "/" + format_rfc3339(source.last));
  event.source = "shopbell/sources";
  event.type = "source.silent";
  event.subject = "shop";
  event.at = now;
  const Value told = make_map(arena, {{"name", arena.copy(source.name)},
                                      {"platform", arena.copy(source.platform)},
                                      {"last_event_at", Value(source.last)},
                                      {"quiet_s", Value(source.quiet.count() / 1000)},
                                      {"usual_gap_s", Value(source.usual_gap.count() / 1000)}});
  event.data = make_map(arena, {{"source", told}});
  append_line(held->line, event, now);
  Entry entry{"shop", {now, Received{event, 0, {}, {}}}, event_digest(event.source, event.id), held->line};
  entry.memory = std::move(held);
  return entry;
}

void append_metrics(std::string& to, const std::vector<SourceRow>& sources) {
  const auto family = [&](std::string_view name, std::string_view type, std::string_view help, auto value) {
    fmt::format_to(std::back_inserter(to), "# HELP shopbell_{0} {1}\n# TYPE shopbell_{0} {2}\n", name, help, type);
    for (const SourceRow& row : sources)
      fmt::format_to(std::back_inserter(to), "shopbell_{}{{source=\"{}\"}} {}\n", name, label(row.name), value(row));
  };
  if (sources.empty()) return;
  family("source_events_total", "counter", "Events heard, also those that had been taken before.",
         [](const SourceRow& row) { return row.events; });
  family("source_rejected_total", "counter", "Requests of the source that were refused.",
         [](const SourceRow& row) { return row.rejected; });
  family("source_last_event_seconds", "gauge", "When it was last heard, since 1970; 0: never.",
         [](const SourceRow& row) { return to_ms(row.last) / 1000; });
  family("source_usual_gap_seconds", "gauge", "How far apart its events are as a rule.",
         [](const SourceRow& row) { return static_cast<double>(row.gap_ms) / 1000; });
  family("source_silent", "gauge", "1: it has been quiet for too long.",
         [](const SourceRow& row) { return row.silent ? 1 : 0; });
}

Sources::Sources(const std::vector<SourceConfig>& configured, std::vector<SourceRow> known) {
  for (SourceRow& row : known) {
    const std::string name = row.name;
    known_[name].row = std::move(row);
  }
  for (const SourceConfig& source : configured) {
    const std::string name = (source.how ? source.how->name : source.platform) + "/" + source.name;
    Known& own = known_[name];
    own.row.name = name;
    own.platform = source.platform;
    own.configured = own.changed = true;
    if (source.silent_after > Millis{0}) own.silent_after = source.silent_after;
  }
}

Sources::Known* Sources::of(std::string_view name) {
  const auto found = known_.find(name);
  if (found != known_.end()) return &found->second;
  if (known_.size() >= sources_known_max) return nullptr;
  Known& known = known_[std::string(name)];
  known.row.name = name;
  return &known;
}

void Sources::heard(std::string_view name, Time at, std::uint64_t events) {
  const std::lock_guard lock(mutex_);
  Known* known = of(name);
  if (known == nullptr) return;
  learn_gap(known->row, at, static_cast<std::int64_t>(events));
  known->row.last = std::max(known->row.last, at);
  known->row.events += events;
  known->row.silent = false;
  known->changed = true;
}

void Sources::refused(std::string_view name, std::string_view reason, Time at) {
  const std::lock_guard lock(mutex_);
  Known* known = of(name);
  if (known == nullptr) return;
  ++known->row.rejected;
  known->row.reason = reason;
  known->row.rejected_at = at;
  known->changed = true;
}

std::vector<SourceRow> Sources::changed() {
  std::vector<SourceRow> rows;
  const std::lock_guard lock(mutex_);
  for (auto& [name, known] : known_)
    if (std::exchange(known.changed, false)) rows.push_back(known.row);
  return rows;
}

std::vector<SourceRow> Sources::all() const {
  std::vector<SourceRow> rows;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, known] : known_) rows.push_back(known.row);
  return rows;
}

std::optional<Millis> Sources::patience(const Known& known) {
  if (known.silent_after) return known.silent_after;
  if (known.row.events < silence_events_min) return std::nullopt;
  return std::max({silence_min, Millis{3 * known.row.gap_ms}, Millis{2 * known.row.longest_ms}});
}

std::vector<Silent> Sources::silent(Time now) {
  std::vector<Silent> found;
  const std::lock_guard lock(mutex_);
  for (auto& [name, known] : known_) {
    if (!known.configured || known.row.silent || known.row.events == 0) continue;
    const auto patience_ms = patience(known);
    if (!patience_ms || now - known.row.last <= *patience_ms) continue;
    known.row.silent = known.changed = true;
    found.push_back({name, known.platform, known.row.last, now - known.row.last, Millis{known.row.gap_ms}});
  }
  return found;
}

}  // namespace shopbell
