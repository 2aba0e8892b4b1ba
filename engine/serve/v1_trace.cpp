#include "serve/v1_trace.h"

#include "base/json.h"
#include "base/time.h"

#include <algorithm>
#include <map>

namespace shopbell::v1 {
namespace {

constexpr std::size_t pages_max = 25;
constexpr std::size_t page_rows = 200;

std::string_view status_of(std::string_view code) {
  static const std::map<std::string_view, std::string_view> known{{"called", "running"}, {"waiting", "waiting"}, {"failed", "failed"}, {"call_failed", "failed"}, {"error", "failed"},
                                                                  {"skipped", "skipped"}, {"superseded", "skipped"}, {"step_skipped", "skipped"}, {"held_back", "waiting"}, {"retimed", "waiting"}};
  const auto at = known.find(code);
  return at == known.end() ? "done" : at->second;
}

/// What happened at one step, from its first note to its last.
class Trace {
 public:
  Trace(Arena& arena, const std::vector<CallView>& calls, const std::vector<CallAnswer>& answers, const Value& outputs) : arena_(arena), calls_(calls), answers_(answers), outputs_(outputs) {}

  void add(const Value& note) {
    const std::string_view node = note["step"].text_or(note["code"].text_or({}) == "started" ? "start" : "");
    if (node.empty() && !notes_.empty()) return;
    if (!notes_.empty() && notes_.front()["step"].text_or("start") != node) flush();
    notes_.push_back(note_view(note));
  }
  Value build() {
    flush();
    return steps_.build();
  }

 private:
  Value note_view(const Value& note) {
    MapBuilder map(arena_, note);
    const std::string_view text = note["text"].text_or({}), code = note["code"].text_or({});
    map.add("node", note["step"].is_null() ? Value(code == "started" ? "start" : "") : note["step"]);
    const std::size_t arrow = text.rfind(" \u2192 ");
    if (arrow == std::string_view::npos) return map.build();
    const std::string_view result = text.substr(arrow + std::string_view(" \u2192 ").size());
    return map.add("condition", make_map(arena_, {{"text", text}, {"result", result == "true"}, {"operands", operands_of(text, arena_)}})).build();
  }

  void flush() {
    if (notes_.empty()) return;
    const Value &first = notes_.front(), &last = notes_.back();
    const std::string_view step = first["step"].text_or({});
    MapBuilder map(arena_);
    map.add("node", step.empty() ? "start" : step).add("step", step.empty() ? "start" : step).add("at", first["at"]);
    map.add("ended", last["at"]).add("status", status_of(last["code"].text_or({}))).add("text", last["text"]);
    for (const Value& n : notes_)
      if (!n["condition"].is_null()) map.add("condition", n["condition"]);
    map.add("attempts", attempts());
    for (const CallView& call : calls_) {
      if (call.row.step != step) continue;
      if (const auto args = parse_json(call.row.args, arena_)) map.add("input", *args);
      map.add("action", arena_.copy(call.row.action)).add("attempt", std::int64_t{call.row.attempt});
      if (!call.row.error.empty()) map.add("error", arena_.copy(call.row.error));
    }
    add_output(step, map);
    map.add("notes", make_list(arena_, notes_));
    steps_.add(map.build());
    notes_.clear();
  }

  Value attempts() {
    ListBuilder list(arena_);
    for (const Value& n : notes_)
      if (const std::string_view code = n["code"].text_or({}); code.starts_with("call"))
        list.add(make_map(arena_, {{"at", n["at"]}, {"status", code == "called" ? "begun" : code.substr(5)}, {"error", code == "call_retry" || code == "call_failed" ? n["text"] : Value()}}));
    return list.build();
  }

  // What an open run keeps is what later steps read; the journal has it of those that are over.
  void add_output(std::string_view step, MapBuilder& map) {
    if (const Value* output = outputs_.find(step)) map.add("output", *output);
    else
      for (const CallAnswer& answer : answers_)
        if (answer.step == step && answer.status == "done") map.add("output", answer.output).add("output_left_out", answer.left_out);
  }

  Arena& arena_;
  const std::vector<CallView>& calls_;
  const std::vector<CallAnswer>& answers_;
  Value outputs_;
  ListBuilder steps_{arena_};
  std::vector<Value> notes_;
};

/// A key behind the last input that was taken when the run ended, not far: inputs are in order of time.
Result<std::uint64_t> behind(Reader& reader, const RunRow& run) {
  const auto newest = reader.events({}, {0, 1});
  if (!newest) return tl::unexpected(newest.error());
  std::uint64_t low = run.event_seq, high = newest->empty() ? 0 : newest->front().key + 1;
  while (run.ended && high > low + page_rows) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto input = reader.event(middle);
    if (!input) return tl::unexpected(input.error());
    if (*input && (*input)->at > *run.ended) high = middle;
    else low = middle;
  }
  return high;
}

}  // namespace

Result<std::vector<CallAnswer>> answers_of(Reader& reader, const RunRow& run, const std::vector<CallView>& calls, Arena& arena) {
  std::map<std::string_view, std::string_view> step_of;
  for (const CallView& call : calls) step_of.emplace(call.row.key, call.row.step);
  std::vector<CallAnswer> made;
  Filter filter;
  filter.subject = run.subject;
  const auto from = behind(reader, run);
  if (!from) return tl::unexpected(from.error());
  Page page{*from, page_rows};
  for (std::size_t pages = 0; pages < pages_max && !step_of.empty(); ++pages) {
    const auto rows = reader.events(filter, page);
    if (!rows) return tl::unexpected(rows.error());
    for (const EventView& row : *rows) {
      page.before = row.key;
      if (row.at < run.started) return made;
      if (row.kind != "finished") continue;
      const auto told = parse_json(row.detail, arena);
      const auto step = told ? step_of.find((*told)["call"].text_or({})) : step_of.end();
      if (step == step_of.end()) continue;
      const bool left_out = row.detail.size() > output_bytes_max;
      made.push_back({std::string(step->first), std::string(step->second), (*told)["attempt"].integer_or(1), row.at, std::string((*told)["status"].text_or({})),
                      std::string(told->at_path("error.message").text_or({})), left_out ? Value() : (*told)["output"], left_out});
    }
    if (rows->size() < page.max) return made;
  }
  return made;
}

Value trace_of(const Value& notes, const std::vector<CallView>& calls, const std::vector<CallAnswer>& answers, const Value& outputs, Arena& arena) {
  Trace trace(arena, calls, answers, outputs);
  for (const Value& note : notes.items()) trace.add(note);
  return trace.build();
}

}  // namespace shopbell::v1
