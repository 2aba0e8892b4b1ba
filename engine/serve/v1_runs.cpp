// Events, runs, calls, what failed, and why.

#include "base/json.h"
#include "base/time.h"
#include "load/load.h"

#include "serve/customers.h"
#include "serve/decisions.h"
#include "serve/resolve.h"
#include "serve/v1_graph.h"
#include "serve/v1_handlers.h"
#include "serve/v1_trace.h"
#include "serve/views.h"

#include <algorithm>
#include <functional>
#include <map>

namespace shopbell::v1 {
namespace {

constexpr std::size_t searched_pages_max = 20;

std::string key_of(std::uint64_t key) { return std::to_string(key); }

bool has(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(), [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b)); }) != text.end();
}

Result<Filter> filter_of(V1Parts& parts, const V1Ask& ask) {
  Filter filter;
  filter.subject = ask.param("subject");
  filter.workflow = ask.param("workflow");
  filter.status = ask.param("status");
  filter.type = ask.param("type");
  filter.run = ask.param("run");
  filter.queue = ask.param("queue");
  filter.step = ask.param("step");
  return known_as(*parts.reader, filter);
}

/// A parameter that is an instant, or a day: then its midnight in UTC and `of_day`. The epoch: it is not there.
std::optional<Time> moment_of(const V1Ask& ask, std::string_view name, Millis of_day) {
  const std::string text = ask.param(name);
  if (text.empty()) return Time{};
  if (text.size() != 10) return parse_time(text);
  const auto day = parse_time(text + "T00:00:00Z");
  return day ? std::optional(*day + of_day) : std::nullopt;
}

/// A page of those that `wanted` takes, out of as many pages as that needs; `over`: neither that one nor what is behind it is meant.
template <class Row>
V1Answer page_of(V1Ask& ask, const std::function<Result<std::vector<Row>>(Page)>& read, const std::function<bool(const Row&)>& wanted, const std::function<bool(const Row&)>& over = {}) {
  ListBuilder items(ask.arena);
  Page page{ask.after(), std::max<std::size_t>(ask.limit(), wanted ? 200 : 1)};
  std::string next;
  for (std::size_t pages = 0; pages < searched_pages_max && items.size() < ask.limit(); ++pages) {
    const auto rows = read(page);
    if (!rows) return tl::unexpected(rows.error());
    next.clear();
    for (const Row& row : *rows) {
      if (over && over(row)) return v1_list(ask, items, {});
      page.before = row.key;
      next = key_of(row.key);
      if (!wanted || wanted(row)) items.add(view(row, ask.arena));
      if (items.size() == ask.limit()) break;
    }
    if (rows->size() < page.max && items.size() < ask.limit()) next.clear();
    if (rows->size() < page.max) break;
  }
  return v1_list(ask, items, next);
}

std::shared_ptr<const Workflow> workflow_of(V1Parts& parts, const RunRow& run) {
  const auto present = parts.workflows();
  for (const auto& workflow : present->all())
    if (workflow->version == run.version) return workflow;
  const auto bundle = parts.reader->bundle(run.version);
  const auto source = bundle && *bundle ? decode_source(**bundle) : Result<WorkflowSource>(fail("", ""));
  auto read = source ? load_workflow(*source) : Read<std::shared_ptr<const Workflow>>{};
  return read.value ? *read.value : nullptr;
}

V1Answer decide(V1Parts& parts, V1Ask& ask, std::string_view verb, const Value& body) {
  const auto remedy = remedy_of(verb);
  if (!remedy) return fail("not_found", "a run is retried, skipped or cancelled");
  auto made = resolution_of(*parts.reader, *remedy, to_json(MapBuilder(ask.arena, body).add("by", ask.arena.copy(ask.who.name)).build()));
  if (!made) return tl::unexpected(made.error());
  const Value done = make_map(ask.arena, {{"given", static_cast<std::int64_t>(made->entries.size())}, {"next", made->next > 0 ? Value(static_cast<std::int64_t>(made->next)) : Value()}});
  if (made->entries.empty()) return v1_json(done);
  Job job;
  job.entries = std::move(made->entries);
  job.arrived = std::chrono::steady_clock::now();
  const auto held = ask.shared_from_this();
  job.then = [held, done](const ServerResponse& response) {
    held->answer(response.status == 503 ? v1_problem(503, "busy", "the engine cannot take more at the moment; send this again") : v1_json(done));
  };
  if (!parts.offer(job)) return v1_problem(503, "busy", "the engine cannot take more at the moment; send this again");
  return v1_later();
}

/// One sentence of many notes: the last that says why.
Value answer_of(const std::string& workflow, const Value& notes, const std::string& run, Arena& arena) {
  std::string why;
  Value at;
  bool started = !run.empty();
  for (const Value& note : notes.items()) {
    if (note["workflow"].text_or({}) != workflow) continue;
    started = started || note["code"].text_or({}) == "started";
    if (!note["text"].is_null()) why = note["text"].text_or({});
    at = note["at"];
  }
  return make_map(arena, {{"workflow", arena.copy(workflow)}, {"started", started}, {"why", arena.copy(why)}, {"at", at}, {"operands", operands_of(why, arena)}, {"run", run.empty() ? Value() : Value(arena.copy(run))}});
}

V1Answer why_event(V1Parts& parts, V1Ask& ask, const std::string& id) {
  const auto events = parts.reader->events_by_id(id);
  if (!events) return tl::unexpected(events.error());
  if (events->empty()) return fail("not_found", "there is no event " + id);
  ListBuilder answers(ask.arena);
  for (const EventView& e : *events) {
    const auto runs = parts.reader->runs_of_event(e.key);
    if (!runs) return tl::unexpected(runs.error());
    const Value notes = notes_view(e.notes, ask.arena);
    std::vector<std::string> told;
    for (const RunView& r : *runs) {
      told.push_back(r.row.workflow);
      answers.add(answer_of(r.row.workflow, notes_view(r.row.notes, ask.arena), r.row.id, ask.arena));
    }
    for (const Value& note : notes.items()) {
      const std::string workflow(note["workflow"].text_or({}));
      if (workflow.empty() || std::find(told.begin(), told.end(), workflow) != told.end()) continue;
      told.push_back(workflow);
      answers.add(answer_of(workflow, notes, {}, ask.arena));
    }
  }
  return v1_json(make_map(ask.arena, {{"event", view(events->front(), ask.arena)}, {"answers", answers.build()}}));
}

V1Answer why_customer(V1Parts& parts, V1Ask& ask) {
  const auto at = ask.param("at").empty() ? std::optional(ask.now) : parse_time(ask.param("at").size() == 10 ? ask.param("at") + "T23:59:59Z" : ask.param("at"));
  if (!at) return fail("bad_query", "at is a day or an instant: 2026-11-20, 2026-11-20T08:00:00Z");
  const auto customer = find_customer(*parts.reader, ask.param("customer"), ask.arena);
  if (!customer) return tl::unexpected(customer.error());
  if (!*customer) return fail("not_found", "nobody is called so");
  const auto decisions = noted_decisions(*parts.reader, (*customer)->id, ask.param("workflow"), *at);
  if (!decisions) return tl::unexpected(decisions.error());
  ListBuilder answers(ask.arena);
  for (auto one = decisions->rbegin(); one != decisions->rend() && answers.size() < 10; ++one) {
    const bool started = !one->runs.empty();
    const Value notes = notes_view(started ? one->runs.front().row.notes : one->notes, ask.arena);
    MapBuilder map(ask.arena, answer_of(ask.param("workflow"), notes, started ? one->runs.front().row.id : std::string(), ask.arena));
    answers.add(map.add("event", ask.arena.copy(one->event)).add("type", ask.arena.copy(one->type)).add("at", ask.arena.copy(format_rfc3339(one->at))).add("notes", notes).build());
  }
  return v1_json(make_map(ask.arena, {{"customer", ask.arena.copy((*customer)->id)}, {"answers", answers.build()}}));
}

}  // namespace

V1Answer list_runs(V1Parts& parts, V1Ask& ask) {
  const auto filter = filter_of(parts, ask);
  if (!filter) return tl::unexpected(filter.error());
  const std::string q = ask.param("q"), event = ask.param("event");
  const auto since = moment_of(ask, "since", {}), until = moment_of(ask, "until", Millis{86'399'999});
  if (!since || !until) return fail("bad_query", "since and until are days or instants: 2026-11-20, 2026-11-20T08:00:00Z");
  std::function<bool(const RunView&)> wanted;
  if (!q.empty() || !event.empty() || *until != Time{})
    wanted = [&](const RunView& r) {
      if ((!event.empty() && r.event_id != event) || (*until != Time{} && r.row.started > *until)) return false;
      return q.empty() || r.row.id.starts_with(q) || has(r.row.subject, q) || has(r.row.workflow, q) || has(r.row.reason, q) || has(r.event_id, q) || has(r.row.step, q) || has(r.row.notes, q);
    };
  std::function<bool(const RunView&)> over;
  if (*since != Time{}) over = [&](const RunView& r) { return r.row.started < *since; };
  return page_of<RunView>(ask, [&](Page page) { return parts.reader->runs(*filter, page); }, wanted, over);
}

V1Answer show_run(V1Parts& parts, V1Ask& ask) {
  const auto run = parts.reader->run(ask.args[0]);
  if (!run) return tl::unexpected(run.error());
  if (!*run) return fail("not_found", "there is no such run");
  const RunRow& row = (*run)->row;
  Filter filter;
  filter.run = row.id;
  const auto calls = parts.reader->calls(filter, {0, 200});
  if (!calls) return tl::unexpected(calls.error());
  const auto state = row.state.empty() ? Result<Run>(Run{}) : decode_run(row.state, ask.arena);
  const auto answers = answers_of(*parts.reader, row, *calls, ask.arena);
  if (!answers) return tl::unexpected(answers.error());
  ListBuilder made(ask.arena);
  for (const CallView& call : *calls) made.add(view(call, ask.arena));
  MapBuilder map(ask.arena, view(**run, ask.arena));
  map.add("trace", trace_of(notes_view(row.notes, ask.arena), *calls, *answers, state ? state->outputs : Value(), ask.arena)).add("calls", made.build());
  if (const auto workflow = workflow_of(parts, row)) map.add("graph", graph_of(*workflow, ask.arena)).add("title", ask.arena.copy(workflow->title));
  return v1_json(map.build());
}

V1Answer retry_run(V1Parts& parts, V1Ask& ask) { return decide(parts, ask, "retry", make_map(ask.arena, {{"runs", make_list(ask.arena, std::vector<Value>{Value(ask.args[0])})}})); }
V1Answer skip_run(V1Parts& parts, V1Ask& ask) { return decide(parts, ask, "skip", make_map(ask.arena, {{"runs", make_list(ask.arena, std::vector<Value>{Value(ask.args[0])})}})); }
V1Answer cancel_run(V1Parts& parts, V1Ask& ask) { return decide(parts, ask, "cancel", make_map(ask.arena, {{"runs", make_list(ask.arena, std::vector<Value>{Value(ask.args[0])})}})); }
V1Answer decide_many(V1Parts& parts, V1Ask& ask) { return decide(parts, ask, ask.args[0], ask.body); }

V1Answer list_attention(V1Parts& parts, V1Ask& ask) {
  const auto filter = filter_of(parts, ask);
  if (!filter) return tl::unexpected(filter.error());
  return page_of<RunView>(ask, [&](Page page) { return parts.reader->attention(*filter, page); }, {});
}

V1Answer list_calls(V1Parts& parts, V1Ask& ask) {
  const auto filter = filter_of(parts, ask);
  if (!filter) return tl::unexpected(filter.error());
  return page_of<CallView>(ask, [&](Page page) { return parts.reader->calls(*filter, page); }, {});
}

V1Answer list_events(V1Parts& parts, V1Ask& ask) {
  const auto filter = filter_of(parts, ask);
  if (!filter) return tl::unexpected(filter.error());
  const std::string q = ask.param("q");
  std::function<bool(const EventView&)> wanted;
  if (!q.empty()) wanted = [q](const EventView& e) { return has(e.event_id, q) || has(e.type, q) || has(e.subject, q) || has(e.source, q); };
  return page_of<EventView>(ask, [&](Page page) { return parts.reader->events(*filter, page); }, wanted);
}

V1Answer show_event(V1Parts& parts, V1Ask& ask) {
  const std::string& id = ask.args[0];
  std::optional<EventView> event;
  if (std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; }) && id.size() < 18) {
    auto found = parts.reader->event(std::stoull(id));
    if (!found) return tl::unexpected(found.error());
    event = std::move(*found);
  }
  if (!event) {
    auto found = parts.reader->events_by_id(id);
    if (!found) return tl::unexpected(found.error());
    if (!found->empty()) event = std::move(found->front());
  }
  if (!event) return fail("not_found", "there is no event " + id);
  MapBuilder map(ask.arena, view(*event, ask.arena));
  const auto line = parts.reader->line(event->key);
  const auto whole = line ? parse_json(*line, ask.arena) : Result<Value>();
  if (line && whole) map.add("data", (*whole)["data"]);
  return v1_json(map.build());
}

V1Answer why(V1Parts& parts, V1Ask& ask) {
  if (const std::string id = ask.param("event"); !id.empty()) return why_event(parts, ask, id);
  if (!ask.param("customer").empty() && !ask.param("workflow").empty()) return why_customer(parts, ask);
  return fail("bad_query", "name an event, or a customer and a workflow");
}

}  // namespace shopbell::v1
