#include "serve/views.h"

#include "base/json.h"
#include "base/time.h"

namespace shopbell {
namespace {

/// Adds what is there: an empty text says nothing.
class Shape {
 public:
  explicit Shape(Arena& arena) : arena_(arena), map_(arena) {}
  Shape& text(std::string_view name, std::string_view value) {
    if (!value.empty()) map_.add(name, arena_.copy(value));
    return *this;
  }
  Shape& time(std::string_view name, std::optional<Time> at) {
    if (at) map_.add(name, arena_.copy(format_rfc3339(*at)));
    return *this;
  }
  Shape& number(std::string_view name, std::uint64_t n) {
    map_.add(name, static_cast<std::int64_t>(n));
    return *this;
  }
  /// JSON as it was kept.
  Shape& json(std::string_view name, std::string_view kept) {
    if (kept.empty()) return *this;
    const auto v = parse_json(kept, arena_);
    map_.add(name, v ? *v : Value(arena_.copy(kept)));
    return *this;
  }
  Shape& notes(std::string_view json_lines) {
    if (!json_lines.empty()) map_.add("notes", notes_view(json_lines, arena_));
    return *this;
  }
  Value build() { return map_.build(); }

 private:
  Arena& arena_;
  MapBuilder map_;
};

Value note_view(std::string_view line, Arena& arena) {
  const auto note = parse_json(line, arena);
  if (!note) return Value(arena.copy(line));
  MapBuilder map(arena);
  for (const Member& m : note->members())
    map.add(m.key, m.key.text() == "at" ? Value(arena.copy(format_rfc3339(from_ms(m.value.integer_or(0))))) : m.value);
  return map.build();
}

}  // namespace

Value notes_view(std::string_view json_lines, Arena& arena) {
  ListBuilder list(arena);
  while (!json_lines.empty()) {
    const std::size_t end = json_lines.find('\n');
    list.add(note_view(json_lines.substr(0, end), arena));
    json_lines = end == std::string_view::npos ? std::string_view{} : json_lines.substr(end + 1);
  }
  return list.build();
}

Value view(const EventView& e, Arena& arena) {
  return Shape(arena).number("key", e.key).text("kind", e.kind).text("id", e.event_id).text("source", e.source).text("type", e.type)
      .text("subject", e.subject).time("at", e.at).json("detail", e.detail).notes(e.notes).build();
}

Value view(const RunView& r, Arena& arena) {
  return Shape(arena).number("key", r.key).text("id", r.row.id).text("workflow", r.row.workflow).text("version", r.row.version)
      .text("status", r.row.status).text("subject", r.row.subject).text("event", r.event_id).time("started", r.row.started)
      .time("ended", r.row.ended).time("due", r.row.due).text("reason", r.row.reason).notes(r.row.notes).build();
}

Value view(const CallView& c, Arena& arena) {
  return Shape(arena).number("key", c.key).text("id", c.row.key).text("action", c.row.action).text("status", c.status).text("run", c.row.run)
      .text("workflow", c.row.workflow).text("subject", c.row.subject).text("step", c.row.step).number("attempt", c.row.attempt)
      .time("due", c.status == "open" ? std::optional(c.row.due) : std::nullopt).text("error", c.row.error).text("destination", c.row.destination).json("args", c.row.args).build();
}

Value view(const TicketView& t, Arena& arena) {
  return Shape(arena).number("key", t.key).text("id", t.row.id).text("queue", t.row.queue).text("priority", t.row.priority)
      .text("subject", t.row.subject).text("reason", t.row.reason).text("note", t.row.note).text("run", t.row.run)
      .text("workflow", t.row.workflow).time("at", t.row.at).json("frozen", t.row.frozen).build();
}

Value view(const MessageView& m, Arena& arena) {
  return Shape(arena).number("key", m.key).text("id", m.row.id).text("direction", m.row.direction).text("channel", m.row.channel)
      .text("subject", m.row.subject).text("from", m.row.from).text("to", m.row.to).text("text", m.row.text).text("run", m.row.run)
      .time("at", m.row.at).build();
}

Value view(const ConversationView& c, Arena& arena) {
  return Shape(arena).number("key", c.key).text("id", c.row.id).text("subject", c.row.subject).text("channel", c.row.channel)
      .text("owner", c.row.owner).text("agent", c.row.agent).text("queue", c.row.queue).text("state", c.row.state).text("priority", c.row.priority)
      .number("epoch", static_cast<std::uint64_t>(c.row.epoch)).time("waiting_since", c.row.waiting).time("last_at", c.row.at).build();
}

Value view(const RequestView& r, Arena& arena) {
  return Shape(arena).number("key", r.key).text("id", r.id).text("kind", r.kind).time("at", r.at).time("done", r.done)
      .number("rows", r.rows).build();
}

Value view(const SourceRow& s, Arena& arena) {
  const auto maybe = [](Time at) { return at == Time{} ? std::nullopt : std::optional(at); };
  return Shape(arena).text("name", s.name).number("events", s.events).time("last_event_at", maybe(s.last))
      .text("usual_gap", s.gap_ms > 0 ? format_duration(Millis{s.gap_ms / 1000 * 1000}) : std::string())
      .number("rejected", s.rejected).time("rejected_at", maybe(s.rejected_at)).text("reason", s.reason)
      .text("silent", s.silent ? "yes" : "no").build();
}

}  // namespace shopbell
