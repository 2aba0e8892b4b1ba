#include "cli/why_workflow.h"

#include "base/diagnostic.h"
#include "base/json.h"
#include "base/time.h"
#include "cli/log_filter.h"
#include "cli/table.h"
#include "load/load.h"
#include "serve/decisions.h"
#include "serve/views.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace shopbell::cli {
namespace {

constexpr std::size_t decisions_shown_max = 10;

std::string subject_named(const std::string& customer) {
  if (customer.find(':') != std::string::npos) return customer;
  std::string id = customer;
  if (id.find('@') != std::string::npos)
    std::transform(id.begin(), id.end(), id.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return "customer:" + id;
}

void print_notes(std::string_view notes, Time upto, std::string_view indent) {
  Arena arena;
  for (const Value& note : notes_view(notes, arena).items()) {
    const auto at = parse_time(note["at"].text_or(""));
    if (at && *at > upto) continue;
    std::string what(note["code"].text_or(""));
    std::replace(what.begin(), what.end(), '_', ' ');
    if (const auto step = note["step"].text_or(""); !step.empty()) what += fmt::format(" (step {})", step);
    const auto text = note["text"].text_or("");
    fmt::print("{}{}  {}{}{}\n", indent, note["at"].text_or(""), what, text.empty() ? "" : ": ", fit(text, 300));
  }
}

/// How a run stood: what it is now may have come later.
std::string standing(const RunRow& run, Time at) {
  if (run.ended && *run.ended <= at) return run.status + (run.reason.empty() ? "" : ": " + fit(run.reason, 200));
  if (!run.ended && run.due && *run.due > at) return run.status + " until " + format_rfc3339(*run.due);
  return run.ended ? "open then, later " + run.status : run.status;
}

void print(const Decision& decision, Time at) {
  fmt::print("{}  {} {}\n", format_rfc3339(decision.at), decision.type, fit(decision.event, 80));
  print_notes(decision.notes, at, "  ");
  if (decision.runs.empty()) fmt::print("  it did not start\n");
  for (const RunView& run : decision.runs) {
    fmt::print("  run {}  {}\n", run.row.id.substr(0, 12), standing(run.row, at));
    print_notes(run.row.notes, at, "    ");
  }
}

Value view(const Decision& decision, bool anew, Arena& arena) {
  ListBuilder runs(arena);
  for (const RunView& run : decision.runs) runs.add(view(run, arena));
  return make_map(arena, {{"at", arena.copy(format_rfc3339(decision.at))}, {"event", decision.event}, {"type", decision.type}, {"decided_anew", anew},
                          {"notes", notes_view(decision.notes, arena)}, {"runs", runs.build()}});
}

/// The set of that workflow alone; nothing: the shop, as it is now, has none of that id, or cannot be loaded.
std::optional<Workflows> workflow_alone(const std::string& folder, const std::string& id, std::vector<std::string>& known) {
  auto shop = load_shop(folder);
  if (!shop.value) return std::nullopt;
  for (const auto& workflow : shop.value->workflows) known.push_back(workflow->id);
  std::erase_if(shop.value->workflows, [&](const auto& workflow) { return workflow->id != id; });
  if (shop.value->workflows.empty()) return std::nullopt;
  return Workflows(shop.value->config.facts, std::move(shop.value->workflows));
}

/// What would have started it.
std::string starters(const Workflows& alone) {
  std::vector<std::string> types;
  for (const Trigger& trigger : alone.all().front()->on) types.push_back(trigger.event);
  return types.empty() ? "only other workflows start it" : fmt::format("{} starts it", fmt::join(types, ", "));
}

}  // namespace

int why_workflow(const Where& where, const WorkflowQuestion& question, bool json) {
  Time at = std::chrono::floor<Millis>(std::chrono::system_clock::now());
  if (!question.at.empty()) {
    const auto read = parse_moment(question.at);
    if (!read) return report(read.error());
    at = *read;
  }
  auto reader = open_reader(where);
  if (!reader) return report(reader.error());
  const std::string subject = subject_named(question.customer);
  std::vector<std::string> known;
  const auto alone = workflow_alone(where.folder, question.workflow, known);
  auto decisions = noted_decisions(**reader, subject, question.workflow, at);
  const bool anew = alone && (question.again || (decisions && decisions->empty()));
  if (anew) decisions = decide_anew(**reader, subject, *alone, at);
  if (!decisions) return report(decisions.error());
  if (decisions->empty() && !alone) {
    const std::vector<std::string_view> ids(known.begin(), known.end());
    const std::string text = fmt::format("nothing is noted of {} about {}, and the shop has no such workflow", question.workflow, subject);
    return report({"not_found", text, did_you_mean(question.workflow, ids)});
  }
  if (decisions->size() > decisions_shown_max) decisions->erase(decisions->begin(), decisions->end() - decisions_shown_max);
  if (json) {
    Arena arena;
    for (const Decision& decision : *decisions) fmt::print("{}\n", to_json(view(decision, anew, arena)));
    return 0;
  }
  fmt::print("{} and {}, as of {}{}\n", question.workflow, subject, format_rfc3339(at),
             anew ? ", decided anew from the journal with the workflow as it is now" : "");
  for (const Decision& decision : *decisions) print(decision, at);
  if (decisions->empty())
    fmt::print("  it never came to a decision: {}, and nothing of the kind happened to {} by then\n", starters(*alone), subject);
  return 0;
}

}  // namespace shopbell::cli
