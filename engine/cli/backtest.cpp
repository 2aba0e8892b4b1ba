// What the workflows would have done over a log, and what another version of them.

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/log_filter.h"
#include "cli/revision.h"
#include "cli/table.h"
#include "play/compare.h"
#include "serve/outcomes.h"
#include "store/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

namespace shopbell::cli {
namespace {

constexpr std::size_t changes_shown = 20;
constexpr std::size_t threads_max = 64;

struct Options {
  std::string folder = ".", against, html;
  std::string outcomes;
  std::vector<std::string> logs, model, only;
  LogFilterOptions filter;
  std::size_t threads = 0;
  bool json = false, render = false;
};

/// Nothing: it has mistakes, which are told.
std::optional<play::Candidate> load(std::string name, const std::string& folder, bool render) {
  auto read = play::load_candidate(std::move(name), folder, render);
  for (const Diagnostic& d : read.diagnostics)
    if (d.severity == Severity::error) fmt::print(stderr, "{}", to_text(d));
  return std::move(read.value);
}

/// "12 (+3)".
std::string beside(std::uint64_t now, std::uint64_t before, bool two) {
  const std::string text = play::grouped(now);
  if (!two || now == before) return text;
  return now > before ? fmt::format("{} (+{})", text, play::grouped(now - before)) : fmt::format("{} (-{})", text, play::grouped(before - now));
}

void print_workflows(const play::Findings& f) {
  static const play::WorkflowTally none;
  const bool two = f.versions.size() > 1;
  Table table({"WORKFLOW", "BEGAN", "ENDED", "STOPPED", "FAILED", "WAIT", "NEVER END", "MESSAGES"});
  Table reasons({"WORKFLOW", "HOW OFTEN", "WHY NOT, OR NOT TO THE END"});
  for (const std::string& name : f.workflows()) {
    const play::WorkflowTally& a = f.find(0, name) ? *f.find(0, name) : none;
    const play::WorkflowTally& b = f.find(f.versions.size() - 1, name) ? *f.find(f.versions.size() - 1, name) : none;
    table.add({name, beside(a.started, b.started, two), beside(a.done, b.done, two), beside(a.stopped, b.stopped, two), beside(a.failed, b.failed, two),
               beside(a.open, b.open, two), beside(a.endless, b.endless, two), beside(messages_of(a), messages_of(b), two)});
    for (std::size_t i = 0; i < play::hindrances.size(); ++i)
      if (a.hindered[i] + b.hindered[i] > 0) reasons.add({name, beside(a.hindered[i], b.hindered[i], two), play::hindrance_text(play::hindrances[i])});
    for (const auto& [reason, count] : a.ends) reasons.add({name, play::grouped(count), "ended early: " + fit(reason, 100)});
    for (const auto& [deed, count] : a.deeds) reasons.add({name, play::grouped(count), "did: " + fit(deed, 100)});
  }
  fmt::print("\n{}\n{}", table.text(), reasons.text());
}

void print_changes(const play::Findings& f) {
  fmt::print("\nwho would get other messages than by {}: {} customers get more, {} fewer, {} as many but others\n", f.versions[1].name, play::grouped(f.gain), play::grouped(f.lose), play::grouped(f.differ));
  Table table({"CUSTOMER", "BEFORE", "NOW", "MESSAGE"});
  for (std::size_t i = 0; i < std::min(changes_shown, f.changes.size()); ++i)
    for (const auto& part : f.changes[i].parts)
      table.add({fit(f.changes[i].customer, 60), std::to_string(part.before), part.others ? fmt::format("{}, others", part.now) : std::to_string(part.now), part.message});
  if (!table.empty()) fmt::print("{}", table.text());
  const std::uint64_t all = f.gain + f.lose + f.differ;
  if (all > changes_shown) fmt::print("and {} more: --json lists them\n", play::grouped(all - changes_shown));
}

void print(const play::Findings& f) {
  fmt::print("log        {} events in {} lines, {} to {}; {} repeated, {} the engine's own, {} ignored, {} left out, {} out of order\n", play::grouped(f.log.events), play::grouped(f.log.lines), play::day_text(f.log.first),
             play::day_text(f.log.last), play::grouped(f.log.repeated), play::grouped(f.log.own), play::grouped(f.log.ignored), play::grouped(f.log.left_out), play::grouped(f.log.late));
  fmt::print("calls      {}\n", f.model);
  for (const play::Version& version : f.versions) {
    std::string channels;
    for (const auto& [channel, count] : version.tally.by_channel) channels += fmt::format("{}{} {}", channels.empty() ? "" : ", ", play::grouped(count), channel);
    fmt::print("{:<10} {} messages to {} customers{}; the busiest: {} with {}\n", fit(version.name, 30), play::grouped(version.messages), play::grouped(version.customers), channels.empty() ? "" : " (" + channels + ")",
               version.busiest.empty() ? "nobody" : fit(version.busiest, 60), version.busiest_messages);
  }
  print_workflows(f);
  if (f.versions.size() > 1) print_changes(f);
}

void print_bad_lines(const play::LogSummary& log) {
  for (const play::BadLine& line : log.bad_lines) fmt::print(stderr, "{}:{}: cannot be read: {}\n", line.file, line.line, fit(line.why, 200));
  if (log.bad > log.bad_lines.size()) fmt::print(stderr, "and {} more such lines\n", log.bad - log.bad_lines.size());
}

int write_page(const play::Findings& findings, const Options& options) {
  std::ofstream page(options.html, std::ios::binary | std::ios::trunc);
  page << play::to_html(findings);
  if (!page.flush()) return report({"io", options.html + " cannot be written", ""});
  if (!options.json) fmt::print("\nwritten: {}\n", options.html);
  return 0;
}

int run_over_log(const Options& options, const std::vector<const play::Candidate*>& versions) {
  auto model = play::Model::parse(options.model);
  auto filter = LogFilter::make(options.filter);
  if (!model || !filter) {
    report(model ? filter.error() : model.error());
    return 2;
  }
  if (!options.outcomes.empty()) {
    const auto reader = Store::reader(options.outcomes);
    if (!reader) return report(reader.error());
    if (const auto read = read_outcomes(**reader, Time{}, *model); !read) return report(read.error());
  }
  play::Question question{options.logs, std::move(*model)};
  if (filter->filters()) question.meant = [&](const Event& event, Arena& arena) { return filter->passes(event, arena); };
  question.meant_reads = filter->fields_read();
  question.threads = options.threads > 0 ? options.threads : std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, threads_max);
  const auto findings = play::compare(versions, question);
  if (!findings) return report(findings.error());
  print_bad_lines(findings->log);
  if (options.json) fmt::print("{}", play::to_json(*findings));
  else print(*findings);
  if (!options.html.empty())
    if (const int failed = write_page(*findings, options); failed != 0) return failed;
  return findings->log.bad == 0 ? 0 : 1;
}

int backtest(const Options& options) {
  // "." tells nobody which shop it is.
  const bool here = std::filesystem::path(options.folder).filename() == ".";
  auto now = load(here ? std::filesystem::absolute(options.folder).lexically_normal().parent_path().filename().string() : options.folder, options.folder, options.render);
  if (!now) return 1;
  std::vector<play::Candidate*> versions{&*now};
  std::unique_ptr<Revision> revision;
  std::optional<play::Candidate> before;
  if (!options.against.empty()) {
    if (!std::filesystem::is_directory(options.against)) {
      auto out = Revision::check_out(options.folder, options.against);
      if (!out) return report(out.error());
      revision = std::move(*out);
    }
    before = load(options.against, revision ? revision->path() : options.against, options.render);
    if (!before) return 1;
    versions.push_back(&*before);
  }
  if (const auto kept = play::keep_only(options.only, versions); !kept) {
    report(kept.error());
    return 2;
  }
  return run_over_log(options, {versions.begin(), versions.end()});
}

}  // namespace

void add_backtest(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("backtest", "What would the workflows have done over a log of events?");
  command.add_option("DIR", options->folder, "The shop's folder (default: this one)");
  command.add_option("--log", options->logs, "JSON Lines, plain, .gz or .zst; a folder of them, as a shop's data is; - is standard input. Several are played beside each other, by time").required().type_name("LOG...");
  command.add_option("--against", options->against, "Another version of the shop, to compare with: a folder, or a revision of git").type_name("DIR|REVISION");
  command.add_option("--model", options->model, "What comes of calls: ACTION=failed, ACTION=retry:2% (default: all succeed)").type_name("RULE...");
  command.add_option("--outcomes", options->outcomes, "Answer calls as they were answered in the shop: its data folder; those that it did not make as --model says").type_name("DATA");
  add_log_filter(command, options->filter);
  command.add_option("--only-workflow", options->only, "Only this workflow; may be repeated").one_each();
  command.add_option("--html", options->html, "Write a page with charts to FILE").type_name("FILE");
  command.add_option("--threads", options->threads, "Threads (default: one a core); the result is the same").between(1, threads_max);
  command.add_flag("--render", options->render, "Render every message, too: finds those that cannot be; slower");
  command.add_flag("--json", options->json, "As JSON");
  command.footer(
      "Plays the events in order on a virtual clock, with waits, wait_for, modes, limits, quiet hours and budgets. Nothing is sent.\n"
      "A line is a CloudEvents event, as the journal in a shop's data holds them, or a recorded webhook (see shopbell send), mapped by\n"
      "the source of its name. The clock stops where the log ends: runs that wait for later are told as such. Events that the\n"
      "engine itself had made are left out, as it makes them again. Exit code 1 when a line cannot be read; the others are played.");
  command.callback([&run, options] { run = [options] { return backtest(*options); }; });
}

}  // namespace shopbell::cli
