#include "cli/replay_progress.h"

#include "base/json.h"
#include "base/time.h"
#include "cli/files.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <unistd.h>

namespace shopbell::cli {
namespace {

constexpr std::uint64_t told_max = 20;  // rejected lines that are told one by one
constexpr std::size_t bar_width = 24;
constexpr std::chrono::milliseconds redraw{200};

std::string joined(const std::vector<std::string>& texts) { return fmt::format("{}", fmt::join(texts, "\n")); }

}  // namespace

Result<LinePlace> read_progress(const std::string& path, const ReplayIdentity& identity) {
  if (!std::filesystem::exists(path)) return LinePlace{};
  const auto text = read_input(path);
  if (!text) return tl::unexpected(text.error());
  Arena arena;
  const auto read = parse_json(*text, arena);
  const bool same = read && (*read)["logs"].text_or("") == joined(identity.logs) && (*read)["to"].text_or("") == identity.to &&
                    (*read)["options"].text_or("") == identity.options;
  if (!same)
    return fail("other_replay", path + " is of a replay of other logs, or with other options", "name another file, or remove it");
  return LinePlace{static_cast<std::size_t>((*read)["log"].integer_or(0)), static_cast<std::uint64_t>((*read)["line"].integer_or(0))};
}

Result<void> write_progress(const std::string& path, const ReplayIdentity& identity, LinePlace next) {
  Arena arena;
  const Value all = make_map(arena, {{"logs", arena.copy(joined(identity.logs))},
                                     {"to", identity.to},
                                     {"options", identity.options},
                                     {"log", static_cast<std::int64_t>(next.log)},
                                     {"line", static_cast<std::int64_t>(next.line)}});
  const std::string beside = path + ".new";
  std::ofstream file(beside, std::ios::binary | std::ios::trunc);
  file << to_json(all) << '\n';
  file.close();
  std::error_code failed;
  if (file) std::filesystem::rename(beside, path, failed);
  if (!file || failed) return fail("io", "cannot write " + path);
  return {};
}

void Rejected::add(const std::string& log, std::uint64_t line, std::string_view text, std::string_view why) {
  const std::lock_guard lock(mutex_);
  if (++count_ <= told_max) fmt::print(stderr, "{}:{}: {}\n", log == "-" ? "standard input" : log, line, why);
  if (count_ == told_max + 1) fmt::print(stderr, "further lines are set aside without a word\n");
  const std::string path = (log == "-" ? "stdin" : log) + ".rejected.jsonl";
  const auto [file, first] = files_.try_emplace(path);
  if (first) file->second.open(path, std::ios::binary | (keep_ ? std::ios::app : std::ios::trunc));
  file->second << text << '\n' << std::flush;
  if (!file->second && first) fmt::print(stderr, "shopbell: cannot write {}: its lines are not kept\n", path);
}

std::uint64_t Rejected::count() {
  const std::lock_guard lock(mutex_);
  return count_;
}

std::vector<std::string> Rejected::files() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, unused] : files_) names.push_back(name);
  return names;
}

ProgressLine::ProgressLine()
    : terminal_(::isatty(STDERR_FILENO) == 1), began_(std::chrono::steady_clock::now()), last_(began_) {}

void ProgressLine::show(double share, std::uint64_t events) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now - last_ < redraw) return;
  last_ = now;
  shown_ = true;
  const double seconds = std::chrono::duration<double>(now - began_).count();
  const auto a_second = static_cast<std::uint64_t>(static_cast<double>(events) / seconds);
  if (share < 0) return fmt::print(stderr, "\r\033[K{} events  {}/s", with_commas(events), with_commas(a_second));
  const auto full = static_cast<std::size_t>(share * bar_width);
  const auto left = Millis{static_cast<std::int64_t>(share > 0 ? seconds / share * (1 - share) : 0) * 1000};
  fmt::print(stderr, "\r\033[K[{:#<{}}{:-<{}}] {:3.0f}%  {} events  {}/s  {} left", "", full, "", bar_width - full, share * 100,
             with_commas(events), with_commas(a_second), format_duration(left));
}

void ProgressLine::end() {
  if (shown_) fmt::print(stderr, "\r\033[K");
}

std::string with_commas(std::uint64_t n) {
  std::string text = std::to_string(n);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

}  // namespace shopbell::cli
