#include "serve/retime.h"

#include "base/hash.h"
#include "base/time.h"
#include "core/retime.h"
#include "intake/cloudevent.h"
#include "serve/customers.h"

#include <algorithm>

namespace shopbell {
namespace {

struct Wish {
  Time due, now;
  std::string_view by, key;
};

bool waits_for_a_time(const RunRow& run) { return run.status == to_text(RunStatus::waiting) && run.due && !run.ended; }

Result<std::vector<RunRow>> named(Reader& reader, const Value& ids) {
  if (ids.size() > retimed_max) return fail("bad_body", "a request may name " + std::to_string(retimed_max) + " runs");
  std::vector<RunRow> rows;
  for (const Value& id : ids.items()) {
    auto run = reader.run(id.text_or({}));
    if (!run) return tl::unexpected(run.error());
    if (!*run) return fail("not_found", "there is no run " + std::string(id.text_or({})));
    if (!waits_for_a_time((*run)->row)) return fail("conflict", "the run " + (*run)->row.id + " waits for no time");
    rows.push_back(std::move((*run)->row));
  }
  return rows;
}

Result<std::vector<RunRow>> filtered(Reader& reader, const Value& asked, std::uint64_t& next) {
  Filter filter;
  filter.workflow = asked["workflow"].text_or({});
  filter.subject = asked["subject"].text_or({});
  filter.status = to_text(RunStatus::waiting);
  if (filter.workflow.empty() && filter.subject.empty() && !asked["all"].boolean_or(false)) return fail("bad_body", "which runs? name runs, a workflow or a subject, or say all: true");
  const auto known = known_as(reader, filter);
  if (!known) return tl::unexpected(known.error());
  const auto before = static_cast<std::uint64_t>(std::max<std::int64_t>(0, asked["before"].integer_or(0)));
  auto runs = reader.runs(*known, {before, retimed_max});
  if (!runs) return tl::unexpected(runs.error());
  if (runs->size() == retimed_max) next = runs->back().key;
  std::vector<RunRow> rows;
  for (RunView& run : *runs)
    if (waits_for_a_time(run.row)) rows.push_back(std::move(run.row));
  return rows;
}

/// Said again without a key it is another event; to what end, the run knows.
std::string id_of_word(const RunRow& run, const Wish& wish) {
  const std::string due = format_rfc3339(wish.due);
  if (!wish.key.empty()) return id_of({"retime", run.id, due, "key", wish.key});
  return id_of({"retime", run.id, due, std::to_string(to_ms(wish.now)), wish.by});
}

void add(Job& job, const RunRow& run, const Wish& wish) {
  Arena& arena = *job.arena;
  Event event;
  event.id = arena.copy(id_of_word(run, wish));
  event.source = arena.copy("agent/" + std::string(wish.by));
  event.type = arena.copy(run_retimed);
  event.subject = arena.copy(run.subject);
  event.at = wish.now;
  event.data = make_map(arena, {{"retime", make_map(arena, {{"run", arena.copy(run.id)}, {"due", arena.copy(format_rfc3339(wish.due))}, {"by", arena.copy(wish.by)}})}});
  std::string line;
  append_line(line, event, event.at);
  job.lines.push_back(std::move(line));
  job.entries.emplace_back() = {run.subject, {event.at, Received{event, 0, {}, {}}}, event_digest(event.source, event.id), job.lines.back()};
  job.bytes += job.lines.back().size();
}

}  // namespace

Result<Retiming> retiming_of(Reader& reader, const Value& asked, std::string_view by, std::string_view key, Time now) {
  const auto due = parse_time(asked["due"].text_or({}));
  if (!due) return fail("bad_body", "due is an instant: 2026-12-24T18:00:00Z");
  if (*due > now + retimed_for_max) return fail("bad_body", "due is more than five years away");
  Retiming made;
  const auto runs = asked["runs"].is_null() ? filtered(reader, asked, made.next) : named(reader, asked["runs"]);
  if (!runs) return tl::unexpected(runs.error());
  made.job.arena = std::make_unique<Arena>();
  made.job.lines.reserve(runs->size());  // the entries point to them
  for (const RunRow& run : *runs) add(made.job, run, {*due, now, by, key});
  made.job.arrived = std::chrono::steady_clock::now();
  return made;
}

}  // namespace shopbell
