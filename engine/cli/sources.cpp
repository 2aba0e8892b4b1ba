#include "base/time.h"
#include "cli/commands.h"
#include "cli/lists.h"

namespace shopbell::cli {
namespace {

std::string when(Time at) { return at == Time{} ? "never" : format_rfc3339(at); }

std::vector<std::string> cells(const SourceRow& s) {
  const std::string gap = s.gap_ms > 0 ? format_duration(Millis{std::max<std::int64_t>(s.gap_ms / 1000, 1) * 1000}) : "";
  return {s.name, s.silent ? "silent" : "", std::to_string(s.events), when(s.last), gap,
          std::to_string(s.rejected), fit(s.reason, 60)};
}

int sources(const ListOptions& options) {
  auto reader = open_reader(options.where);
  if (!reader) return report(reader.error());
  return print_rows((*reader)->sources(), options.json,
                    {"SOURCE", "STATE", "EVENTS", "LAST", "USUAL GAP", "REFUSED", "WHY, THE LAST TIME"}, cells,
                    "no sources yet");
}

}  // namespace

void add_sources(Command app, Run& run) {
  auto options = std::make_shared<ListOptions>();
  Command command = app.add_subcommand("sources", "List who tells the shop what happens, and how they behave");
  add_where(command, options->where);
  command.add_flag("--json", options->json, "One JSON object a line, with everything that is known");
  command.footer(
      "A source is silent when it has been quiet for longer than its `silent_after` in shopbell.yaml; without that, after\n"
      "20 events, than three times its usual gap, twice its longest of late, and an hour. The event source.silent tells\n"
      "workflows of it, once. What was refused is counted here some 30 seconds later.");
  command.callback([&run, options] { run = [options] { return sources(*options); }; });
}

}  // namespace shopbell::cli
