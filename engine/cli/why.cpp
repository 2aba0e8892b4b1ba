#include "base/time.h"
#include "cli/commands.h"
#include "cli/lists.h"
#include "cli/why_workflow.h"

#include <algorithm>
#include <set>

namespace shopbell::cli {
namespace {

constexpr std::size_t parts_shown_max = 1000;

struct Options {
  Where where;
  std::string id;
  WorkflowQuestion question;
  bool json = false;
};

void print_note(const Value& note, std::string_view indent) {
  const std::string_view at = note["at"].text_or("");
  const std::string_view workflow = note["workflow"].text_or("");
  std::string what(note["code"].text_or(""));
  std::replace(what.begin(), what.end(), '_', ' ');
  if (!note["step"].is_null()) what += fmt::format(" (step {})", note["step"].text_or(""));
  fmt::print("{}{}  {}{}{}{}\n", indent, at, workflow, workflow.empty() ? "" : ": ", what,
             note["text"].is_null() ? "" : "\n" + std::string(indent) + "    " + fit(note["text"].text_or(""), 400));
}

/// The ids of the parts that a run has begun, from its notes.
std::vector<std::string> parts_of(const RunView& r) {
  Arena arena;
  std::vector<std::string> ids;
  for (const Value& note : notes_view(r.row.notes, arena).items()) {
    const std::string_view text = note["text"].text_or("");
    if (note["code"].text_or("") == "part_begun") ids.emplace_back(text.substr(0, text.find(' ')));
  }
  return ids;
}

/// Behind each run the parts that it has begun, whatever began them; each once.
Result<std::vector<RunView>> with_parts(Reader& reader, std::vector<RunView> runs) {
  std::set<std::string> known;
  for (const RunView& r : runs) known.insert(r.row.id);
  for (std::size_t i = 0; i < runs.size() && runs.size() < parts_shown_max; ++i)
    for (const std::string& id : parts_of(runs[i])) {
      if (!known.insert(id).second) continue;
      auto part = reader.run(id);
      if (!part) return tl::unexpected(part.error());
      if (*part) runs.push_back(std::move(**part));
    }
  return runs;
}

void print_run(const RunView& r) {
  fmt::print("run {}  {}  {}{}\n", r.row.id, r.row.workflow, r.row.status, r.row.reason.empty() ? "" : ": " + fit(r.row.reason, 200));
  if (r.row.due) fmt::print("  goes on at {}\n", format_rfc3339(*r.row.due));
  Arena arena;
  for (const Value& note : notes_view(r.row.notes, arena).items()) print_note(note, "  ");
}

int why_event(Reader& reader, const EventView& e, bool json) {
  auto begun = reader.runs_of_event(e.key);
  if (!begun) return report(begun.error());
  const auto runs = with_parts(reader, std::move(*begun));
  if (!runs) return report(runs.error());
  Arena arena;
  if (json) {
    ListBuilder list(arena);
    for (const RunView& r : *runs) list.add(view(r, arena));
    fmt::print("{}\n", to_json(make_map(arena, {{"event", view(e, arena)}, {"runs", list.build()}})));
    return 0;
  }
  fmt::print("{} {}  {}  about {}  from {}\n", e.kind == "event" ? e.type : e.kind, e.event_id, format_rfc3339(e.at), fit(e.subject, 80), e.source);
  const Value notes = notes_view(e.notes, arena);
  for (const Value& note : notes.items()) print_note(note, "  ");
  for (const RunView& r : *runs) {
    fmt::print("\n");
    print_run(r);
  }
  if (e.kind == "event" && runs->empty() && notes.items().empty()) fmt::print("  no workflow is triggered by {}\n", e.type);
  return 0;
}

int why(const Options& options) {
  auto reader = open_reader(options.where);
  if (!reader) return report(reader.error());
  auto events = (*reader)->events_by_id(options.id);
  if (!events) return report(events.error());
  for (const EventView& e : *events)
    if (const int code = why_event(**reader, e, options.json); code != 0) return code;
  if (!events->empty()) return 0;
  auto run = (*reader)->run(options.id);
  if (!run) return report(run.error());
  if (!*run) return report({"not_found", fmt::format("there is no event and no run {}", options.id), "shopbell events and shopbell runs list them"});
  std::vector<RunView> one{std::move(**run)};
  const auto runs = with_parts(**reader, std::move(one));
  if (!runs) return report(runs.error());
  Arena arena;
  for (const RunView& r : *runs) {
    if (options.json) fmt::print("{}\n", to_json(view(r, arena)));
    else print_run(r);
  }
  return 0;
}

}  // namespace

void add_why(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("why", "Explain what came of an event, or how a run went");
  command.add_option("ID", options->id, "The id of an event, or of a run (its first digits are enough)");
  add_where(command, options->where);
  command.add_option("--customer", options->question.customer, "Instead, with --workflow: whom it is about: 7, an e-mail address, or a subject");
  command.add_option("--workflow", options->question.workflow, "What it decided about the customer: did it start, wait, stop, send, and why not");
  command.add_option("--at", options->question.at, "As it stood then: 2026-11-20, or 2026-11-20T08:00:00Z (otherwise: now)");
  command.add_flag("--again", options->question.again, "Decide anew from the journal, with the workflow as its file is now");
  command.add_flag("--json", options->json, "As JSON");
  command.footer("For every workflow that the event could have started it tells whether it did, and if not, which part of\nthe condition decided; for every run each step, branch, wait, attempt and end.\n\n"
      "  shopbell why --customer 7 --workflow abandoned-cart --at 2026-11-20\n\n"
      "tells the workflow's last ten decisions about the customer. Where nothing was noted, because the workflow is newer\n"
      "than the events, they are decided anew from the journal.");
  command.callback([&run, options] {
    run = [options] {
      const WorkflowQuestion& question = options->question;
      if (question.customer.empty() && question.workflow.empty() && !options->id.empty()) return why(*options);
      if (!question.customer.empty() && !question.workflow.empty()) {
        // The first name on the line is then the shop's folder.
        const Where where{options->id.empty() ? options->where.folder : options->id, options->where.data};
        return why_workflow(where, question, options->json);
      }
      fmt::print(stderr, "shopbell: why what? name an event or a run, or --customer and --workflow\n");
      return 2;
    };
  });
}

}  // namespace shopbell::cli
