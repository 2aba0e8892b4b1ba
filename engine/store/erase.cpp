#include "store/erase.h"

#include <vector>

namespace shopbell {

int Eraser::open() {
  int code = SQLITE_OK;
  const auto prepare = [&](std::string_view sql) { return db_.prepare(sql, code); };
  input_ = prepare("UPDATE input SET subject = 'erased', event_id = 'erased', detail = '', notes = '' WHERE seq = ?");
  stop_run_ = prepare("UPDATE run SET status = 'stopped', ended = ?2, due = NULL WHERE key = ?1 AND ended IS NULL");
  run_ = prepare("UPDATE run SET subject = 'erased', reason = '', notes = '', state = '' WHERE key = ?");
  end_call_ = prepare("UPDATE call SET status = 'failed', ended = ?2, due = NULL WHERE n = ?1 AND due IS NOT NULL");
  call_ = prepare("UPDATE call SET subject = 'erased', args = '', error = '' WHERE n = ?");
  ticket_ = prepare("UPDATE ticket SET subject = 'erased', reason = '', note = '', frozen = '' WHERE n = ?");
  message_ = prepare("UPDATE message SET subject = 'erased', sender = '', receiver = '', text = '' WHERE n = ?");
  subject_ = prepare("DELETE FROM subject WHERE id = ?");
  leave_conversations_ = prepare("DELETE FROM conversation WHERE subject = ?");
  leave_segments_ = prepare("DELETE FROM member WHERE subject = ?");
  put_subject_ = prepare("UPDATE subject SET state = ?2 WHERE id = ?1");
  tickets_of_ =
      prepare("UPDATE ticket SET subject = 'erased', reason = '', note = '', frozen = '' WHERE subject = ?");
  messages_of_ =
      prepare("UPDATE message SET subject = 'erased', sender = '', receiver = '', text = '' WHERE subject = ?");
  open_runs_of_ = prepare("SELECT key FROM run WHERE subject = ? AND ended IS NULL");
  runs_of_input_ = prepare("SELECT key FROM run WHERE key BETWEEN ? AND ?");
  calls_of_run_ = prepare("SELECT n FROM call WHERE run = (SELECT id FROM run WHERE key = ?)");
  return code;
}

int Eraser::run(std::uint64_t key, Time now, Meta& meta) {
  int code = stop_run_.run(key, now);
  if (code != SQLITE_OK) return code;
  meta.open_runs -= sqlite3_changes(db_.handle());
  return run_.run(key);
}

int Eraser::call(std::uint64_t n, Time now, Meta& meta) {
  int code = end_call_.run(n, now);
  if (code != SQLITE_OK) return code;
  meta.open_calls -= sqlite3_changes(db_.handle());
  return call_.run(n);
}

int Eraser::runs(const std::vector<std::uint64_t>& keys, Time now, Meta& meta) {
  int code = SQLITE_OK;
  for (const std::uint64_t key : keys) {
    std::vector<std::uint64_t> calls;
    code = calls_of_run_.each(
        [&](const sqlite::Row& row) {
          calls.push_back(row.number(0));
          return true;
        },
        key);
    for (std::size_t i = 0; code == SQLITE_OK && i < calls.size(); ++i) code = call(calls[i], now, meta);
    if (code == SQLITE_OK) code = run(key, now, meta);
    if (code != SQLITE_OK) return code;
  }
  return code;
}

int Eraser::all_of(std::uint64_t seq, const std::string& about, bool shared, Time now, Meta& meta) {
  std::vector<std::uint64_t> keys;
  const auto add = [&](const sqlite::Row& row) {
    keys.push_back(row.number(0));
    return true;
  };
  int code = runs_of_input_.each(add, seq * runs_of_event_max, seq * runs_of_event_max + runs_of_event_max - 1);
  if (code == SQLITE_OK && !shared) code = open_runs_of_.each(add, about);
  if (code == SQLITE_OK) code = runs(keys, now, meta);
  if (code != SQLITE_OK || shared) return code;
  code = tickets_of_.run(about);
  if (code == SQLITE_OK) code = messages_of_.run(about);
  return code == SQLITE_OK ? subject(about) : code;
}

}  // namespace shopbell
