// Runs and subjects as their state columns: JSON with short names, the defaults left out, times as
// milliseconds.

#include "base/json.h"
#include "core/run.h"
#include "core/state.h"
#include "core/subject.h"

#include <array>

namespace shopbell {
namespace {

constexpr std::array<std::string_view, 6> status_texts{"waiting", "calling", "queued", "done", "stopped", "failed"};

class Writer {
 public:
  Writer() { to_ += '{'; }

  void text(std::string_view name, std::string_view text) {
    if (text.empty()) return;
    key(name);
    append_state(to_, Value(text));
  }
  void number(std::string_view name, std::int64_t n) {
    if (n == 0) return;
    key(name);
    to_ += std::to_string(n);
  }
  void time(std::string_view name, Time at) { number(name, to_ms(at)); }
  void value(std::string_view name, const Value& v) {
    if (v.is_null()) return;
    key(name);
    append_state(to_, v);
  }
  std::string& key(std::string_view name) {
    if (to_.size() > 1) to_ += ',';
    append_json_string(to_, name);
    to_ += ':';
    return to_;
  }
  std::string done() {
    to_ += '}';
    return std::move(to_);
  }

 private:
  std::string to_;
};

std::string encode_event(const Event& event) {
  Writer w;
  w.text("id", event.id);
  w.text("source", event.source);
  w.text("type", event.type);
  w.text("subject", event.subject);
  w.time("at", event.at);
  w.value("data", event.data);
  return w.done();
}

std::string text_of(const Value& map, std::string_view name) { return std::string(map[name].text_or({})); }
Time time_of(const Value& map, std::string_view name) { return from_ms(map[name].integer_or(0)); }
std::uint32_t count_of(const Value& map, std::string_view name) {
  return static_cast<std::uint32_t>(map[name].integer_or(0));
}

Event decode_event(const Value& v) {
  return {v["id"].text_or({}),      v["source"].text_or({}), v["type"].text_or({}),
          v["subject"].text_or({}), time_of(v, "at"),        v["data"]};
}

Result<Value> read_state(std::string_view state, Arena& arena) {
  const auto parsed = parse_json(state, arena);
  if (!parsed) return parsed;
  if (!parsed->is(Kind::map)) return fail("bad_state", "a stored state is not a JSON object");
  return revive(*parsed, arena);
}

}  // namespace

std::string_view to_text(RunStatus status) { return status_texts[static_cast<std::size_t>(status)]; }

std::string encode_run(const Run& run) {
  Writer w;
  w.text("id", run.id);
  w.text("workflow", run.workflow);
  w.text("version", run.version);
  w.text("status", to_text(run.status));
  w.time("started", run.started);
  w.time("ended", run.ended);
  w.text("reason", run.reason);
  w.number("at", run.at);
  w.time("due", run.due);
  w.text("call", run.call);
  w.number("attempt", run.attempt);
  w.value("args", run.args);
  w.number("depth", run.depth);
  w.number("steps", static_cast<std::int64_t>(run.steps));
  w.key("event") += encode_event(run.event);
  w.value("customer", run.customer);
  w.value("vars", run.vars);
  w.value("outputs", run.outputs);
  return w.done();
}

Result<Run> decode_run(std::string_view state, Arena& arena) {
  const auto read = read_state(state, arena);
  if (!read) return tl::unexpected(read.error());
  const Value& v = *read;
  Run run;
  const std::string status = text_of(v, "status");
  std::size_t number = 0;
  while (number < status_texts.size() && status_texts[number] != status) ++number;
  run.id = text_of(v, "id");
  if (number == status_texts.size() || run.id.empty())
    return fail("bad_state", "a stored run has no id, or a status that is unknown: " + status);
  run.workflow = text_of(v, "workflow");
  run.version = text_of(v, "version");
  run.status = static_cast<RunStatus>(number);
  run.started = time_of(v, "started");
  run.ended = time_of(v, "ended");
  run.reason = text_of(v, "reason");
  run.at = count_of(v, "at");
  run.due = time_of(v, "due");
  run.call = text_of(v, "call");
  run.attempt = count_of(v, "attempt");
  run.args = v["args"];
  run.depth = count_of(v, "depth");
  run.steps = static_cast<std::uint64_t>(v["steps"].integer_or(0));
  run.event = decode_event(v["event"]);
  run.customer = v["customer"];
  run.vars = v["vars"];
  run.outputs = v["outputs"];
  return run;
}

std::string encode_subject(const Subject& subject) {
  Writer w;
  w.value("profile", subject.profile);
  w.value("conversation", subject.conversation);
  if (!subject.counters.empty()) {
    Writer counters;
    for (const Counter& counter : subject.counters) {
      std::string& to = counters.key(counter.workflow);
      to += '[';
      for (std::size_t i = 0; i < counter.done.size(); ++i)
        to.append(i > 0 ? "," : "").append(std::to_string(to_ms(counter.done[i])));
      to += ']';
    }
    w.key("counters") += counters.done();
  }
  return w.done();
}

Result<Subject> decode_subject(std::string_view id, std::string_view state, Arena& arena) {
  Subject subject;
  subject.id = id;
  if (state.empty()) return subject;
  const auto read = read_state(state, arena);
  if (!read) return tl::unexpected(read.error());
  subject.profile = (*read)["profile"];
  subject.conversation = (*read)["conversation"];
  for (const Member& m : (*read)["counters"].members()) {
    Counter counter{std::string(m.key.text()), {}};
    for (const Value& at : m.value.items()) counter.done.push_back(from_ms(at.integer_or(0)));
    subject.counters.push_back(std::move(counter));
  }
  return subject;
}

}  // namespace shopbell
