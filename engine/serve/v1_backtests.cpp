// What an edit of a workflow would have done: a backtest over the recorded log, before anything is deployed.

#include "base/json.h"
#include "base/time.h"
#include "serve/v1_handlers.h"
#include "serve/v1_workflows.h"

#include <algorithm>

namespace shopbell::v1 {
namespace {

Value shown(const BacktestState& state, Arena& arena) {
  MapBuilder map(arena);
  map.add("id", arena.copy(state.id)).add("workflow", arena.copy(state.workflow)).add("hash", arena.copy(state.hash)).add("by", arena.copy(state.by));
  map.add("status", to_text(state.status)).add("begun", arena.copy(format_rfc3339(state.begun))).add("since", arena.copy(format_rfc3339(state.since)));
  const double part = state.bytes_all == 0 ? 0.0 : static_cast<double>(std::min(state.bytes, state.bytes_all)) / static_cast<double>(state.bytes_all);
  map.add("progress", state.status == BacktestState::Status::done ? 1.0 : part);
  if (!state.why.empty()) map.add("why", arena.copy(state.why));
  if (state.findings.empty()) return map.build();
  if (const auto findings = parse_json(state.findings, arena)) map.add("findings", *findings);
  return map.build();
}

V1Answer do_begin(V1Parts& parts, V1Ask& ask) {
  const std::int64_t days = std::clamp<std::int64_t>(ask.body["days"].integer_or(backtest_days_otherwise), 1, backtest_days_max);
  auto staged = stage(parts, ask);
  if (!staged) return tl::unexpected(staged.error());
  std::shared_ptr<const Workflow> workflow;
  const auto found = (*staged)->check(workflow);
  if (has_errors(found) || !workflow) return v1_problem(422, "bad_workflow", "the shop would have mistakes with it: see diagnostics", make_map(ask.arena, {{"diagnostics", diagnostics_value(found, ask.arena)}}));
  const auto id = parts.backtests.begin({std::move(*staged), parts.config->folder, parts.data, workflow->id, workflow->version, ask.who.name, ask.now - Millis{days * 24 * 3'600'000}, ask.now});
  if (!id) return tl::unexpected(id.error());
  return v1_json(shown(*parts.backtests.find(*id), ask.arena), 202);
}

}  // namespace

V1Answer begin_backtest(V1Parts& parts, V1Ask& ask) { return apart(parts, ask, do_begin); }

V1Answer show_backtest(V1Parts& parts, V1Ask& ask) {
  const auto state = parts.backtests.find(ask.args[0]);
  if (!state) return fail("not_found", "there is no such backtest any more");
  return v1_json(shown(*state, ask.arena));
}

V1Answer cancel_backtest(V1Parts& parts, V1Ask& ask) {
  if (!parts.backtests.cancel(ask.args[0])) return fail("not_found", "there is no such backtest any more");
  return show_backtest(parts, ask);
}

}  // namespace shopbell::v1
