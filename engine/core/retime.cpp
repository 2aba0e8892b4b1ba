#include "core/retime.h"

#include "base/time.h"
#include "core/runs.h"

#include <algorithm>

namespace shopbell {
namespace {

bool may_be_retimed(const Turn& turn, const Run& run) {
  if (run.status != RunStatus::waiting || run.due == Time{} || run.flow.clock) return false;
  const Workflow* workflow = turn.workflows.version(run.version);
  if (workflow == nullptr || run.at >= workflow->program.size()) return true;
  const Op op = workflow->program[run.at].op;
  return op != Op::fork && op != Op::call;
}

}  // namespace

void take_retimed(Turn& turn, const Event& event) {
  const Value asked = event.data["retime"];
  const std::string id(asked["run"].text_or({}));
  const auto due = parse_time(asked["due"].text_or({}));
  auto& runs = turn.subject.runs;
  const auto run = std::find_if(runs.begin(), runs.end(), [&](const Run& one) { return one.id == id; });
  if (!due || run == runs.end() || !may_be_retimed(turn, *run)) return turn.note("not_retimed", "the run " + id + " waits for no time: it is left as it is");
  turn.note("retimed", std::string(asked["by"].text_or("somebody")) + " lets it wait until " + format_rfc3339(*due) + ", and not until " + format_rfc3339(run->due), run->workflow, run->id);
  run->due = std::max(*due, Time{Millis{1}});
  settle(turn, id);
}

}  // namespace shopbell
