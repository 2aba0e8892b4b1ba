#include "store/console.h"

#include "store/open.h"
#include "store/schema.h"

#include <filesystem>

namespace shopbell {
namespace {

/// As LIKE wants it: its own signs stand for themselves.
std::string pattern(std::string_view text) {
  std::string made = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') made += '\\';
    made += c;
  }
  return made + "%";
}

}  // namespace

Result<std::unique_ptr<ConsoleReader>> ConsoleReader::open(const std::string& folder) {
  const std::string path = database_path(folder);
  if (!std::filesystem::exists(path)) return fail("no_store", folder + " has no store", "start the server first, or name its data folder");
  auto db = sqlite::Database::open(path, SQLITE_OPEN_READONLY, nullptr);
  if (!db) return tl::unexpected(db.error());
  sqlite3_busy_timeout(db->handle(), 5'000);
  sqlite3_db_config(db->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  if (const int code = db->execute("PRAGMA query_only=1; PRAGMA cache_size=-8192"); code != SQLITE_OK) return db->error(code);
  if (auto known = check_version(*db); !known) return tl::unexpected(known.error());
  return std::unique_ptr<ConsoleReader>(new ConsoleReader(std::move(*db)));
}

Result<std::vector<InboxRow>> ConsoleReader::inbox(const InboxQuery& q) {
  std::vector<InboxRow> rows;
  const auto take = [&](const sqlite::Row& r) {
    InboxRow one;
    one.key = {r.integer(1), r.integer(0)};
    one.row = {r.text(2), r.text(3), r.text(4), r.text(5), r.text(6), r.text(7), r.text(8), r.text(9), r.integer(10), r.maybe_time(11), r.time(1)};
    rows.push_back(std::move(one));
    return true;
  };
  // Of one owner the index of places has them in order; of few among many it finds them; all else is read newest first.
  const bool exact = !q.state.empty() && (q.owner == "bot" || !q.agent.empty() || !q.queue.empty());
  const bool few = q.state == "snoozed" || (q.state == "open" && q.owner == "queue");
  std::string sql = "SELECT n, at, id, subject, channel, owner, agent, queue, state, priority, epoch, waiting FROM conversation c INDEXED BY ";
  if (!q.subject.empty()) sql += "sqlite_autoindex_conversation_1 WHERE (at, n) < (?1, ?2) AND ((?6 = '' AND state <> 'merged') OR state = ?6) AND (?3 = '' OR owner = ?3) AND (?4 = '' OR agent = ?4) AND (?5 = '' OR queue = ?5) AND subject = ?9";
  else if (exact) sql += "conversation_place WHERE (at, n) < (?1, ?2) AND owner = ?3 AND agent = ?4 AND queue = ?5 AND state = ?6 AND ?9 = ''";
  else if (few) sql += "conversation_place WHERE (at, n) < (?1, ?2) AND state = ?6 AND (?3 = '' OR owner = ?3) AND ?4 = '' AND ?5 = '' AND ?9 = ''";
  else sql += "conversation_at WHERE (at, n) < (?1, ?2) AND ((?6 = '' AND state <> 'merged') OR state = ?6) AND (?3 = '' OR owner = ?3) AND (?4 = '' OR agent = ?4) AND (?5 = '' OR queue = ?5) AND ?9 = ''";
  if (!q.text.empty())
    sql += " AND n IN (SELECT n FROM conversation ORDER BY at DESC LIMIT " + std::to_string(searched_max) + ")"
           " AND (id LIKE ?7 ESCAPE '\\' OR subject LIKE ?7 ESCAPE '\\' OR EXISTS (SELECT 1 FROM subject s WHERE s.id = c.subject AND s.state LIKE ?7 ESCAPE '\\'))";
  else sql += " AND ?7 <> ''";
  const auto read = db_.each(sql + " ORDER BY at DESC, n DESC LIMIT ?8", take, q.after.at, q.after.n, q.owner, q.agent, q.queue, q.state, std::string_view(pattern(q.text)), q.max, q.subject);
  if (!read) return tl::unexpected(read.error());
  return rows;
}

Result<std::vector<std::pair<std::string, std::uint64_t>>> ConsoleReader::counts() {
  std::vector<std::pair<std::string, std::uint64_t>> made;
  const auto read = db_.each("SELECT owner, agent, queue, count(*) FROM conversation WHERE state = 'open' GROUP BY owner, agent, queue", [&](const sqlite::Row& r) {
    const std::string owner = r.text(0), name = owner == "agent" ? r.text(1) : owner == "queue" ? r.text(2) : "";
    made.emplace_back(name.empty() ? owner : owner + ":" + name, r.number(3));
    return true;
  });
  if (!read) return tl::unexpected(read.error());
  return made;
}

namespace {

constexpr std::string_view customers_from = "customer:";

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return made;
}

}  // namespace

Result<FoundCustomers> ConsoleReader::customers(std::string_view text, std::string_view after, std::size_t max) {
  FoundCustomers found;
  for (const std::string_view kind : {customers_from, std::string_view("phone:"), std::string_view("phone:+")}) {
    if (text.empty() || !after.empty() || found.ids.size() >= max) break;
    const std::string from = std::string(kind) + lower(text), to = from + "\xff";
    const auto named = db_.each("SELECT id FROM subject WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3", [&](const sqlite::Row& r) {
      found.ids.push_back(r.text(0));
      return true;
    }, from, to, max - found.ids.size());
    if (!named) return tl::unexpected(named.error());
  }
  std::size_t looked = 0;
  const std::string from(after.empty() ? customers_from : after);
  const auto read = db_.each("SELECT id, state NOT LIKE '%\"leads_to\"%' AND (?2 = '%%' OR id LIKE ?2 ESCAPE '\\' OR state LIKE ?2 ESCAPE '\\') FROM subject WHERE id > ?1 AND id < 'customer;' ORDER BY id LIMIT ?3",
                             [&](const sqlite::Row& r) {
                               ++looked;
                               found.next = r.text(0);
                               if (r.integer(1) != 0) found.ids.push_back(found.next);
                               return found.ids.size() < max;
                             },
                             from, std::string_view(pattern(text)), searched_max);
  if (!read) return tl::unexpected(read.error());
  if (found.ids.size() < max && looked < searched_max) found.next.clear();
  return found;
}

Result<std::vector<ConsoleReader::VersionUse>> ConsoleReader::versions(std::string_view workflow) {
  std::vector<VersionUse> made;
  const auto read = db_.each("SELECT v.version, (SELECT count(*) FROM run r WHERE r.version = v.version AND r.ended IS NULL) FROM version v WHERE v.workflow = ? ORDER BY v.rowid DESC",
                         [&](const sqlite::Row& r) {
                           made.push_back({r.text(0), r.number(1)});
                           return true;
                         },
                         workflow);
  if (!read) return tl::unexpected(read.error());
  return made;
}

}  // namespace shopbell
