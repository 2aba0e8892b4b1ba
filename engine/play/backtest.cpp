#include "play/backtest.h"

#include "base/hash.h"
#include "core/replayed.h"
#include "intake/log_reader.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>
#include <unordered_set>

namespace shopbell::play {
namespace {

/// Runs the function on each of its threads, this one among them.
void on_threads(std::size_t threads, const std::function<void(std::size_t)>& work) {
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < threads; ++i) others.emplace_back(work, i);
  work(0);
  for (std::thread& thread : others) thread.join();
}

constexpr std::size_t arena_first_bytes = 32 * 1024;

/// What a block of lines holds; its events are in its arena.
struct Part {
  Arena arena{arena_first_bytes};
  std::vector<LoggedEvent> events;
  std::vector<std::vector<Identity>> names;  // that each gives
  std::uint64_t lines = 0, ignored = 0, left_out = 0;
  std::vector<BadLine> bad;
};

/// Which events were told before, of the last repeats_remembered.
class Repeats {
 public:
  bool add(const Event& event) {
    const std::uint64_t mark = std::hash<std::string_view>{}(event.id) * 0x9e3779b97f4a7c15ULL ^ std::hash<std::string_view>{}(event.source);
    if (!known_.insert(mark).second) return false;
    if (order_.size() < repeats_remembered) {
      order_.push_back(mark);
    } else {
      known_.erase(std::exchange(order_[next_], mark));
      next_ = (next_ + 1) % repeats_remembered;
    }
    return true;
  }

 private:
  std::unordered_set<std::uint64_t> known_;
  std::vector<std::uint64_t> order_;
  std::size_t next_ = 0;
};

/// 0: that cannot be known.
std::uint64_t bytes_of(const std::vector<std::vector<std::string>>& logs) {
  std::uint64_t bytes = 0;
  for (const auto& files : logs)
    for (const std::string& file : files) {
      std::error_code error;
      const auto size = std::filesystem::file_size(file, error);
      if (error) return 0;
      bytes += size;
    }
  return bytes;
}

/// What the engine made itself, and what was replayed beside the shop: no part of what came from outside.
bool is_own(const Event& event) { return is_caused(event.source) || is_replayed(event.subject); }

}  // namespace

/// One log, as far as it was read: its next events stand in `parts`.
struct Backtest::Log {
  std::vector<std::string> files;
  std::size_t file = 0;
  std::unique_ptr<LogReader> reader{};
  std::vector<std::unique_ptr<Part>> parts{};
  std::size_t filled = 0, part = 0, event = 0;  // which comes next
  std::uint64_t bytes_before = 0;                // of the files that are over
  Time clock{};

  /// The next one, or nullptr: more is to be read, or there is none.
  LoggedEvent* next() {
    for (; part < filled; ++part, event = 0)
      if (event < parts[part]->events.size()) return &parts[part]->events[event];
    return nullptr;
  }
  bool ended() const { return reader == nullptr && file == files.size(); }
  std::uint64_t bytes() const { return bytes_before + (reader ? reader->position() : 0); }
};

struct Backtest::Parts {
  Wanted wanted;
  const Model& model;
  std::vector<SourceConfig> sources;
  std::size_t threads;
  std::vector<std::unique_ptr<Side>> sides{};
  std::vector<std::unique_ptr<Extractor>> extractors{};  // by thread
  std::vector<LogBlock> blocks{};                        // by thread
  LogSummary log{};
  Repeats repeats{};
  Time clock{};
  std::function<bool(const Event&, Arena&)> meant{};  // empty: all
  Bounds bounds{};
  std::uint64_t bytes_all = 0;

  void take_line(std::string_view line, std::uint64_t number, const std::string& file, Part& part, Extractor& extractor) const {
    ++part.lines;
    const std::size_t before = part.events.size();
    LoggedEvent event;
    if (extractor.extract(line, part.arena, event)) {
      part.events.push_back(event);
    } else {
      auto read = read_log_line(line, sources, Time{}, part.arena);
      if (!read) return part.bad.push_back({file, number, read.error().message});
      part.ignored += read->events.empty();
      part.events.insert(part.events.end(), read->events.begin(), read->events.end());
    }
    if (!meant) return;
    const auto out = std::remove_if(part.events.begin() + static_cast<std::ptrdiff_t>(before), part.events.end(),
                                    [&](const LoggedEvent& one) { return !meant(one.event, part.arena); });
    part.left_out += static_cast<std::uint64_t>(part.events.end() - out);
    part.events.erase(out, part.events.end());
  }

  void read_part(const LogBlock& block, const std::string& file, Part& part, Extractor& extractor) const {
    part.arena.release();
    part.events.clear();
    part.bad.clear();
    part.lines = part.ignored = part.left_out = 0;
    for_each_line(block, [&](std::string_view line, std::uint64_t number) { take_line(line, number, file, part, extractor); });
    part.names.clear();
    for (const LoggedEvent& event : part.events) part.names.push_back(identities_of(event.event));
  }

  /// Reads and parses what comes next; how many of the log's parts it fills. Reading is one after the other, parsing
  /// side by side.
  Result<std::size_t> read_parts(Log& from) {
    std::mutex mutex;
    std::size_t filled = 0;
    std::optional<Error> failed;
    bool ended = false;
    on_threads(threads, [&](std::size_t thread) {
      LogBlock& block = blocks[thread];
      for (;;) {
        Part* part = nullptr;
        {
          const std::lock_guard lock(mutex);
          if (ended || filled == from.parts.size()) return;
          part = from.parts[filled].get();
          const auto more = from.reader->read(block, stretch_block_bytes);
          if (!more) failed = more.error();
          ended = !more || !*more;
          if (ended) return;
          ++filled;
        }
        block.bytes.reserve(block.bytes.size() + log_padding_bytes);
        read_part(block, from.files[from.file], *part, *extractors[thread]);
      }
    });
    if (failed && filled == 0) return tl::unexpected(Error{failed->code, from.files[from.file] + ": " + failed->message, failed->hint});
    return filled;
  }

  void count_lines(const Log& of) {
    for (std::size_t i = 0; i < of.filled; ++i) {
      const Part& part = *of.parts[i];
      log.lines += part.lines;
      log.ignored += part.ignored;
      log.left_out += part.left_out;
      log.bad += part.bad.size();
      for (const BadLine& line : part.bad)
        if (log.bad_lines.size() < bad_lines_kept) log.bad_lines.push_back(line);
    }
  }

  void end_file(Log& of) {
    for (const std::uint64_t line : of.reader->too_long()) {
      ++log.bad;
      if (log.bad_lines.size() < bad_lines_kept) log.bad_lines.push_back({of.files[of.file], line, "the line is too long"});
    }
    of.bytes_before = of.bytes();
    of.reader.reset();
    ++of.file;
  }

  /// Where nothing of a log is left to be played, reads on, into its next file where this one is over.
  Result<void> fill(Log& of) {
    while (of.next() == nullptr && !of.ended()) {
      if (of.reader == nullptr) {
        auto reader = LogReader::open(of.files[of.file]);
        if (!reader) return tl::unexpected(reader.error());
        of.reader = std::move(*reader);
      }
      const auto filled = read_parts(of);
      if (!filled) return tl::unexpected(filled.error());
      of.filled = *filled;
      of.part = of.event = 0;
      count_lines(of);
      if (*filled == 0) end_file(of);
    }
    return {};
  }

  /// The log whose next event came first; nullptr: one must be read on, or all are over.
  static Log* earliest(std::vector<Log>& logs) {
    Log* first = nullptr;
    for (Log& one : logs) {
      const LoggedEvent* next = one.next();
      if (next == nullptr && !one.ended()) return nullptr;
      if (next == nullptr) continue;
      if (next->received != Time{}) one.clock = std::max(one.clock, next->received);
      if (first == nullptr || one.clock < first->clock) first = &one;
    }
    return first;
  }

  /// The events that can be told the order of, and are new, each with the clock at its time.
  std::vector<Arrival> arrivals(std::vector<Log>& logs) {
    std::vector<Arrival> all;
    while (Log* from = earliest(logs)) {
      Part& part = *from->parts[from->part];
      LoggedEvent& event = part.events[from->event];
      if (is_own(event.event)) ++log.own;
      else if (!repeats.add(event.event)) ++log.repeated;
      else all.push_back(arrive(event, part.names[from->event]));
      ++from->event;
    }
    log.events += all.size();
    return all;
  }

  // What does not say when it was came right behind what stands before it.
  Arrival arrive(LoggedEvent& event, const std::vector<Identity>& names) {
    if (event.event.at == Time{}) event.event.at = clock;
    if (event.received == Time{}) event.received = clock;
    log.late += clock != Time{} && event.received < clock;
    clock = std::max(clock, event.received);
    if (log.first == Time{}) log.first = clock;
    log.last = clock;
    return {&event, &names, clock};
  }

  /// False: a bound is reached.
  Result<bool> goes_on(const std::vector<Log>& logs) {
    std::uint64_t bytes = 0;
    for (const Log& one : logs) bytes += one.bytes();
    if (bounds.go_on && !bounds.go_on({log, bytes, bytes_all})) return fail("cancelled", "the backtest was cancelled");
    std::size_t subjects = 0;
    for (const auto& side : sides) subjects += side->entries().size();
    if (bounds.subjects_max > 0 && subjects > bounds.subjects_max) log.cut = "subjects";
    if (bounds.until && std::chrono::steady_clock::now() >= *bounds.until) log.cut = "time";
    return log.cut.empty();
  }

  void run_parallel(std::size_t count, const std::function<void(std::size_t, std::size_t)>& work) const {
    std::atomic<std::size_t> next{0};
    on_threads(count < 2 ? 1 : threads, [&](std::size_t thread) {
      for (std::size_t i = next++; i < count; i = next++) work(i, thread);
    });
  }
};

Backtest::Backtest(std::vector<const Workflows*> sides, const Wanted& wanted, const Model& model, std::vector<SourceConfig> sources, std::size_t threads)
    : parts_(std::make_unique<Parts>(Parts{wanted, model, std::move(sources), threads})) {
  for (const Workflows* side : sides) parts_->sides.push_back(std::make_unique<Side>(*side, model, threads));
  for (std::size_t i = 0; i < threads; ++i) parts_->extractors.push_back(std::make_unique<Extractor>(parts_->wanted));
  parts_->blocks.resize(threads);
}
Backtest::~Backtest() = default;

void Backtest::only(std::function<bool(const Event&, Arena&)> meant) { parts_->meant = std::move(meant); }
void Backtest::within(Bounds bounds) { parts_->bounds = std::move(bounds); }

Result<void> Backtest::play(const std::vector<std::vector<std::string>>& logs) {
  std::vector<Log> all;
  const std::size_t blocks = std::max<std::size_t>(4, stretch_blocks_a_thread * parts_->threads / std::max<std::size_t>(1, logs.size()));
  for (const auto& files : logs) {
    Log& one = all.emplace_back(Log{files});
    for (std::size_t i = 0; i < blocks; ++i) one.parts.push_back(std::make_unique<Part>());
  }
  parts_->bytes_all = bytes_of(logs);
  for (;;) {
    for (Log& one : all)
      if (auto filled = parts_->fill(one); !filled) return filled;
    const auto arrivals = parts_->arrivals(all);
    for (auto& side : parts_->sides)
      side->play(arrivals, parts_->clock, [this](std::size_t count, const auto& work) { parts_->run_parallel(count, work); });
    if (std::all_of(all.begin(), all.end(), [](Log& one) { return one.next() == nullptr && one.ended(); })) return {};
    if (const auto on = parts_->goes_on(all); !on || !*on) return on ? Result<void>() : tl::unexpected(on.error());
  }
}

void Backtest::finish() {
  for (auto& side : parts_->sides) side->finish();
}

const LogSummary& Backtest::log() const { return parts_->log; }
const Side& Backtest::side(std::size_t i) const { return *parts_->sides[i]; }
std::size_t Backtest::sides() const { return parts_->sides.size(); }

}  // namespace shopbell::play
