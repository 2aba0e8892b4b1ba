#include "store/writer.h"

#include "base/hash.h"

#include <charconv>
#include <limits>
#include <stdexcept>

namespace shopbell {
namespace {

/// Notes are kept as lines without a last line break, however they were handed in.
std::string_view lines_of(std::string_view notes) {
  if (notes.ends_with('\n')) notes.remove_suffix(1);
  return notes;
}

/// A run that ended waits for nothing.
const std::optional<Time>& due_of(const RunRow& run) {
  static const std::optional<Time> never;
  return run.ended ? never : run.due;
}

}  // namespace

std::uint64_t run_prefix(std::string_view id) {
  std::uint64_t prefix = 0;
  if (id.size() >= 8) {
    const auto [end, error] = std::from_chars(id.data(), id.data() + 8, prefix, 16);
    if (error == std::errc() && end == id.data() + 8) return prefix;
  }
  return hash64({id}) >> 32;
}

Writer::Writer(const sqlite::Database& db) : db_(db) {
  const auto prepare = [&](std::string_view sql) { return db.prepare(sql, prepared_); };
  add_segment_ = prepare("INSERT INTO segment VALUES (?, ?)");
  find_source_ = prepare("SELECT id FROM source WHERE name = ?");
  add_source_ = prepare("INSERT INTO source(name) VALUES (?)");
  add_input_ = prepare("INSERT INTO input VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  put_subject_ = prepare("UPDATE subject SET state = ?2 WHERE id = ?1");
  add_subject_ = prepare("INSERT INTO subject(id, state) VALUES (?, ?)");
  drop_subject_ = prepare("DELETE FROM subject WHERE id = ?");
  move_runs_ = prepare("UPDATE run SET subject = ?2 WHERE subject = ?1 AND ended IS NULL");
  move_failed_ = prepare("UPDATE run SET subject = ?2 WHERE subject = ?1 AND status = 'failed' AND state <> ''");
  rename_run_ = prepare("UPDATE run SET subject = ?2 WHERE key = ?1");
  move_tickets_ = prepare("UPDATE ticket SET subject = ?2 WHERE subject = ?1");
  move_messages_ = prepare("UPDATE message SET subject = ?2 WHERE subject = ?1");
  leave_conversations_ = prepare("DELETE FROM conversation WHERE subject = ?");
  put_conversation_ = prepare(
      "INSERT INTO conversation VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (subject, id) DO UPDATE SET"
      " owner = excluded.owner, agent = excluded.agent, queue = excluded.queue, state = excluded.state,"
      " priority = excluded.priority, epoch = excluded.epoch, waiting = excluded.waiting, at = excluded.at");
  add_member_ = prepare("INSERT OR IGNORE INTO member VALUES (?, ?)");
  drop_member_ = prepare("DELETE FROM member WHERE segment = ? AND subject = ?");
  find_open_run_ = prepare("SELECT key FROM run WHERE subject = ? AND ended IS NULL AND id = ?");
  last_run_of_event_ = prepare("SELECT max(key) FROM run WHERE key BETWEEN ? AND ?");
  add_run_ = prepare("INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  add_run_id_ = prepare("INSERT OR IGNORE INTO run_id VALUES (?, ?)");
  update_run_ = prepare(
      "UPDATE run SET status = ?2, step = ?3, reason = ?4, ended = ?5, due = ?6, state = ?7, version = ?9,"
      " notes = CASE WHEN ?8 = '' THEN notes WHEN notes = '' THEN ?8 ELSE notes || char(10) || ?8 END WHERE "
      "key = ?1");
  find_failed_run_ =
      prepare("SELECT key FROM run WHERE subject = ? AND status = 'failed' AND state <> '' AND id = ?");
  retry_call_ = prepare(
      "UPDATE call SET attempt = ?2, timeout_ms = ?3, due = ?4, args = ?5, error = ?6, claimed = ?7"
      " WHERE key = ?1 AND due IS NOT NULL");
  add_call_ =
      prepare("INSERT INTO call VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, NULL, ?, ?)");
  claim_call_ = prepare("UPDATE call SET claimed = ?2 WHERE key = ?1 AND due IS NOT NULL");
  end_call_ = prepare(
      "UPDATE call SET due = NULL, status = ?2, error = ?3, attempt = ?4, ended = ?5, claimed = 0"
      " WHERE key = ?1 AND due IS NOT NULL");
  clear_doubt_ = prepare(
      "UPDATE call SET status = ?4, error = ?5, ended = ?6"
      " WHERE run = ?1 AND key = ?2 AND attempt = ?3 AND due IS NULL AND status = 'unknown'");
  add_ticket_ = prepare("INSERT INTO ticket VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  add_message_ = prepare("INSERT INTO message VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  add_version_ = prepare("INSERT OR IGNORE INTO version VALUES (?, ?, ?)");
  put_source_ = prepare("INSERT OR REPLACE INTO source_state VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  add_request_ = prepare("INSERT OR IGNORE INTO request VALUES (NULL, ?, ?, ?, ?, 0, 0, '', 0, NULL)");
  put_meta_ = prepare(
      "UPDATE meta SET epoch = ?, seq = ?, clock = ?, segment = ?, log_end = ?, events = ?, open_runs = ?,"
      " open_calls = ?, tickets = ?, seen_upto = ?, run_ids_upto = ?");
}

int Writer::open(const Meta& meta) {
  if (prepared_ != SQLITE_OK) return prepared_;
  int code = seen_.open(db_, meta.seen_upto);
  auto missing = db_.prepare("SELECT id, key FROM run WHERE key > ? ORDER BY key", code);
  if (code != SQLITE_OK) return code;
  run_ids_ = Backlog<RunId>(meta.run_ids_upto);
  return missing.each(
      [&](const sqlite::Row& row) {
        run_ids_.add({run_prefix(row.view(0)), row.number(1)});
        return true;
      },
      meta.run_ids_upto);
}

void Writer::committed(const Batch& batch) {
  const std::uint64_t last_seq = batch.fence.seq + batch.inputs.size();
  seen_.committed(batch.inputs, last_seq);
  for (const auto& id : new_run_ids_) run_ids_.add(id);
  run_ids_.wrote(writing_run_ids_, (last_seq + 1) * runs_of_event_max - 1,
                 std::numeric_limits<std::uint64_t>::max());
  new_run_ids_.clear();
}

void Writer::forget() {
  sources_.clear();
  new_run_ids_.clear();
}

int Writer::source_id(const std::string& name, std::uint64_t& id) {
  id = 0;
  if (name.empty()) return SQLITE_OK;
  if (const auto known = sources_.find(name); known != sources_.end()) {
    id = known->second;
    return SQLITE_OK;
  }
  int code = find_source_.each(
      [&](const sqlite::Row& row) {
        id = row.number(0);
        return true;
      },
      name);
  if (code == SQLITE_OK && id == 0) {
    code = add_source_.run(name);
    id = static_cast<std::uint64_t>(sqlite3_last_insert_rowid(db_.handle()));
  }
  if (code != SQLITE_OK) return code;
  if (sources_.size() >= sources_cached_max) sources_.clear();
  sources_.emplace(name, id);
  return SQLITE_OK;
}

int Writer::put_input(const InputRow& input, std::uint64_t segment, std::uint64_t offset) {
  std::uint64_t source = 0;
  if (const int code = source_id(input.source, source); code != SQLITE_OK) return code;
  const std::string digests = input.digest + input.body_digest;
  const auto digest = digests.empty() ? std::nullopt : std::optional(sqlite::Blob{digests});
  return add_input_.run(input.seq, input.at, input.kind, input.subject, input.event_id, source, input.type,
                        digest, segment, offset, input.line.size(), input.detail, lines_of(input.notes));
}

int Writer::add_run(const RunRow& run, std::uint64_t first_seq) {
  if (run.event_seq == 0)
    throw std::logic_error("run " + run.id + " is not open, and names no event that started it");
  std::uint64_t key = run.event_seq * runs_of_event_max;
  int code = SQLITE_OK;
  if (run.event_seq >= first_seq) {  // an event of this batch: nobody else has runs of it
    key += runs_added_[run.event_seq]++;
  } else {
    code = last_run_of_event_.each(
        [&](const sqlite::Row& row) {
          if (!row.null(0)) key = row.number(0) + 1;
          return true;
        },
        key, key + runs_of_event_max - 1);
    if (code != SQLITE_OK) return code;
  }
  const bool full = key / runs_of_event_max != run.event_seq;
  if (full) throw std::logic_error("more than runs_of_event_max runs of one event");
  code = add_run_.run(key, run.id, run.subject, run.workflow, run.version, run.status, run.step, run.reason,
                      run.started, run.ended, due_of(run), lines_of(run.notes), run.state);
  if (code != SQLITE_OK) return code;
  // One of an older event would not be found behind run_ids_upto: its id does not wait.
  if (run.event_seq < first_seq) return add_run_id_.run(run_prefix(run.id), key);
  new_run_ids_.push_back({run_prefix(run.id), key});
  return SQLITE_OK;
}

int Writer::put_run_ids(std::size_t added) {
  const auto entries = run_ids_.next(added);
  for (const auto& id : entries) {
    if (const int code = add_run_id_.run(id.prefix, id.key); code != SQLITE_OK) return code;
  }
  writing_run_ids_ = entries.size();
  return SQLITE_OK;
}

int Writer::find_run(sqlite::Statement& statement, const RunRow& run, std::optional<std::uint64_t>& key) {
  return statement.each(
      [&](const sqlite::Row& row) {
        key = row.number(0);
        return false;
      },
      run.subject, run.id);
}

/// A run that ended in this batch under a name that became another's in it was moved with those that are open: it goes
/// back, as what is over stays where it was.
int Writer::put_ended_before(const RunRow& run, const std::vector<MoveRow>& moves, std::optional<std::uint64_t>& key) {
  for (const MoveRow& move : moves) {
    if (move.from != run.subject || !run.ended) continue;
    RunRow moved = run;
    moved.subject = move.to;
    int code = find_run(find_open_run_, moved, key);
    if (code == SQLITE_OK && key) code = rename_run_.run(*key, run.subject);
    if (code != SQLITE_OK || key) return code;
  }
  return SQLITE_OK;
}

int Writer::put_run(const RunRow& run, std::uint64_t first_seq, const std::vector<MoveRow>& moves, Meta& meta) {
  std::optional<std::uint64_t> open, failed;
  int code = SQLITE_OK;
  if (run.event_seq < first_seq) code = find_run(find_open_run_, run, open);  // else it is new
  if (code == SQLITE_OK && !open && run.event_seq < first_seq) code = put_ended_before(run, moves, open);
  // Only of a run that is there already nobody says which event started it: then it has failed before.
  if (code == SQLITE_OK && !open && run.event_seq == 0) code = find_run(find_failed_run_, run, failed);
  if (code != SQLITE_OK) return code;
  meta.open_runs += (run.ended ? 0 : 1) - (open ? 1 : 0);
  if (!open && !failed) return add_run(run, first_seq);
  return update_run_.run(open ? *open : *failed, run.status, run.step, run.reason, run.ended, due_of(run),
                         run.state, lines_of(run.notes), run.version);
}

int Writer::put_call(const CallRow& call, Meta& meta) {
  const std::uint64_t claimed = call.claimed ? meta.fence.epoch : 0;
  const int code =
      retry_call_.run(call.key, call.attempt, call.timeout_ms, call.due, call.args, call.error, claimed);
  if (code != SQLITE_OK || sqlite3_changes(db_.handle()) > 0) return code;
  ++meta.open_calls;
  return add_call_.run(call.key, call.run, call.workflow, call.subject, call.action, call.step, call.args,
                       call.attempt, call.timeout_ms, call.due, call.error, call.destination, claimed);
}

int Writer::claim_calls(const Batch& batch, const Meta& meta) {
  int code = SQLITE_OK;
  for (const auto& key : batch.calls_claimed)
    if ((code = claim_call_.run(key, meta.fence.epoch)) != SQLITE_OK) return code;
  for (const auto& key : batch.calls_unclaimed)
    if ((code = claim_call_.run(key, 0)) != SQLITE_OK) return code;
  return code;
}

int Writer::end_call(const CallEndRow& end, Meta& meta) {
  const int code = end_call_.run(end.key, end.status, end.error, end.attempts, end.at);
  if (code != SQLITE_OK) return code;
  const int ended = sqlite3_changes(db_.handle());
  meta.open_calls -= ended;
  if (ended > 0 || end.run.empty()) return SQLITE_OK;
  return clear_doubt_.run(end.run, end.key, end.attempts, end.status, end.error, end.at);
}

int Writer::put_subjects(const Batch& batch) {
  int code = SQLITE_OK;
  for (const auto& subject : batch.subjects) {
    code = subject.state.empty() ? drop_subject_.run(subject.id) : put_subject_.run(subject.id, subject.state);
    const bool is_new = code == SQLITE_OK && !subject.state.empty() && sqlite3_changes(db_.handle()) == 0;
    if (is_new) code = add_subject_.run(subject.id, subject.state);
    if (code != SQLITE_OK) return code;
  }
  for (const auto& move : batch.moves) {
    for (auto* statement : {&move_runs_, &move_failed_, &move_tickets_, &move_messages_})
      if ((code = statement->run(move.from, move.to)) != SQLITE_OK) return code;
    if ((code = leave_conversations_.run(move.from)) != SQLITE_OK) return code;  // the other's are put anew
  }
  for (const auto& member : batch.members) {
    code = (member.in ? add_member_ : drop_member_).run(member.segment, member.subject);
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

int Writer::put_others(const Batch& batch, Meta& meta) {
  int code = SQLITE_OK;
  for (const auto& t : batch.tickets) {
    code = add_ticket_.run(t.id, t.run, t.workflow, t.subject, t.queue, t.priority, t.reason, t.note,
                           t.frozen, t.at);
    if (code != SQLITE_OK) return code;
    ++meta.tickets;
  }
  for (const auto& m : batch.messages) {
    code = add_message_.run(m.id, m.subject, m.channel, m.direction, m.from, m.to, m.text, m.run, m.at);
    if (code != SQLITE_OK) return code;
    last_message_ = static_cast<std::uint64_t>(sqlite3_last_insert_rowid(db_.handle()));
  }
  for (const auto& c : batch.conversations) {
    code = put_conversation_.run(c.id, c.subject, c.channel, c.owner, c.agent, c.queue, c.state, c.priority, c.epoch, c.waiting, c.at);
    if (code != SQLITE_OK) return code;
  }
  for (const auto& v : batch.versions) {
    if ((code = add_version_.run(v.version, v.workflow, v.bundle)) != SQLITE_OK) return code;
  }
  for (const auto& s : batch.sources) {
    code = put_source_.run(s.name, s.last, s.gap_ms, s.longest_ms, s.events, s.rejected, s.rejected_at, s.reason,
                           s.silent ? 1 : 0);
    if (code != SQLITE_OK) return code;
  }
  for (const auto& r : batch.requests) {
    if ((code = add_request_.run(r.id, r.kind, r.person, r.at)) != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

int Writer::write(const Batch& batch, const std::vector<std::uint64_t>& lines, Meta& meta) {
  const std::uint64_t first_seq = meta.fence.seq + 1;
  runs_added_.clear();
  std::size_t next_line = 0;
  int code = SQLITE_OK;
  for (const auto& input : batch.inputs) {
    const bool has_line = !input.line.empty();
    code = put_input(input, has_line ? meta.segment : 0, has_line ? lines.at(next_line++) : 0);
    if (code != SQLITE_OK) return code;
    if (input.kind == "event") ++meta.events;
    meta.fence.seq = input.seq;
  }
  if ((code = put_subjects(batch)) != SQLITE_OK) return code;
  for (const auto& run : batch.runs) {
    if ((code = put_run(run, first_seq, batch.moves, meta)) != SQLITE_OK) return code;
  }
  for (const auto& call : batch.calls) {
    if ((code = put_call(call, meta)) != SQLITE_OK) return code;
  }
  if ((code = claim_calls(batch, meta)) != SQLITE_OK) return code;
  for (const auto& end : batch.calls_ended) {
    if ((code = end_call(end, meta)) != SQLITE_OK) return code;
  }
  if ((code = put_others(batch, meta)) != SQLITE_OK) return code;
  if ((code = seen_.write(batch.inputs)) != SQLITE_OK) return code;
  if ((code = put_run_ids(batch.runs.size())) != SQLITE_OK) return code;
  meta.clock = batch.clock;
  meta.seen_upto = seen_.done_upto();
  meta.run_ids_upto = run_ids_.done_upto();
  return put_meta_.run(meta.fence.epoch, meta.fence.seq, meta.clock, meta.segment, meta.log_end, meta.events,
                       meta.open_runs, meta.open_calls, meta.tickets, meta.seen_upto, meta.run_ids_upto);
}

}  // namespace shopbell
