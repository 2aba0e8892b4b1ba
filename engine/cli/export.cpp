#include "cli/export.h"

#include "core/replayed.h"
#include "intake/cloudevent.h"
#include "intake/log_reader.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

namespace shopbell::cli {
namespace {

constexpr std::size_t block_bytes = 4 * 1024 * 1024;
constexpr std::size_t inputs_a_page = 1000;

/// The id and source of the newest event; what stands behind its line may not be committed.
struct LastEvent {
  std::string id, source;
};

Result<std::optional<LastEvent>> last_event(Reader& reader) {
  for (Page page{0, inputs_a_page};;) {
    auto events = reader.events({}, page);
    if (!events) return tl::unexpected(events.error());
    for (EventView& e : *events)
      if (e.kind == "event") return LastEvent{std::move(e.event_id), std::move(e.source)};
    if (events->size() < page.max) return std::nullopt;
    page.before = events->back().key;
  }
}

class Export {
 public:
  Export(const ExportOptions& options, LogFilter filter, LastEvent last, std::FILE* out)
      : options_(options), filter_(std::move(filter)), last_(std::move(last)), out_(out) {}

  /// Errors: the log's.
  Result<void> read(const std::string& log) {
    auto reader = LogReader::open(log);
    if (!reader) return tl::unexpected(reader.error());
    LogBlock block;
    for (;;) {
      const auto more = (*reader)->read(block, block_bytes);
      if (!more) return tl::unexpected(more.error());
      if (!*more) return {};
      for_each_line(block, [&](std::string_view line, std::uint64_t number) { take(line, log, number); });
    }
  }
  int unreadable() const { return unreadable_; }

 private:
  void take(std::string_view line, const std::string& log, std::uint64_t number) {
    if (ended_) return;
    Arena arena(32 * 1024);
    const auto event = read_line(line, arena);
    if (!event) {
      fmt::print(stderr, "{}:{}: {}\n", log, number, event.error().message);
      ++unreadable_;
      return;
    }
    ended_ = event->id == last_.id && event->source == last_.source;
    if (!options_.all && (is_replayed(event->subject) || is_caused(event->source))) return;
    if (!filter_.passes(*event, arena)) return;
    std::fwrite(line.data(), 1, line.size(), out_);
    std::fputc('\n', out_);
  }

  const ExportOptions& options_;
  LogFilter filter_;
  LastEvent last_;
  std::FILE* out_;
  bool ended_ = false;
  int unreadable_ = 0;
};

}  // namespace

int export_journal(const Where& where, const ExportOptions& options) {
  auto filter = LogFilter::make(options.filter);
  if (!filter) {
    report(filter.error());
    return 2;
  }
  const auto data = data_folder(where);
  if (!data) return report(data.error());
  auto reader = Store::reader(*data);
  if (!reader) return report(reader.error());
  auto last = last_event(**reader);
  if (!last) return report(last.error());
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(options.out.empty() ? nullptr : std::fopen(options.out.c_str(), "wb"), std::fclose);
  if (!options.out.empty() && !file) return report({"io", "cannot write " + options.out, {}});
  std::FILE* out = file ? file.get() : stdout;
  if (!*last) return 0;
  const auto logs = log_files(*data);
  if (!logs) return report(logs.error());
  Export journal(options, std::move(*filter), std::move(**last), out);
  for (const std::string& log : *logs)
    if (const auto read = journal.read(log); !read) return report(read.error());
  if (std::fflush(out) != 0 || std::ferror(out) != 0) return report({"io", "not all could be written", {}});
  return journal.unreadable() == 0 ? 0 : 1;
}

}  // namespace shopbell::cli
