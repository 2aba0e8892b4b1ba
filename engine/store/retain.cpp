#include "store/retain.h"

namespace shopbell {

// Rows of each table grow older towards its beginning, so that those to look at stand first.
int Retainer::open() {
  int code = SQLITE_OK;
  const auto prepare = [&](std::string_view sql) { return db_.prepare(sql, code); };
  old_inputs_ = prepare("SELECT seq FROM (SELECT seq, at FROM input ORDER BY seq LIMIT ?2) WHERE at < ?1");
  old_runs_ = prepare("SELECT key, id FROM run WHERE ended < ?1 ORDER BY key LIMIT ?2");
  old_calls_ = prepare("SELECT n FROM call WHERE ended < ?1 AND due IS NULL ORDER BY n LIMIT ?2");
  old_messages_ = prepare("SELECT n FROM (SELECT n, at FROM message ORDER BY n LIMIT ?2) WHERE at < ?1");
  old_tickets_ = prepare("SELECT n FROM (SELECT n, at FROM ticket ORDER BY n LIMIT ?2) WHERE at < ?1");
  drop_seen_ = prepare(
      "DELETE FROM seen WHERE seq = ?1 AND digest IN (SELECT substr(digest, 1, 16) FROM input WHERE seq = ?1"
      " UNION SELECT substr(digest, 17) FROM input WHERE seq = ?1)");
  drop_input_ = prepare("DELETE FROM input WHERE seq = ?");
  drop_run_id_ = prepare("DELETE FROM run_id WHERE prefix = ? AND key = ?");
  drop_run_ = prepare("DELETE FROM run WHERE key = ?");
  drop_call_ = prepare("DELETE FROM call WHERE n = ?");
  drop_message_ = prepare("DELETE FROM message WHERE n = ?");
  drop_ticket_ = prepare("DELETE FROM ticket WHERE n = ?");
  segments_ = prepare(
      "SELECT id, name FROM segment WHERE id < ?1 AND id < coalesce((SELECT segment FROM input WHERE segment > 0"
      " ORDER BY seq LIMIT 1), ?1)");
  drop_segment_ = prepare("DELETE FROM segment WHERE id = ?");
  return code;
}

int Retainer::remove(sqlite::Statement& find, Time before, const std::vector<sqlite::Statement*>& steps,
                     std::uint64_t& gone) {
  std::vector<std::uint64_t> keys;
  int code = find.each(
      [&](const sqlite::Row& row) {
        keys.push_back(row.number(0));
        return true;
      },
      before, retain_rows_max);
  for (const std::uint64_t key : keys)
    for (sqlite::Statement* step : steps)
      if (code == SQLITE_OK) code = step->run(key);
  gone += keys.size();
  return code;
}

int Retainer::runs(Time before, std::uint64_t& gone) {
  std::vector<RunId> found;
  int code = old_runs_.each(
      [&](const sqlite::Row& row) {
        found.push_back({run_prefix(row.view(1)), row.number(0)});
        return true;
      },
      before, retain_rows_max);
  for (const RunId& run : found) {
    if (code == SQLITE_OK) code = drop_run_id_.run(run.prefix, run.key);
    if (code == SQLITE_OK) code = drop_run_.run(run.key);
  }
  gone += found.size();
  return code;
}

int Retainer::rows(const Retention& keep, Time now, std::uint64_t& gone) {
  int code = SQLITE_OK;
  const auto drop = [&](Millis age, sqlite::Statement& find, std::vector<sqlite::Statement*> steps) {
    if (age > Millis{0} && code == SQLITE_OK) code = remove(find, now - age, steps, gone);
  };
  drop(keep.events, old_inputs_, {&drop_seen_, &drop_input_});
  drop(keep.runs, old_calls_, {&drop_call_});
  if (keep.runs > Millis{0} && code == SQLITE_OK) code = runs(now - keep.runs, gone);
  drop(keep.messages, old_messages_, {&drop_message_});
  drop(keep.tickets, old_tickets_, {&drop_ticket_});
  return code;
}

int Retainer::empty_segments(std::uint64_t newest, std::vector<std::string>& names) {
  std::vector<std::uint64_t> ids;
  int code = segments_.each(
      [&](const sqlite::Row& row) {
        ids.push_back(row.number(0));
        names.push_back(row.text(1));
        return true;
      },
      newest);
  for (const std::uint64_t id : ids)
    if (code == SQLITE_OK) code = drop_segment_.run(id);
  return code;
}

}  // namespace shopbell
