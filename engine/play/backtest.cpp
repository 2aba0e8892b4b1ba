#include "play/backtest.h"

#include "base/hash.h"
#include "core/replayed.h"
#include "intake/log_reader.h"

#include <algorithm>
#include <atomic>
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
  std::uint64_t lines = 0, ignored = 0;
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

/// What the engine made itself, and what was replayed beside the shop: no part of what came from outside.
bool is_own(const Event& event) { return is_caused(event.source) || is_replayed(event.subject); }

}  // namespace

struct Backtest::Parts {
  Wanted wanted;
  const Model& model;
  std::vector<SourceConfig> sources;
  std::size_t threads;
  std::vector<std::unique_ptr<Side>> sides{};
  std::vector<std::unique_ptr<Extractor>> extractors{};  // by thread
  std::vector<std::unique_ptr<Part>> parts{};            // of the stretch
  std::vector<LogBlock> blocks{};                        // by thread
  LogSummary log{};
  Repeats repeats{};
  Time clock{};
  std::string file{};

  void read_part(const LogBlock& block, Part& part, Extractor& extractor) const {
    part.arena.release();
    part.events.clear();
    part.bad.clear();
    part.lines = part.ignored = 0;
    for_each_line(block, [&](std::string_view line, std::uint64_t number) {
      ++part.lines;
      LoggedEvent event;
      if (extractor.extract(line, part.arena, event)) return part.events.push_back(event);
      auto read = read_log_line(line, sources, Time{}, part.arena);
      if (!read) return part.bad.push_back({file, number, read.error().message});
      part.ignored += read->events.empty();
      part.events.insert(part.events.end(), read->events.begin(), read->events.end());
    });
    part.names.clear();
    for (const LoggedEvent& event : part.events) part.names.push_back(identities_of(event.event));
  }

  /// Reads and parses a stretch; how many of `parts` it fills. Reading is one after the other, parsing side by side.
  Result<std::size_t> read_stretch(LogReader& reader) {
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
          if (ended || filled == parts.size()) return;
          part = parts[filled].get();
          const auto more = reader.read(block, stretch_block_bytes);
          if (!more) failed = more.error();
          ended = !more || !*more;
          if (ended) return;
          ++filled;
        }
        block.bytes.reserve(block.bytes.size() + log_padding_bytes);
        read_part(block, *part, *extractors[thread]);
      }
    });
    if (failed && filled == 0) return tl::unexpected(*failed);
    return filled;
  }

  /// The events of the stretch that are new, each with the clock at its time.
  std::vector<Arrival> arrivals(std::size_t filled) {
    std::vector<Arrival> all;
    for (std::size_t i = 0; i < filled; ++i) {
      Part& part = *parts[i];
      log.lines += part.lines;
      log.ignored += part.ignored;
      log.bad += part.bad.size();
      for (const BadLine& line : part.bad)
        if (log.bad_lines.size() < bad_lines_kept) log.bad_lines.push_back(line);
      for (std::size_t n = 0; n < part.events.size(); ++n) {
        LoggedEvent& event = part.events[n];
        if (is_own(event.event)) ++log.own;
        else if (!repeats.add(event.event)) ++log.repeated;
        else all.push_back(arrive(event, part.names[n]));
      }
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
  for (std::size_t i = 0; i < stretch_blocks_a_thread * threads; ++i) parts_->parts.push_back(std::make_unique<Part>());
}
Backtest::~Backtest() = default;

Result<void> Backtest::play(const std::string& path) {
  auto reader = LogReader::open(path);
  if (!reader) return tl::unexpected(reader.error());
  parts_->file = path;
  for (;;) {
    const auto filled = parts_->read_stretch(**reader);
    if (!filled) return tl::unexpected(filled.error());
    if (*filled == 0) break;
    const auto arrivals = parts_->arrivals(*filled);
    for (auto& side : parts_->sides)
      side->play(arrivals, parts_->clock, [this](std::size_t count, const auto& work) { parts_->run_parallel(count, work); });
  }
  for (const std::uint64_t line : (*reader)->too_long()) {
    ++parts_->log.bad;
    if (parts_->log.bad_lines.size() < bad_lines_kept) parts_->log.bad_lines.push_back({path, line, "the line is too long"});
  }
  return {};
}

void Backtest::finish() {
  for (auto& side : parts_->sides) side->finish();
}

const LogSummary& Backtest::log() const { return parts_->log; }
const Side& Backtest::side(std::size_t i) const { return *parts_->sides[i]; }
std::size_t Backtest::sides() const { return parts_->sides.size(); }

}  // namespace shopbell::play
