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

void append_times(std::string& to, const std::vector<Time>& times) {
  to += '[';
  for (std::size_t i = 0; i < times.size(); ++i)
    to.append(i > 0 ? "," : "").append(std::to_string(to_ms(times[i])));
  to += ']';
}

std::string encode_event(const Event& event) {
  Writer w;
  w.text("id", event.id);
  w.text("source", event.source);
  w.text("type", event.type);
  w.text("subject", event.subject);
  w.time("at", event.at);
  w.value("data", event.data);
  w.number("stale", event.stale);
  return w.done();
}

std::string encode_flow(const Flow& flow) {
  Writer w;
  w.text("parent", flow.parent);
  w.number("part", flow.part);
  w.number("waited", flow.waited);
  w.number("collecting", flow.collecting);
  w.number("clock", flow.clock);
  w.number("granted", flow.granted);
  w.time("held", flow.held);
  w.time("contacted", flow.contacted);
  w.number("lease", flow.lease);
  w.number("doubts", flow.doubts);
  w.number("more_attempts", flow.more_attempts);
  w.text("failed_at", flow.failed_at);
  w.text("failing", flow.failing);
  w.value("loops", flow.loops);
  w.value("used", flow.used);
  w.value("events", flow.events);
  return w.done();
}

std::string text_of(const Value& map, std::string_view name) { return std::string(map[name].text_or({})); }
Time time_of(const Value& map, std::string_view name) { return from_ms(map[name].integer_or(0)); }
std::uint32_t count_of(const Value& map, std::string_view name) {
  return static_cast<std::uint32_t>(map[name].integer_or(0));
}

Event decode_event(const Value& v) {
  return {v["id"].text_or({}),      v["source"].text_or({}), v["type"].text_or({}),
          v["subject"].text_or({}), time_of(v, "at"),        v["data"], count_of(v, "stale") > 0};
}

Flow decode_flow(const Value& v) {
  Flow flow;
  flow.parent = text_of(v, "parent");
  flow.part = count_of(v, "part");
  flow.waited = count_of(v, "waited") > 0;
  flow.collecting = count_of(v, "collecting") > 0;
  flow.clock = count_of(v, "clock") > 0;
  flow.granted = count_of(v, "granted") > 0;
  flow.held = time_of(v, "held");
  flow.contacted = time_of(v, "contacted");
  flow.lease = v["lease"].integer_or(0);
  flow.doubts = count_of(v, "doubts");
  flow.more_attempts = count_of(v, "more_attempts");
  flow.failed_at = text_of(v, "failed_at");
  flow.failing = text_of(v, "failing");
  flow.loops = v["loops"];
  flow.used = v["used"];
  flow.events = v["events"];
  return flow;
}

bool is_plain(const Flow& flow) {
  return flow.parent.empty() && !flow.waited && !flow.collecting && !flow.clock && !flow.granted &&
         flow.held == Time{} && flow.contacted == Time{} && flow.lease == 0 && flow.doubts == 0 && flow.more_attempts == 0 &&
         flow.failed_at.empty() && flow.failing.empty() && flow.loops.is_null() && flow.used.is_null() &&
         flow.events.is_null();
}

void append_counters(std::string& to, const std::vector<Counter>& counters) {
  Writer w;
  for (const Counter& counter : counters) append_times(w.key(counter.workflow), counter.times);
  to += w.done();
}

void append_texts(std::string& to, const std::vector<std::string>& texts) {
  to += '[';
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) to += ',';
    append_state(to, Value(texts[i]));
  }
  to += ']';
}

std::vector<std::string> decode_texts(const Value& list) {
  std::vector<std::string> texts;
  for (const Value& text : list.is(Kind::list) ? list.items() : std::span<const Value>{})
    texts.emplace_back(text.text_or({}));
  return texts;
}

std::vector<Time> decode_times(const Value& list) {
  std::vector<Time> times;
  for (const Value& at : list.is(Kind::list) ? list.items() : std::span<const Value>{})
    times.push_back(from_ms(at.integer_or(0)));
  return times;
}

std::vector<Counter> decode_counters(const Value& map) {
  std::vector<Counter> counters;
  for (const Member& m : map.is(Kind::map) ? map.members() : std::span<const Member>{})
    counters.push_back({std::string(m.key.text()), decode_times(m.value)});
  return counters;
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
  if (!is_plain(run.flow)) w.key("flow") += encode_flow(run.flow);
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
  if (const Value* flow = v.find("flow")) run.flow = decode_flow(*flow);
  return run;
}

std::string encode_subject(const Subject& subject) {
  Writer w;
  w.value("profile", subject.profile);
  w.value("conversation", subject.conversation);
  w.value("conversations", subject.conversations);
  if (!subject.counters.empty()) append_counters(w.key("counters"), subject.counters);
  if (!subject.starts.empty()) append_counters(w.key("starts"), subject.starts);
  if (!subject.contacts.empty()) append_times(w.key("contacts"), subject.contacts);
  w.value("recent", subject.recent);
  w.value("orders", subject.orders);
  w.value("things", subject.things);
  if (!subject.identities.empty()) append_texts(w.key("identities"), subject.identities);
  if (!subject.merged.empty()) append_texts(w.key("merged"), subject.merged);
  w.text("leads_to", subject.leads_to);
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
  subject.conversations = (*read)["conversations"];
  subject.counters = decode_counters((*read)["counters"]);
  subject.starts = decode_counters((*read)["starts"]);
  subject.contacts = decode_times((*read)["contacts"]);
  subject.recent = (*read)["recent"];
  subject.orders = (*read)["orders"];
  subject.things = (*read)["things"];
  subject.identities = decode_texts((*read)["identities"]);
  subject.merged = decode_texts((*read)["merged"]);
  subject.leads_to = text_of(*read, "leads_to");
  return subject;
}

}  // namespace shopbell
