#include "sim/tables.h"

#include "store/open.h"
#include "store/sqlite.h"

#include <fmt/format.h>

#include <stdexcept>

namespace shopbell::sim {
namespace {

sqlite::Database open_db(testing::SimDisk& disk, const std::string& folder) {
  auto db = sqlite::Database::open(database_path(folder), SQLITE_OPEN_READWRITE, disk.ground().vfs);
  if (!db) throw std::runtime_error("the simulated database cannot be opened: " + db.error().message);
  return std::move(*db);
}

template <class OnRow>
void each(const sqlite::Database& db, std::string_view sql, OnRow&& on_row) {
  int code = SQLITE_OK;
  auto statement = db.prepare(sql, code);
  if (code == SQLITE_OK)
    code = statement.each([&](const sqlite::Row& row) {
      on_row(row);
      return true;
    });
  if (code != SQLITE_OK) throw std::runtime_error("the simulated database cannot be read");
}

/// The first column is the key, the others joined are the row. Two rows of one key cannot be hidden.
Rows rows_of(const sqlite::Database& db, std::string_view sql, int columns) {
  Rows rows;
  each(db, sql, [&](const sqlite::Row& row) {
    std::string text;
    for (int column = 1; column < columns; ++column) text += (column > 1 ? "|" : "") + row.text(column);
    std::string key = row.text(0);
    while (rows.contains(key)) key += " again";
    rows[std::move(key)] = std::move(text);
  });
  return rows;
}

std::string first_difference(std::string_view table, const Rows& stored, const Rows& replayed) {
  for (const auto& [key, row] : stored) {
    const auto other = replayed.find(key);
    if (other == replayed.end()) return fmt::format("{} {}: the replay has none, the store has\n{}", table, key, row);
    if (other->second != row) return fmt::format("{} {}: the store has\n{}\nthe replay\n{}", table, key, row, other->second);
  }
  for (const auto& [key, row] : replayed)
    if (!stored.contains(key)) return fmt::format("{} {}: the store has none, the replay has\n{}", table, key, row);
  return {};
}

}  // namespace

std::string difference(const Tables& stored, const Tables& replayed) {
  if (auto found = first_difference("subject", stored.subjects, replayed.subjects); !found.empty()) return found;
  if (auto found = first_difference("run", stored.runs, replayed.runs); !found.empty()) return found;
  if (auto found = first_difference("call", stored.calls, replayed.calls); !found.empty()) return found;
  if (auto found = first_difference("ticket", stored.tickets, replayed.tickets); !found.empty()) return found;
  if (auto found = first_difference("message", stored.messages, replayed.messages); !found.empty()) return found;
  return first_difference("input", stored.notes, replayed.notes);
}

Stored read_stored(testing::SimDisk& disk, const std::string& folder) {
  const auto db = open_db(disk, folder);
  Stored stored;
  std::map<std::string, std::string> segments;
  each(db,
       "SELECT seq, at, kind, subject, event_id, coalesce((SELECT name FROM source WHERE id = source), ''), type, detail,"
       " coalesce((SELECT name FROM segment WHERE id = segment), ''), offset, length, instr(notes, '\"code\":\"quarantined\"') FROM input ORDER BY seq",
       [&](const sqlite::Row& row) {
         StoredInput input{row.number(0), row.integer(1), row.text(2), row.text(3), row.text(4), row.text(5), row.text(6), row.text(7), {}, row.integer(11) != 0};
         if (const std::string segment = row.text(8); !segment.empty()) {
           if (!segments.contains(segment)) segments[segment] = disk.text_of("/log/" + segment);
           input.line = segments[segment].substr(row.number(9), row.number(10));
         }
         stored.inputs.push_back(std::move(input));
       });
  stored.tables.notes = rows_of(db, "SELECT seq, notes FROM input", 2);
  stored.tables.subjects = rows_of(db, "SELECT id, state FROM subject", 2);
  stored.tables.runs = rows_of(db, "SELECT id, subject, workflow, version, status, step, reason, started, ended, due, key / 4096, state, notes FROM run", 13);
  stored.tables.calls = rows_of(db, "SELECT key, run, workflow, subject, action, step, args, attempt, timeout_ms, due, status, error, ended FROM call ORDER BY n", 13);
  stored.tables.tickets = rows_of(db, "SELECT id, run, workflow, subject, queue, priority, reason, note, frozen, at FROM ticket", 10);
  stored.tables.messages = rows_of(db, "SELECT id, subject, channel, direction, sender, receiver, text, run, at FROM message", 9);
  return stored;
}

std::vector<FailedRun> failed_runs(testing::SimDisk& disk, const std::string& folder) {
  const auto db = open_db(disk, folder);
  std::vector<FailedRun> failed;
  each(db, "SELECT id, subject, workflow FROM run WHERE status = 'failed' AND state <> '' ORDER BY key",
       [&](const sqlite::Row& row) { failed.push_back({row.text(0), row.text(1), row.text(2)}); });
  return failed;
}

std::int64_t open_work(testing::SimDisk& disk, const std::string& folder) {
  const auto db = open_db(disk, folder);
  std::int64_t count = 0;
  each(db,
       "SELECT (SELECT count(*) FROM run WHERE ended IS NULL AND subject NOT LIKE 'schedule:%')"
       " + (SELECT count(*) FROM call WHERE due IS NOT NULL)",
       [&](const sqlite::Row& row) { count = row.integer(0); });
  return count;
}

}  // namespace shopbell::sim
