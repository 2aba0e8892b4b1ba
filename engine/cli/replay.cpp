// `shopbell replay`: the events of logs to a running server.

#include "base/json.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/log_filter.h"
#include "cli/replay_progress.h"
#include "cli/replay_sender.h"
#include "core/replayed.h"
#include "intake/log_line.h"
#include "intake/log_reader.h"

#include <fmt/format.h>

#include <atomic>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <thread>

namespace shopbell::cli {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t block_bytes = 1024 * 1024;
constexpr std::chrono::milliseconds nap{100};       // between two looks at a signal while it waits
constexpr std::chrono::seconds save_every{1};

struct Options {
  std::vector<std::string> logs, only;
  TargetOptions target;
  LogFilterOptions filter;
  std::string speed, resume, name = "replay";
  double rate = 0;  // events a second; 0: as fast as they are taken
  bool act = false, caused = false, in_order = false, json = false;
};

std::atomic<bool> interrupted{false};

/// "10x" or "10"; 0: it is neither.
double read_speed(std::string_view text) {
  if (text.ends_with('x')) text.remove_suffix(1);
  double speed = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), speed);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() && speed > 0 ? speed : 0;
}

/// Of a line as journals have them all before its data, as an event without any; empty: it is another line. The
/// server can have such a line as it is, and reads the rest; others are written anew.
std::string head_of_journal_line(std::string_view line) {
  const std::size_t data = line.find(",\"data\":");
  if (!line.starts_with("{\"specversion\":\"1.0\",\"id\":\"") || data == std::string_view::npos) return {};
  const std::string_view head = line.substr(0, data);
  for (const std::string_view needed : {",\"subject\":\"", ",\"time\":\""})
    if (head.find(needed) == std::string_view::npos) return {};
  return std::string(head) + "}";
}

class Replay {
 public:
  Replay(const Options& options, const Target& target, LogFilter filter, std::vector<std::string> logs, LinePlace from)
      : options_(options),
        target_(target),
        filter_(std::move(filter)),
        logs_(std::move(logs)),
        from_(from),
        next_(from),
        rejected_(from != LinePlace{}),
        sender_(target, headers(options), options.in_order ? 1 : lanes_max, [this](const OutgoingEvent& event, std::string_view why) {
          rejected_.add(logs_[event.place.log], event.place.line, event.original, why);
        }) {}

  int run() {
    for (std::size_t log = from_.log; log < logs_.size() && goes_on(); ++log) read_log(log);
    sender_.finish();
    progress_.end();
    save(true);
    return tell();
  }

 private:
  static HttpHeaders headers(const Options& options) {
    HttpHeaders headers;
    if (!options.act) headers.emplace_back("Shopbell-Replay", options.name);
    if (!options.only.empty()) headers.emplace_back("Shopbell-Only", fmt::format("{}", fmt::join(options.only, ", ")));
    return headers;
  }

  bool goes_on() { return !interrupted && !sender_.failed(); }

  void read_log(std::size_t log) {
    auto reader = LogReader::open(logs_[log]);
    if (!reader) return broken(reader.error());
    LogBlock block;
    for (;;) {
      const auto more = (*reader)->read(block, block_bytes);
      if (!more) return broken(more.error());
      if (!*more) break;
      for_each_line(block, [&](std::string_view line, std::uint64_t number) {
        const LinePlace place{log, number};
        if (place < from_ || !goes_on()) return;
        take(line, place);
        next_ = {log, number + 1};
      });
      if (!goes_on()) return;
      const double share = (*reader)->size() == 0 ? -1 : static_cast<double>((*reader)->position()) / static_cast<double>((*reader)->size());
      progress_.show(share < 0 ? -1 : (static_cast<double>(log) + share) / static_cast<double>(logs_.size()), events_);
      save(false);
    }
    for (const std::uint64_t number : (*reader)->too_long())
      rejected_.add(logs_[log], number, "", fmt::format("the line is longer than {} MiB, and is not kept", log_line_bytes_max >> 20));
    next_ = {log + 1, 0};
  }

  // What came before is sent all the same.
  void broken(const Error& error) {
    progress_.end();
    report(error);
    ++broken_;
  }

  void take(std::string_view line, LinePlace place) {
    Arena arena(32 * 1024);
    ++lines_;
    const std::string head = head_of_journal_line(line);
    const bool enough = !head.empty() && options_.filter.where.empty();
    const auto read = read_log_line(enough ? std::string_view(head) : line, target_.sources, before_, arena);
    if (!read) return rejected_.add(logs_[place.log], place.line, line, read.error().message);
    if (read->events.empty()) ++left_out_;
    for (const LoggedEvent& logged : read->events) {
      before_ = logged.received;
      const bool shadow = is_replayed(logged.event.subject) || (is_caused(logged.event.source) && !options_.caused);
      if (shadow || !filter_.passes(logged.event, arena)) {
        ++left_out_;
        continue;
      }
      if (!pace(logged.event.at)) return;
      OutgoingEvent out{place, {}, std::string(line)};
      if (!head.empty()) out.json = line;
      else append_line(out.json, logged.event, logged.received);
      ++events_;
      sender_.add(logged.event.subject, std::move(out));
    }
  }

  /// Waits until it is this event's turn; false: there is no more to be sent.
  bool pace(Time at) {
    if (options_.rate <= 0 && options_.speed.empty()) return true;
    if (!first_) first_ = at;
    std::chrono::duration<double> due{0};
    if (options_.rate > 0) due = std::chrono::duration<double>(static_cast<double>(events_) / options_.rate);
    if (!options_.speed.empty())
      due = std::max(due, std::chrono::duration<double>(at - *first_) / read_speed(options_.speed));
    const auto turn = began_ + std::chrono::duration_cast<Steady::duration>(due);
    while (goes_on()) {
      const auto left = turn - Steady::now();
      if (left <= Steady::duration{0}) return true;
      sender_.flush();
      std::this_thread::sleep_for(std::min<Steady::duration>(left, nap));
    }
    return false;
  }

  void save(bool last) {
    if (options_.resume.empty() || (!last && Steady::now() - saved_ < save_every)) return;
    saved_ = Steady::now();
    const bool done = last && !interrupted && !sender_.failed();
    std::error_code ignored;
    if (done) {
      std::filesystem::remove(options_.resume, ignored);
      return;
    }
    const auto open = sender_.first_open();
    if (auto written = write_progress(options_.resume, identity(options_, target_, logs_), open ? std::min(*open, next_) : next_); !written)
      broken(written.error());
  }

  int tell() {
    const ReplaySender::Tally tally = sender_.tally();
    const double seconds = std::chrono::duration<double>(Steady::now() - began_).count();
    const auto a_second = static_cast<std::uint64_t>(static_cast<double>(tally.accepted + tally.repeated) / std::max(seconds, 0.001));
    const auto failed = sender_.failed();
    if (options_.json) {
      Arena arena;
      const auto number = [](std::uint64_t n) { return Value(static_cast<std::int64_t>(n)); };
      const Value summary = make_map(arena, {{"lines", number(lines_)},
                                             {"accepted", number(tally.accepted)},
                                             {"repeated", number(tally.repeated)},
                                             {"left_out", number(left_out_)},
                                             {"rejected", number(rejected_.count())},
                                             {"acting", options_.act},
                                             {"complete", !failed && !interrupted && broken_ == 0},
                                             {"seconds", seconds},
                                             {"a_second", number(a_second)}});
      fmt::print("{}\n", to_json(summary));
    } else {
      fmt::print("{} events accepted, {} had been handled before, {} left out, {} rejected; {} a second\n", with_commas(tally.accepted),
                 with_commas(tally.repeated), with_commas(left_out_), with_commas(rejected_.count()), with_commas(a_second));
      if (!options_.act)
        fmt::print("what they call is recorded and not done: shopbell runs --subject replay:{}/customer:7 shows it; --act does it\n",
                   options_.name);
      for (const std::string& file : rejected_.files()) fmt::print("rejected lines are in {}\n", file);
    }
    if (failed) report(*failed);
    if (failed || interrupted) tell_where_it_stopped();
    return failed || interrupted || broken_ > 0 || rejected_.count() > 0 ? 1 : 0;
  }

  void tell_where_it_stopped() {
    const LinePlace next = sender_.first_open().value_or(next_);
    fmt::print(stderr, "stopped before the end: {} from line {} on was not sent; {}\n",
               next.log < logs_.size() ? logs_[next.log] : "nothing", next.line,
               options_.resume.empty() ? "with --resume FILE it could go on from there" : "the same command goes on from there");
  }

  const Options& options_;
  const Target& target_;
  LogFilter filter_;
  std::vector<std::string> logs_;
  LinePlace from_, next_;
  Time before_ = std::chrono::floor<Millis>(std::chrono::system_clock::now());  // of the line before; at first: now
  std::optional<Time> first_;
  Steady::time_point began_ = Steady::now(), saved_ = began_;
  std::uint64_t lines_ = 0, events_ = 0, left_out_ = 0, broken_ = 0;
  Rejected rejected_;
  ProgressLine progress_;
  ReplaySender sender_;  // last: what it calls is there until it is gone

 public:
  static ReplayIdentity identity(const Options& options, const Target& target, const std::vector<std::string>& logs) {
    const LogFilterOptions& f = options.filter;
    return {logs, target.url,
            fmt::format("act={} name={} only={} since={} until={} type={} subject={} where={}", options.act, options.name,
                        fmt::join(options.only, ","), f.since, f.until, fmt::join(f.types, ","), f.subject, f.where)};
  }
};

int replay(const Options& options) {
  if (!options.speed.empty() && read_speed(options.speed) == 0) {
    fmt::print(stderr, "shopbell: --speed {} is no speed: 10x, or 0.5x\n", options.speed);
    return 2;
  }
  const auto target = find_target(options.target);
  if (!target) return report(target.error());
  auto filter = LogFilter::make(options.filter);
  if (!filter) {
    report(filter.error());
    return 2;
  }
  std::vector<std::string> logs;
  for (const std::string& path : options.logs) {
    const auto files = log_files(path);
    if (!files) return report(files.error());
    logs.insert(logs.end(), files->begin(), files->end());
  }
  LinePlace from;
  if (!options.resume.empty()) {
    const auto read = read_progress(options.resume, Replay::identity(options, *target, logs));
    if (!read) return report(read.error());
    from = *read;
  }
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { interrupted = true; });
  return Replay(options, *target, std::move(*filter), std::move(logs), from).run();
}

}  // namespace

void add_replay(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("replay", "Send the events of a log to a running server; what they call is recorded, and not done");
  command.add_option("LOG", options->logs, "JSON lines, plain, .gz or .zst; a data folder: its journal; - is standard input")
      .required();
  command.add_flag("--act", options->act, "Really do what the workflows call");
  command.add_option("--name", options->name, "The replay's name: under another one the same log can be played once more (default: replay)");
  command.add_option("--only-workflow", options->only, "The events may start this workflow alone; may be repeated").one_each();
  add_log_filter(command, options->filter);
  command.add_option("--rate", options->rate, "At most so many events a second").positive();
  command.add_option("--speed", options->speed, "As they came, so many times as fast: 10x");
  command.add_option("--resume", options->resume, "Keep in this file how far it has come, and go on from there");
  command.add_flag("--in-order", options->in_order, "One event after the other, whatever they are about (otherwise: those of one subject)");
  command.add_flag("--with-caused", options->caused, "Also the events of a journal that workflows caused");
  command.add_option("--shop", options->target.shop, "The shop's folder: its address, token and sources (default: this one)");
  command.add_option("--to", options->target.to, "The server, when it is elsewhere: http://HOST:PORT");
  command.add_option("--token", options->target.token, "The API token, over the shop's first one");
  command.add_flag("--json", options->json, "The summary as one JSON object");
  command.footer(
      "A line is a CloudEvents 1.0 event, or a recorded webhook {\"hook\": NAME, \"headers\": {...}, \"body\": \"...\"} of one of the\n"
      "shop's sources. Events that the server has handled before do nothing, so sending a log twice is safe.\n\n"
      "Without --act it happens beside the shop: customer:7 is replay:NAME/customer:7 there, with a profile, limits and runs\n"
      "of its own. `shopbell runs`, `why` and /api/calls?status=recorded show what would have been done. With --act it is\n"
      "done, and an event that was sent with --only-workflow has then been handled for good.\n\n"
      "Events of one subject arrive in their order. A line that cannot be read is told with its number, and kept in\n"
      "LOG.rejected.jsonl. Exit code 1 when there is one, or when it stopped before the end.");
  command.callback([&run, options] { run = [options] { return replay(*options); }; });
}

}  // namespace shopbell::cli
