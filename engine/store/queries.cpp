#include "store/queries.h"

#include <unordered_set>

namespace shopbell {
namespace {

CallRow call_row(const sqlite::Row& row) {
  return CallRow{row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5), row.text(6),
                 static_cast<std::uint32_t>(row.integer(7)), row.integer(8), row.time(9), row.text(10),
                 row.text(11)};
}

}  // namespace

int Queries::prepare() {
  int code = SQLITE_OK;
  const auto prepare = [&](std::string_view sql) { return db_.prepare(sql, code); };
  next_subjects_ = prepare("SELECT id, state FROM subject WHERE id > ? ORDER BY id LIMIT ?");
  due_ = prepare("SELECT subject, due FROM run WHERE due IS NOT NULL AND due <= ? ORDER BY due");
  // Within the terms of the index call_waiting.
  const std::string waits = " FROM call WHERE due IS NOT NULL AND claimed = 0 AND destination ";
  const std::string columns =
      "SELECT key, run, workflow, subject, action, step, args, attempt, timeout_ms, due, destination, error";
  next_destination_ = prepare("SELECT destination" + waits + ">= ?1 AND (?2 OR destination > ?1) ORDER BY destination LIMIT 1");
  next_call_ = prepare("SELECT due" + waits + "= ? AND (attempt > 1) = ? ORDER BY due LIMIT 1");
  due_calls_ =
      prepare(columns + waits + "= ? AND (attempt > 1) = ? AND due <= ? ORDER BY due, n LIMIT ?");
  claimed_calls_ = prepare(columns + " FROM call WHERE due IS NOT NULL AND claimed <> 0 ORDER BY n");
  get_failed_runs_ =
      prepare("SELECT state FROM run WHERE subject = ? AND status = 'failed' AND state <> '' ORDER BY key");
  runs_of_version_ = prepare(
      "SELECT key, subject FROM run WHERE version = ? AND ended IS NULL AND key > ? ORDER BY key LIMIT ?");
  next_due_ = prepare(
      "SELECT min(due) FROM (SELECT min(due) AS due FROM run WHERE due IS NOT NULL UNION ALL"
      " SELECT min(due) FROM call WHERE due IS NOT NULL)");
  next_version_ = prepare("SELECT min(version) FROM run WHERE ended IS NULL AND version > ?");
  get_version_ = prepare("SELECT version, workflow, bundle FROM version WHERE version = ?");
  return code;
}

Result<std::vector<DueSubject>> Queries::due(Time upto, std::size_t max) {
  std::vector<DueSubject> found;
  std::unordered_set<std::string> known;
  if (max == 0) return found;
  const int code = due_.each(
      [&](const sqlite::Row& row) {
        if (known.insert(row.text(0)).second) found.push_back({row.text(0), row.time(1)});
        return found.size() < max;
      },
      upto);
  if (code != SQLITE_OK) return db_.error(code);
  return found;
}

// From one destination to the next by the index, however many calls wait for each.
Result<std::vector<WaitingCalls>> Queries::waiting_calls() {
  std::vector<WaitingCalls> found;
  std::string destination;
  int code = SQLITE_OK;
  for (bool more = true, first = true; more; first = false) {
    more = false;
    std::string next;
    code = next_destination_.each(
        [&](const sqlite::Row& row) {
          next = row.text(0);
          more = true;
          return false;
        },
        destination, first);
    destination = std::move(next);
    for (int again = 0; code == SQLITE_OK && more && again < 2; ++again)
      code = next_call_.each(
          [&](const sqlite::Row& row) {
            found.push_back({destination, again == 1, row.time(0)});
            return false;
          },
          destination, again);
    if (code != SQLITE_OK) return db_.error(code);
  }
  return found;
}

Result<std::vector<CallRow>> Queries::due_calls(const WaitingCalls& of, Time upto, std::size_t max) {
  std::vector<CallRow> found;
  const int code = due_calls_.each(
      [&](const sqlite::Row& row) {
        found.push_back(call_row(row));
        return true;
      },
      of.destination, of.again ? 1 : 0, upto, max);
  if (code != SQLITE_OK) return db_.error(code);
  return found;
}

Result<std::vector<CallRow>> Queries::claimed_calls() {
  std::vector<CallRow> found;
  const int code = claimed_calls_.each([&](const sqlite::Row& row) {
    found.push_back(call_row(row));
    found.back().claimed = true;
    return true;
  });
  if (code != SQLITE_OK) return db_.error(code);
  return found;
}

Result<std::vector<std::string>> Queries::failed_runs(std::string_view subject) {
  std::vector<std::string> found;
  const int code = get_failed_runs_.each(
      [&](const sqlite::Row& row) {
        found.push_back(row.text(0));
        return true;
      },
      subject);
  if (code != SQLITE_OK) return db_.error(code);
  return found;
}

Result<std::vector<RunOfVersion>> Queries::runs_of_version(std::string_view version, std::uint64_t after,
                                                               std::size_t max) {
  std::vector<RunOfVersion> found;
  const int code = runs_of_version_.each(
      [&](const sqlite::Row& row) {
        found.push_back({row.number(0), row.text(1)});
        return true;
      },
      version, after, max);
  if (code != SQLITE_OK) return db_.error(code);
  return found;
}

Result<std::vector<SubjectRow>> Queries::subjects(std::string_view after, std::size_t max) {
  std::vector<SubjectRow> found;
  const int code = next_subjects_.each(
      [&](const sqlite::Row& row) {
        found.push_back({row.text(0), row.text(1)});
        return true;
      },
      after, max);
  if (code != SQLITE_OK) return db_.error(code);
  return found;
}

Result<std::optional<Time>> Queries::next_due() {
  std::optional<Time> next;
  const int code = next_due_.each([&](const sqlite::Row& row) {
    next = row.maybe_time(0);
    return true;
  });
  if (code != SQLITE_OK) return db_.error(code);
  return next;
}

Result<std::vector<std::string>> Queries::open_versions() {
  std::vector<std::string> found;
  std::string last;
  bool more = true;
  while (more) {  // from one version to the next by the index, however many runs each has
    more = false;
    const int code = next_version_.each(
        [&](const sqlite::Row& row) {
          more = !row.null(0);
          if (more) found.push_back(last = row.text(0));
          return true;
        },
        std::string(last));
    if (code != SQLITE_OK) return db_.error(code);
  }
  return found;
}

Result<std::optional<VersionRow>> Queries::version(std::string_view version) {
  std::optional<VersionRow> found;
  const int code = get_version_.each(
      [&](const sqlite::Row& row) {
        found = VersionRow{row.text(0), row.text(1), row.text(2)};
        return true;
      },
      version);
  if (code != SQLITE_OK) return db_.error(code);
  return found;
}

}  // namespace shopbell
