#include "serve/rejected.h"

#include <spdlog/spdlog.h>

#include <sys/stat.h>

namespace shopbell {
namespace {

constexpr const char* table = R"sql(
CREATE TABLE IF NOT EXISTS rejected(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  source TEXT NOT NULL,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  query TEXT NOT NULL,
  headers TEXT NOT NULL,
  body BLOB NOT NULL,
  whole INTEGER NOT NULL
)
)sql";
constexpr const char* columns = "SELECT id, at, source, code, reason, query, headers, body, whole FROM rejected ";

RejectedRequest request_of(const sqlite::Row& r) { return {r.integer(0), r.time(1), r.text(2), r.text(3), r.text(4), r.text(5), r.text(6), r.text(7), r.integer(8) != 0}; }

constexpr auto nothing = [](const sqlite::Row&) { return true; };

}  // namespace

Result<std::unique_ptr<Rejected>> Rejected::open(const std::string& folder) {
  const mode_t before = ::umask(077);
  auto db = sqlite::Database::open(folder + "/rejected.db", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  // No second file in which what was deleted could stay, and freed bytes are overwritten.
  const int code = db ? db->execute((std::string("PRAGMA busy_timeout=5000; PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;") + table).c_str()) : SQLITE_OK;
  ::umask(before);
  if (!db) return tl::unexpected(db.error());
  if (code != SQLITE_OK) return db->error(code);
  return std::unique_ptr<Rejected>(new Rejected(std::move(*db)));
}

void Rejected::keep(RejectedRequest request) {
  {
    const std::lock_guard lock(pace_mutex_);
    if (request.at - minute_ >= Millis{60'000}) {
      minute_ = request.at;
      in_minute_ = 0;
    }
    if (++in_minute_ > rejected_a_minute_max) return;
  }
  request.whole = request.body.size() <= rejected_body_bytes_max;
  if (!request.whole) request.body.clear();
  worker_.post([this, request = std::move(request)] {
    if (auto written = write(request); !written) spdlog::error("a refused request was not kept: {}", written.error().message);
  });
}

Result<void> Rejected::write(const RejectedRequest& r) {
  const std::lock_guard lock(mutex_);
  auto good = db_.each("INSERT INTO rejected(at, source, code, reason, query, headers, body, whole) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", nothing, r.at, r.source, r.code, r.reason, r.query, r.headers, r.body, r.whole ? 1 : 0);
  if (good) good = db_.each("DELETE FROM rejected WHERE at < ? OR id <= (SELECT max(id) FROM rejected) - ?", nothing, r.at - rejected_kept, rejected_max);
  return good;
}

Result<std::vector<RejectedRequest>> Rejected::list(const std::string& source, std::int64_t before, std::size_t max, Time now) {
  const std::lock_guard lock(mutex_);
  std::vector<RejectedRequest> found;
  auto good = db_.each("DELETE FROM rejected WHERE at < ?", nothing, now - rejected_kept);
  if (good)
    good = db_.each(std::string(columns) + "WHERE source = ?1 AND (?2 = 0 OR id < ?2) ORDER BY id DESC LIMIT ?3", [&](const sqlite::Row& r) {
      found.push_back(request_of(r));
      return true;
    }, source, before, max);
  if (!good) return tl::unexpected(good.error());
  return found;
}

Result<std::optional<RejectedRequest>> Rejected::find(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  std::optional<RejectedRequest> found;
  const auto good = db_.each(std::string(columns) + "WHERE id = ?", [&](const sqlite::Row& r) {
    found = request_of(r);
    return false;
  }, id);
  if (!good) return tl::unexpected(good.error());
  return found;
}

Result<void> Rejected::drop(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  return db_.each("DELETE FROM rejected WHERE id = ?", nothing, id);
}

Result<void> Rejected::forget(const Person& person) {
  const std::lock_guard lock(mutex_);
  std::vector<std::int64_t> named;
  auto good = db_.each(columns, [&](const sqlite::Row& r) {
    const RejectedRequest one = request_of(r);
    if (!person.source.empty() || names_person(person, one.body) || names_person(person, one.query)) named.push_back(one.id);
    return true;
  });
  for (const std::int64_t id : named)
    if (good) good = db_.each("DELETE FROM rejected WHERE id = ?", nothing, id);
  return good;
}

Result<void> Rejected::forget_all() {
  const std::lock_guard lock(mutex_);
  return db_.each("DELETE FROM rejected", nothing);
}

}  // namespace shopbell
