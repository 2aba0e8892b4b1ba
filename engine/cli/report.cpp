#include "serve/report.h"

#include "base/time.h"
#include "cli/commands.h"
#include "cli/lists.h"
#include "serve/clock.h"

namespace shopbell::cli {
namespace {

struct Options {
  Where where;
  int days = report_days_otherwise;
  bool json = false;
};

std::string shown(std::string_view name, const Value& v) {
  if (v.is_null()) return "";
  if (name.ends_with("_ms")) return format_duration(Millis{v.integer_or(0) / 1000 * 1000});
  if (name == "csat" || name == "answers_helped") return fmt::format("{:.0f} %", 100 * v.number_or(0));
  if (name == "nps") return fmt::format("{:+.0f}", v.number_or(0));
  if (name == "ces") return fmt::format("{:.1f}", v.number_or(0));
  return to_json(v);
}

constexpr std::string_view columns[] = {"tickets", "reopened", "first_reply_ms", "resolution_ms", "csat", "nps", "ces"};

void print_groups(const Value& groups, const char* head) {
  Table table({head, "TICKETS", "REOPENED", "FIRST REPLY", "RESOLUTION", "CSAT", "NPS", "CES"});
  for (const Member& group : groups.members()) {
    std::vector<std::string> cells{std::string(group.key.text_or({}))};
    for (const std::string_view name : columns) cells.push_back(shown(name, group.value[name]));
    table.add(std::move(cells));
  }
  if (!table.empty()) fmt::print("\n{}", table.text());
}

void print_sources(const Value& sources) {
  Table table({"ANSWER", "RATED", "HELPED"});
  for (const Member& source : sources.members())
    table.add({std::string(source.key.text_or({})), shown("answers_rated", source.value["answers_rated"]), shown("answers_helped", source.value["answers_helped"])});
  if (!table.empty()) fmt::print("\n{}", table.text());
}

void print(const Value& made) {
  fmt::print("{} to {}\n\n", made["from"].text_or(""), made["to"].text_or(""));
  Table table({"", "", "MEANS"});
  for (const Member& number : made["total"].members()) {
    const std::string_view name = number.key.text_or({});
    const std::string_view means = made["definitions"][name.ends_with("_answers") ? "answers" : name].text_or("");
    std::string label(name.ends_with("_ms") ? name.substr(0, name.size() - 3) : name);
    table.add({std::move(label), shown(name, number.value), std::string(means)});
  }
  fmt::print("{}", table.text());
  print_groups(made["intents"], "INTENT");
  print_groups(made["workflows"], "WORKFLOW");
  print_groups(made["queues"], "QUEUE");
  print_sources(made["sources"]);
}

int run_report(const Options& options) {
  auto reader = open_reader(options.where);
  if (!reader) return report(reader.error());
  const Time to = wall_clock(), from = to - Millis{std::int64_t{options.days} * 24 * 3'600'000};
  const auto facts = read_facts(**reader, from, to);
  if (!facts) return report(facts.error());
  Arena arena;
  const Value made = desk::report(*facts, arena);
  if (options.json) fmt::print("{}\n", to_json(made));
  else print(made);
  return 0;
}

}  // namespace

void add_report(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("report", "How well it goes: contacts, tickets, replies, surveys, and what each number means");
  add_where(command, options->where);
  command.add_option("--days", options->days, "Of so many days until now (default 28)").between(1, report_days_max);
  command.add_flag("--json", options->json, "As one JSON object, with the definitions");
  command.callback([&run, options] { run = [options] { return run_report(*options); }; });
}

}  // namespace shopbell::cli
