#include "store/figures.h"

#include "store/open.h"
#include "store/schema.h"

#include <filesystem>

namespace shopbell {

Result<std::unique_ptr<FiguresReader>> FiguresReader::open(const std::string& folder) {
  const std::string path = database_path(folder);
  if (!std::filesystem::exists(path)) return fail("no_store", folder + " has no store", "start the server first, or name its data folder");
  auto db = sqlite::Database::open(path, SQLITE_OPEN_READONLY, nullptr);
  if (!db) return tl::unexpected(db.error());
  sqlite3_busy_timeout(db->handle(), 5'000);
  sqlite3_db_config(db->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  if (const int code = db->execute("PRAGMA query_only=1; PRAGMA cache_size=-8192"); code != SQLITE_OK) return db->error(code);
  if (auto known = check_version(*db); !known) return tl::unexpected(known.error());
  return std::unique_ptr<FiguresReader>(new FiguresReader(std::move(*db)));
}

// Inputs are in order of time, and there is no index of it.
Result<std::uint64_t> FiguresReader::first_since(Time from) {
  std::uint64_t low = 0, high = 0;
  auto good = db_.each("SELECT coalesce(min(seq), 0), coalesce(max(seq), -1) + 1 FROM input", [&](const sqlite::Row& r) {
    low = r.number(0);
    high = r.number(1);
    return true;
  });
  while (good && low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    std::uint64_t there = high;
    bool before = false;
    good = db_.each("SELECT seq, at FROM input WHERE seq >= ? ORDER BY seq LIMIT 1", [&](const sqlite::Row& r) {
      there = r.number(0);
      before = r.time(1) < from;
      return true;
    }, middle);
    if (before) low = there + 1;
    else high = middle;
  }
  if (!good) return tl::unexpected(good.error());
  return low;
}

Result<std::vector<std::int64_t>> FiguresReader::events_by_day(Time from, std::size_t days) {
  const auto first = first_since(from);
  if (!first) return tl::unexpected(first.error());
  std::vector<std::int64_t> counts(days, 0);
  const auto read = db_.each("SELECT (at - ?2) / 86400000 AS day, count(*) FROM input WHERE seq >= ?1 AND kind = 'event' AND subject NOT LIKE 'replay:%' GROUP BY day", [&](const sqlite::Row& r) {
    if (r.integer(0) >= 0 && r.number(0) < counts.size()) counts[r.number(0)] = r.integer(1);
    return true;
  }, *first, from);
  if (!read) return tl::unexpected(read.error());
  return counts;
}

Result<std::vector<FiguresReader::Start>> FiguresReader::starts(Time from) {
  const auto first = first_since(from);
  if (!first) return tl::unexpected(first.error());
  std::vector<Start> made;
  const auto read = db_.each("SELECT workflow, subject, started FROM run WHERE key >= ?1 * 4096 AND started >= ?2 ORDER BY key DESC LIMIT ?3", [&](const sqlite::Row& r) {
    made.push_back({r.text(0), r.text(1), r.time(2)});
    return true;
  }, *first, from, figures_rows_max);
  if (!read) return tl::unexpected(read.error());
  return made;
}

Result<std::vector<FiguresReader::Came>> FiguresReader::events(std::string_view type, Time from) {
  const auto first = first_since(from);
  if (!first) return tl::unexpected(first.error());
  std::vector<Came> made;
  const auto read = db_.each("SELECT seq, subject, at FROM input WHERE seq >= ?1 AND kind = 'event' AND type = ?2 ORDER BY seq DESC LIMIT ?3", [&](const sqlite::Row& r) {
    made.push_back({r.number(0), r.text(1), r.time(2)});
    return true;
  }, *first, type, figures_rows_max);
  if (!read) return tl::unexpected(read.error());
  return made;
}

}  // namespace shopbell
