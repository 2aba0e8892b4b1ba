// The second connection: it only reads, and neither writes nor checkpoints.

#include "base/hash.h"
#include "store/log.h"
#include "store/open.h"
#include "store/schema.h"
#include "store/sqlite.h"
#include "store/writer.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <limits>
#include <span>

namespace shopbell {
namespace {

using sqlite::Row;

constexpr std::size_t inputs_behind_max = 256;  // where what an event caused is looked for

constexpr std::string_view event_columns =
    "SELECT i.seq, i.at, i.event_id, coalesce(s.name, ''), i.type, i.subject, i.kind, i.detail, i.notes"
    " FROM input i LEFT JOIN source s ON s.id = i.source ";
constexpr std::string_view run_columns =
    "SELECT r.key, r.id, r.subject, r.workflow, r.version, r.status, r.step, r.reason, r.started, r.ended, "
    "r.due, r.state,"
    " r.notes, coalesce(i.event_id, '') FROM run r LEFT JOIN input i ON i.seq = r.key / 4096 ";
static_assert(runs_of_event_max == 4096);
constexpr std::string_view call_columns =
    "SELECT n, key, run, workflow, subject, action, step, args, attempt, timeout_ms, coalesce(due, ended), "
    "destination, error, claimed <> 0 AND due IS NOT NULL, status FROM call ";
constexpr std::string_view ticket_columns =
    "SELECT n, id, run, workflow, subject, queue, priority, reason, note, frozen, at FROM ticket ";
constexpr std::string_view message_columns =
    "SELECT n, id, subject, channel, direction, sender, receiver, text, run, at FROM message ";

constexpr std::string_view conversation_columns =
    "SELECT n, id, subject, channel, owner, agent, queue, state, priority, epoch, waiting, at FROM conversation ";

ConversationView conversation_of(const Row& row) {
  return {row.number(0), ConversationRow{row.text(1), row.text(2), row.text(3), row.text(4), row.text(5), row.text(6), row.text(7),
                                         row.text(8), row.integer(9), row.maybe_time(10), row.time(11)}};
}

EventView event_of(const Row& row) {
  return {row.number(0), row.time(1), row.text(2), row.text(3), row.text(4),
          row.text(5),   row.text(6), row.text(7), row.text(8)};
}

RunView run_of(const Row& row) {
  RunView view;
  view.key = row.number(0);
  RunRow& run = view.row;
  run.id = row.text(1);
  run.subject = row.text(2);
  run.workflow = row.text(3);
  run.version = row.text(4);
  run.status = row.text(5);
  run.step = row.text(6);
  run.reason = row.text(7);
  run.event_seq = view.key / runs_of_event_max;
  run.started = row.time(8);
  run.ended = row.maybe_time(9);
  run.due = row.maybe_time(10);
  run.state = row.text(11);
  run.notes = row.text(12);
  view.event_id = row.text(13);
  return view;
}

CallView call_of(const Row& row) {
  return {row.number(0),
          CallRow{row.text(1), row.text(2), row.text(3), row.text(4), row.text(5), row.text(6), row.text(7),
                  static_cast<std::uint32_t>(row.integer(8)), row.integer(9), row.time(10), row.text(11),
                  row.text(12), row.number(13) != 0},
          row.text(14)};
}

TicketView ticket_of(const Row& row) {
  return {row.number(0), TicketRow{row.text(1), row.text(2), row.text(3), row.text(4), row.text(5),
                                   row.text(6), row.text(7), row.text(8), row.text(9), row.time(10)}};
}

MessageView message_of(const Row& row) {
  return {row.number(0), MessageRow{row.text(1), row.text(2), row.text(3), row.text(4), row.text(5),
                                    row.text(6), row.text(7), row.text(8), row.time(9)}};
}

std::int64_t below(Page page) {
  return page.before == 0 ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(page.before);
}

/// One filter field and the column it is about; an empty one lets everything pass.
struct Wanted {
  const std::string& value;
  std::string_view column;
  int at = -1;  // its place in the columns, where rows are looked through one by one
  std::span<const std::string> also = {};  // other values that pass

  bool passes(std::string_view text) const {
    return value.empty() || text == value || std::find(also.begin(), also.end(), text) != also.end();
  }
};

class SqliteReader : public Reader {
 public:
  SqliteReader(std::string folder, sqlite::Database db) : folder_(std::move(folder)), db_(std::move(db)) {}

  Result<std::vector<EventView>> events(const Filter& f, Page page) override {
    return look_through<EventView>(event_columns, "i.seq", {{f.subject, "", 5, f.also}, {f.type, "", 4}}, page,
                                   event_of);
  }
  Result<std::vector<RunView>> runs(const Filter& f, Page page) override;
  Result<std::vector<CallView>> calls(const Filter& f, Page page) override {
    return select<CallView>(
        call_columns,
        {{f.run, "run"}, {f.subject, "subject"}, {f.workflow, "workflow"}, {f.status, "status"}}, page,
        call_of);
  }
  Result<std::vector<TicketView>> tickets(const Filter& f, Page page) override {
    return select<TicketView>(
        ticket_columns,
        {{f.run, "run"}, {f.subject, "subject"}, {f.workflow, "workflow"}, {f.queue, "queue"}}, page,
        ticket_of);
  }
  Result<std::vector<MessageView>> messages(const Filter& f, Page page) override {
    return select<MessageView>(message_columns, {{f.run, "run"}, {f.subject, "subject"}}, page, message_of);
  }
  Result<std::vector<MessageView>> messages(const Stretch& s) override;
  Result<std::uint64_t> before_newest(const Stretch& s) override;
  Result<std::uint64_t> last_message() override {
    return number("SELECT coalesce(max(n), 0) FROM message");
  }
  Result<std::vector<ConversationView>> conversations(const Filter& f, Page page) override {
    return select<ConversationView>(
        conversation_columns,
        {{f.subject, "subject"}, {f.queue, "queue"}, {f.conversation, "id"}, {f.status, "state"}, {f.owner, "owner"}}, page, conversation_of);
  }
  Result<std::vector<EventView>> events_by_id(std::string_view event_id) override;
  Result<std::vector<EventView>> events_under_id(std::string_view id);
  Result<std::optional<EventView>> event(std::uint64_t seq) override;
  Result<std::string> line(std::uint64_t seq) override;
  Result<std::optional<RunView>> run(std::string_view id) override;
  Result<std::vector<RunView>> runs_of_event(std::uint64_t seq) override;
  Result<std::vector<RunView>> attention(const Filter& f, Page page) override;
  Result<std::optional<std::string>> subject_state(std::string_view subject) override;
  Result<std::vector<SegmentCount>> segments() override;
  Result<std::vector<std::string>> members(std::string_view segment, std::string_view after, std::size_t max) override;
  Result<std::vector<SourceRow>> sources() override;
  Result<std::vector<RequestView>> requests(Page page) override;
  Result<Counts> counts() override;
  Result<std::vector<OpenRuns>> open_runs() override;
  Result<std::optional<std::string>> bundle(std::string_view version) override;

 private:
  /// All rows of a query, each made into a View.
  template <class View, class... Args>
  Result<std::vector<View>> all(const std::string& sql, View (*make)(const Row&), const Args&... args) {
    std::vector<View> views;
    int code = SQLITE_OK;
    auto statement = db_.prepare(sql, code);
    if (code == SQLITE_OK) {
      code = statement.each(
          [&](const Row& row) {
            views.push_back(make(row));
            return true;
          },
          args...);
    }
    if (code != SQLITE_OK) return db_.error(code);
    return views;
  }

  /// A page of a table whose filters have indexes, or that is small.
  template <class View>
  Result<std::vector<View>> select(std::string_view columns, std::initializer_list<Wanted> filter, Page page,
                                   View (*make)(const Row&)) {
    std::string sql = std::string(columns) + "WHERE n < ?1";
    std::vector<std::string_view> values;
    for (const auto& wanted : filter) {
      if (wanted.value.empty()) continue;
      values.push_back(wanted.value);
      sql += " AND " + std::string(wanted.column) + " = ?" + std::to_string(values.size() + 2);
    }
    values.resize(4);  // what has no parameter is not bound
    sql += " ORDER BY n DESC LIMIT ?2";
    return all<View>(sql, make, below(page), page.max, values[0], values[1], values[2], values[3]);
  }

  /// A page of a table without such indexes: rows are looked through from the newest, rows_looked_at_max at most.
  template <class View>
  Result<std::vector<View>> look_through(std::string_view columns, const std::string& key,
                                         std::initializer_list<Wanted> filter, Page page,
                                         View (*make)(const Row&)) {
    std::vector<View> views;
    std::size_t looked_at = 0;
    int code = SQLITE_OK;
    auto statement =
        db_.prepare(std::string(columns) + "WHERE " + key + " < ? ORDER BY " + key + " DESC", code);
    if (code == SQLITE_OK && page.max > 0) {
      code = statement.each(
          [&](const Row& row) {
            const bool fits = std::all_of(filter.begin(), filter.end(), [&](const Wanted& wanted) {
              return wanted.passes(row.view(wanted.at));
            });
            if (fits) views.push_back(make(row));
            return views.size() < page.max && ++looked_at < rows_looked_at_max;
          },
          below(page));
    }
    if (code != SQLITE_OK) return db_.error(code);
    return views;
  }

  template <class View>
  static Result<std::optional<View>> one(Result<std::vector<View>> views) {
    if (!views) return tl::unexpected(views.error());
    if (views->empty()) return std::nullopt;
    return std::move(views->front());
  }

  template <class... Args>
  Result<std::uint64_t> number(const std::string& sql, const Args&... args) {
    auto found = one(all<std::uint64_t>(sql, +[](const Row& row) { return row.number(0); }, args...));
    if (!found) return tl::unexpected(found.error());
    return found->value_or(0);
  }

  std::string folder_;
  sqlite::Database db_;
};

Result<std::vector<RunView>> SqliteReader::runs(const Filter& f, Page page) {
  auto found = look_through<RunView>(
      run_columns, "r.key", {{f.subject, "", 2, f.also}, {f.status, "", 5}, {f.workflow, "", 3}}, page, run_of);
  if (!found || f.subject.empty()) return found;
  // A subject's open runs may be older than what was looked through, but have an index.
  auto open = all<RunView>(std::string(run_columns) + "WHERE r.subject = ? AND r.ended IS NULL AND r.key < ?",
                           run_of, f.subject, below(page));
  if (!open) return open;
  for (auto& run : *open) {
    const bool fits = (f.status.empty() || run.row.status == f.status) &&
                      (f.workflow.empty() || run.row.workflow == f.workflow);
    if (fits) found->push_back(std::move(run));
  }
  std::sort(found->begin(), found->end(), [](const RunView& a, const RunView& b) { return a.key > b.key; });
  const auto same = std::unique(found->begin(), found->end(),
                                [](const RunView& a, const RunView& b) { return a.key == b.key; });
  found->erase(same, found->end());
  if (found->size() > page.max) found->resize(page.max);
  return found;
}

constexpr std::string_view in_stretch =
    "WHERE subject = ?1 AND n > ?2 AND n <= ?3 AND channel = ?4 AND (?5 = '' OR CASE direction WHEN 'in' THEN sender ELSE receiver END = ?5) ";

Result<std::vector<MessageView>> SqliteReader::messages(const Stretch& s) {
  return all<MessageView>(std::string(message_columns) + std::string(in_stretch) + "ORDER BY n LIMIT ?6", message_of, s.subject, s.after,
                          s.upto, s.channel, s.thread, s.max);
}

Result<std::uint64_t> SqliteReader::before_newest(const Stretch& s) {
  return number("SELECT coalesce(min(n), ?2 + 1) - 1 FROM (SELECT n FROM message " + std::string(in_stretch) + "ORDER BY n DESC LIMIT ?6)",
                s.subject, s.after, s.upto, s.channel, s.thread, s.max);
}

/// Nothing is indexed by the sender's id alone: a digest is made with every source known, and looked up.
Result<std::vector<EventView>> SqliteReader::events_by_id(std::string_view event_id) {
  auto sources = all<std::string>(
      "SELECT name FROM source ORDER BY id DESC LIMIT " + std::to_string(sources_tried_max),
      +[](const Row& row) { return row.text(0); });
  if (!sources) return tl::unexpected(sources.error());
  std::vector<EventView> found;
  for (const auto& source : *sources) {
    // What was forwarded or caused bears the same id and stands right behind.
    auto events = all<EventView>(std::string(event_columns) +
                                     "WHERE i.seq >= (SELECT seq FROM seen WHERE digest = ?1)"
                                     " AND i.seq < (SELECT seq FROM seen WHERE digest = ?1) + ?2 AND i.seq "
                                     "<= (SELECT seen_upto FROM meta)"
                                     " AND i.event_id = ?3 AND s.name = ?4",
                                 event_of, sqlite::Blob{event_digest(source, event_id)}, inputs_behind_max,
                                 event_id, source);
    if (!events) return events;
    std::move(events->begin(), events->end(), std::back_inserter(found));
  }
  auto newest = all<EventView>(
      std::string(event_columns) + "WHERE i.seq > (SELECT seen_upto FROM meta) AND i.event_id = ?", event_of,
      event_id);
  if (!newest) return newest;
  std::move(newest->begin(), newest->end(), std::back_inserter(found));
  if (found.empty()) return events_under_id(event_id);
  std::sort(found.begin(), found.end(), [](const EventView& a, const EventView& b) { return a.key > b.key; });
  return found;
}

/// Of "EVENT:TOPIC:SHOP" people know the EVENT, which no index has: the newest inputs are looked through.
Result<std::vector<EventView>> SqliteReader::events_under_id(std::string_view id) {
  return all<EventView>(std::string(event_columns) +
                            "WHERE i.seq > (SELECT seq FROM meta) - ?1 AND i.event_id >= ?2 || ':' AND i.event_id < ?2 || ';'"
                            " ORDER BY i.seq DESC LIMIT ?3",
                        event_of, inputs_looked_through_max, id, inputs_behind_max);
}

Result<std::optional<EventView>> SqliteReader::event(std::uint64_t seq) {
  return one(all<EventView>(std::string(event_columns) + "WHERE i.seq = ?", event_of, seq));
}

Result<std::string> SqliteReader::line(std::uint64_t seq) {
  struct Place {
    std::string segment;
    std::uint64_t offset, length;
  };
  auto place = one(all<Place>(
      "SELECT s.name, i.offset, i.length FROM input i JOIN segment s ON s.id = i.segment WHERE i.seq = ?",
      +[](const Row& row) {
        return Place{row.text(0), row.number(1), row.number(2)};
      },
      seq));
  if (!place) return tl::unexpected(place.error());
  if (!*place) return fail("no_line", "input " + std::to_string(seq) + " has no line in the log");
  return read_line(log_path(folder_), (*place)->segment, (*place)->offset, (*place)->length);
}

Result<std::optional<RunView>> SqliteReader::run(std::string_view id) {
  if (id.empty()) return std::nullopt;
  auto found = all<RunView>(
      std::string(run_columns) +
          "WHERE r.key IN (SELECT key FROM run_id WHERE prefix = ?1 UNION"
          " SELECT key FROM run WHERE key > (SELECT run_ids_upto FROM meta) AND substr(id, 1, ?2) = ?3)"
          " AND substr(r.id, 1, ?2) = ?3 LIMIT 2",
      run_of, run_prefix(id), id.size(), id);
  if (found && found->size() > 1)
    return fail("ambiguous", "several runs begin with " + std::string(id), "give more of its digits");
  return one(std::move(found));
}

Result<std::vector<RunView>> SqliteReader::runs_of_event(std::uint64_t seq) {
  const std::uint64_t first = seq * runs_of_event_max;
  return all<RunView>(std::string(run_columns) + "WHERE r.key BETWEEN ? AND ? ORDER BY r.key", run_of, first,
                      first + runs_of_event_max - 1);
}

Result<std::vector<RunView>> SqliteReader::attention(const Filter& f, Page page) {
  auto found = all<RunView>(
      std::string(run_columns) +
          "WHERE r.status = 'failed' AND r.state <> '' AND r.key < ?1 AND (?2 = '' OR r.subject = ?2)"
          " AND (?3 = '' OR r.workflow = ?3) AND (?4 = '' OR json_extract(r.state, '$.flow.failed_at') = ?4)"
          " AND r.ended >= ?5 ORDER BY r.key DESC LIMIT ?6",
      run_of, below(page), f.subject, f.workflow, f.step, f.since, page.max);
  if (!found) return found;
  for (auto& run : *found) {
    auto step = one(all<std::string>(
        "SELECT coalesce(json_extract(?, '$.flow.failed_at'), '')", +[](const Row& row) { return row.text(0); },
        run.row.state));
    if (step && *step) run.row.step = **step;
  }
  return found;
}

Result<std::optional<std::string>> SqliteReader::subject_state(std::string_view subject) {
  return one(all<std::string>(
      "SELECT state FROM subject WHERE id = ?", +[](const Row& row) { return row.text(0); }, subject));
}

Result<std::vector<SegmentCount>> SqliteReader::segments() {
  return all<SegmentCount>(
      "SELECT segment, count(*) FROM member GROUP BY segment", +[](const Row& row) {
        return SegmentCount{row.text(0), row.number(1)};
      });
}

Result<std::vector<std::string>> SqliteReader::members(std::string_view segment, std::string_view after,
                                                       std::size_t max) {
  return all<std::string>(
      "SELECT subject FROM member WHERE segment = ? AND subject > ? ORDER BY subject LIMIT ?",
      +[](const Row& row) { return row.text(0); }, segment, after, max);
}

Result<std::vector<SourceRow>> SqliteReader::sources() {
  return all<SourceRow>(
      "SELECT name, last, gap_ms, longest_ms, events, rejected, rejected_at, reason, silent FROM source_state ORDER BY name",
      +[](const Row& row) {
        return SourceRow{row.text(0),   row.time(1),   row.integer(2), row.integer(3),      row.number(4),
                         row.number(5), row.time(6),   row.text(7),    row.integer(8) != 0};
      });
}

Result<std::vector<RequestView>> SqliteReader::requests(Page page) {
  return all<RequestView>(
      "SELECT n, id, kind, asked, done, rows FROM request WHERE n < ? ORDER BY n DESC LIMIT ?",
      +[](const Row& row) {
        return RequestView{row.number(0), row.text(1), row.text(2), row.time(3), row.maybe_time(4), row.number(5)};
      },
      below(page), page.max);
}

Result<Counts> SqliteReader::counts() {
  auto counted = one(all<Counts>(
      "SELECT events, open_runs, open_calls, tickets FROM meta", +[](const Row& row) {
        return Counts{row.number(0), row.number(1), row.number(2), row.number(3)};
      }));
  if (!counted) return tl::unexpected(counted.error());
  return counted->value_or(Counts{});
}

// Without the clocks of schedules and the watches of carts, which stand at no step.
Result<std::vector<OpenRuns>> SqliteReader::open_runs() {
  return all<OpenRuns>(
      "SELECT workflow, version, status, step, CASE"
      " WHEN coalesce(json_extract(state, '$.flow.parent'), '') = ''"
      " THEN CASE WHEN json_extract(state, '$.flow.collecting') THEN 'collecting' ELSE 'run' END"
      " WHEN json_extract(state, '$.flow.part') > 0 THEN 'branch' ELSE 'called' END, count(*)"
      " FROM run WHERE ended IS NULL AND NOT coalesce(json_extract(state, '$.flow.clock'), 0)"
      " GROUP BY 1, 2, 3, 4, 5",
      +[](const Row& row) {
        return OpenRuns{row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.number(5)};
      });
}

Result<std::optional<std::string>> SqliteReader::bundle(std::string_view version) {
  return one(all<std::string>(
      "SELECT bundle FROM version WHERE version = ?", +[](const Row& row) { return row.text(0); }, version));
}

}  // namespace

Result<std::unique_ptr<Reader>> Store::reader(const std::string& folder) {
  const std::string path = database_path(folder);
  if (!std::filesystem::exists(path))
    return fail("no_store", folder + " has no store", "start the server first, or name its data folder");
  auto db = sqlite::Database::open(path, SQLITE_OPEN_READONLY, nullptr);
  if (!db) return tl::unexpected(db.error());
  sqlite3_busy_timeout(db->handle(), 5'000);
  sqlite3_db_config(db->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  if (const int code = db->execute("PRAGMA query_only=1; PRAGMA cache_size=-8192"); code != SQLITE_OK)
    return db->error(code);
  if (auto known = check_version(*db); !known) return tl::unexpected(known.error());
  return std::make_unique<SqliteReader>(folder, std::move(*db));
}

}  // namespace shopbell
