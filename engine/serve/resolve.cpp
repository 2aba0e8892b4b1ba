#include "serve/resolve.h"

#include "base/json.h"
#include "base/time.h"

#include <algorithm>
#include <array>

namespace shopbell {
namespace {

using Remedy = Resolved::Remedy;

Result<void> check(const Value& asked) {
  static constexpr std::array known{"runs", "workflow", "step", "subject", "since", "all", "by", "before"};
  if (!asked.is(Kind::map)) return fail("bad_body", "the body is no JSON object");
  for (const Member& m : asked.members())
    if (std::find(known.begin(), known.end(), m.key.text_or({})) == known.end())
      return fail("bad_body", "the body has a key that is not known here: " + std::string(m.key.text_or({})));
  for (const char* text : {"workflow", "step", "subject", "since", "by"})
    if (!asked[text].is_null() && !asked[text].is(Kind::string)) return fail("bad_body", std::string(text) + " is no text");
  if (!asked["runs"].is_null() && !asked["runs"].is(Kind::list)) return fail("bad_body", "runs is no list of ids");
  if (asked["runs"].size() > resolved_max) return fail("bad_body", "a request may name " + std::to_string(resolved_max) + " runs");
  return {};
}

Result<Filter> filter_of(const Value& asked) {
  Filter filter;
  filter.workflow = asked["workflow"].text_or("");
  filter.step = asked["step"].text_or("");
  filter.subject = asked["subject"].text_or("");
  if (const std::string_view since = asked["since"].text_or(""); !since.empty()) {
    const auto at = parse_time(since);
    if (!at) return fail("bad_body", "since is no instant: 2026-12-24T18:00:00Z");
    filter.since = *at;
  }
  const bool empty = filter.workflow.empty() && filter.step.empty() && filter.subject.empty() && filter.since == Time{};
  if (empty && !asked["all"].boolean_or(false)) return fail("bad_body", "which runs? name runs, workflow, step, subject or since, or say all: true");
  return filter;
}

Entry entry_of(const RunRow& run, Remedy remedy, const std::string& by) {
  Entry entry;
  entry.subject = run.subject;
  if (run.ended) entry.input.what = Resolved{run.id, remedy, by};
  else entry.input.what = Cancelled{run.id, by};
  return entry;
}

Result<Resolution> named_runs(Reader& reader, Remedy remedy, const Value& ids, const std::string& by) {
  Resolution made;
  for (const Value& id : ids.items()) {
    const auto run = reader.run(id.text_or(""));
    if (!run) return tl::unexpected(run.error());
    if (!*run) return fail("not_found", "there is no run " + std::string(id.text_or("")));
    const RunRow& row = (*run)->row;
    if (!row.ended && remedy != Remedy::cancel) return fail("not_found", "the run " + row.id + " has not failed: it is " + row.status);
    made.entries.push_back(entry_of(row, remedy, by));
  }
  return made;
}

}  // namespace

std::optional<Remedy> remedy_of(std::string_view word) {
  if (word == "retry") return Remedy::retry;
  if (word == "skip") return Remedy::skip;
  if (word == "cancel") return Remedy::cancel;
  return {};
}

Result<Resolution> resolution_of(Reader& reader, Remedy remedy, std::string_view body) {
  Arena arena;
  const auto asked = parse_json(body, arena);
  if (!asked) return fail("bad_body", "the body is no JSON: " + asked.error().message);
  if (auto good = check(*asked); !good) return tl::unexpected(good.error());
  const std::string by((*asked)["by"].text_or("the API"));
  if (const Value ids = (*asked)["runs"]; !ids.is_null()) return named_runs(reader, remedy, ids, by);
  const auto filter = filter_of(*asked);
  if (!filter) return tl::unexpected(filter.error());
  const auto before = static_cast<std::uint64_t>(std::max<std::int64_t>(0, (*asked)["before"].integer_or(0)));
  const auto runs = reader.attention(*filter, {before, resolved_max});
  if (!runs) return tl::unexpected(runs.error());
  Resolution made;
  for (const RunView& run : *runs) made.entries.push_back(entry_of(run.row, remedy, by));
  if (runs->size() == resolved_max) made.next = runs->back().key;
  return made;
}

}  // namespace shopbell
