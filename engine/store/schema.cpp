#include "store/schema.h"

#include <array>
#include <string>

namespace shopbell {
namespace {

// Keys grow with time wherever they can, so that a batch's rows share pages: each page touched is one
// page of write-ahead log to sync.
constexpr Migration first = R"sql(
CREATE TABLE meta(
  one INTEGER PRIMARY KEY CHECK (one = 1),
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  clock INTEGER NOT NULL,
  segment INTEGER NOT NULL,          -- where the committed part of the log ends; 0: nowhere yet
  log_end INTEGER NOT NULL,
  events INTEGER NOT NULL,           -- how many there are, so that nobody has to count
  open_runs INTEGER NOT NULL,
  open_calls INTEGER NOT NULL,
  tickets INTEGER NOT NULL,
  seen_upto INTEGER NOT NULL,        -- the input up to which `seen` has all digests
  run_ids_upto INTEGER NOT NULL      -- the run up to which `run_id` has all ids
);
INSERT INTO meta VALUES (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

CREATE TABLE segment(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE source(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

CREATE TABLE input(
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  event_id TEXT NOT NULL,
  source INTEGER NOT NULL,           -- source.id; 0: none
  type TEXT NOT NULL,
  digest BLOB,                       -- 16 bytes, perhaps 16 more: all that it is known by
  segment INTEGER NOT NULL,          -- segment.id; 0: no line
  offset INTEGER NOT NULL,
  length INTEGER NOT NULL,           -- without the line break
  detail TEXT NOT NULL,
  notes TEXT NOT NULL
);

CREATE TABLE seen(digest BLOB PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE subject(id TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE run(
  key INTEGER PRIMARY KEY,           -- event_seq * 4096 + its place among the runs of that event
  id TEXT NOT NULL,
  subject TEXT NOT NULL,
  workflow TEXT NOT NULL,
  version TEXT NOT NULL,
  status TEXT NOT NULL,
  step TEXT NOT NULL,
  reason TEXT NOT NULL,
  started INTEGER NOT NULL,
  ended INTEGER,                     -- NULL: open
  due INTEGER,
  notes TEXT NOT NULL,
  state TEXT NOT NULL
);
CREATE INDEX run_open ON run(subject) WHERE ended IS NULL;
CREATE INDEX run_open_version ON run(version) WHERE ended IS NULL;
CREATE INDEX run_due ON run(due, subject) WHERE due IS NOT NULL;
CREATE TABLE run_id(prefix INTEGER, key INTEGER, PRIMARY KEY (prefix, key)) WITHOUT ROWID;

CREATE TABLE call(
  n INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  run TEXT NOT NULL,
  workflow TEXT NOT NULL,
  subject TEXT NOT NULL,
  action TEXT NOT NULL,
  step TEXT NOT NULL,
  args TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  timeout_ms INTEGER NOT NULL,
  due INTEGER,                       -- NULL: over
  status TEXT NOT NULL,
  error TEXT NOT NULL,
  ended INTEGER
);
CREATE INDEX call_open ON call(key) WHERE due IS NOT NULL;
CREATE INDEX call_due ON call(due) WHERE due IS NOT NULL;
CREATE INDEX call_run ON call(run);

CREATE TABLE ticket(
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  run TEXT NOT NULL,
  workflow TEXT NOT NULL,
  subject TEXT NOT NULL,
  queue TEXT NOT NULL,
  priority TEXT NOT NULL,
  reason TEXT NOT NULL,
  note TEXT NOT NULL,
  frozen TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX ticket_subject ON ticket(subject);
CREATE INDEX ticket_run ON ticket(run);
CREATE INDEX ticket_queue ON ticket(queue);

CREATE TABLE message(
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  subject TEXT NOT NULL,
  channel TEXT NOT NULL,
  direction TEXT NOT NULL,
  sender TEXT NOT NULL,
  receiver TEXT NOT NULL,
  text TEXT NOT NULL,
  run TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX message_subject ON message(subject);
CREATE INDEX message_run ON message(run) WHERE run <> '';

CREATE TABLE version(version TEXT PRIMARY KEY, workflow TEXT NOT NULL, bundle TEXT NOT NULL);
)sql";

constexpr Migration segments = R"sql(
CREATE TABLE member(segment TEXT, subject TEXT, PRIMARY KEY (segment, subject)) WITHOUT ROWID;
)sql";

// A call is claimed in the commit before its attempt begins: a process that finds one claimed knows that the attempt
// may have been under way. Those that wait are found by where they go, so that one destination's do not hide others'.
constexpr Migration claims = R"sql(
ALTER TABLE call ADD COLUMN destination TEXT NOT NULL DEFAULT '';
ALTER TABLE call ADD COLUMN claimed INTEGER NOT NULL DEFAULT 0;
DROP INDEX call_due;
CREATE INDEX call_waiting ON call(destination, (attempt > 1), due) WHERE due IS NOT NULL AND claimed = 0;
CREATE INDEX call_claimed ON call(claimed) WHERE due IS NOT NULL AND claimed <> 0;
CREATE INDEX run_failed ON run(subject, key) WHERE status = 'failed' AND state <> '';
)sql";

// How sources behave, and what people asked for by law.
constexpr Migration sources_and_requests = R"sql(
CREATE TABLE source_state(
  name TEXT PRIMARY KEY,
  last INTEGER NOT NULL,             -- 0: never heard
  gap_ms INTEGER NOT NULL,
  longest_ms INTEGER NOT NULL,
  events INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  rejected_at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  silent INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE request(
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,                -- erase, export
  person TEXT NOT NULL,              -- JSON: whom it is about; '' when that is not needed any more
  asked INTEGER NOT NULL,
  place INTEGER NOT NULL,            -- how far it is
  cursor INTEGER NOT NULL,
  cursor_id TEXT NOT NULL,
  rows INTEGER NOT NULL,             -- found so far
  done INTEGER
);
CREATE INDEX request_open ON request(n) WHERE done IS NULL;
)sql";

constexpr Migration conversations = R"sql(
CREATE TABLE conversation(
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  subject TEXT NOT NULL,
  channel TEXT NOT NULL,
  owner TEXT NOT NULL,
  agent TEXT NOT NULL,
  queue TEXT NOT NULL,
  state TEXT NOT NULL,
  priority TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  waiting INTEGER,
  at INTEGER NOT NULL,
  UNIQUE (subject, id)
);
CREATE INDEX conversation_id ON conversation(id);
CREATE INDEX conversation_owner ON conversation(owner, queue);
)sql";

// The inbox: what something was said in last comes first.
constexpr Migration inbox = R"sql(
CREATE INDEX conversation_at ON conversation(at, n);
)sql";

// Who has them, so that a view of few among many reads those alone, newest first; and counting reads the index alone.
constexpr Migration places = R"sql(
DROP INDEX conversation_owner;
CREATE INDEX conversation_place ON conversation(state, owner, agent, queue, at, n);
)sql";

// In a table without rowids a state of more than 1,002 bytes, a quarter of a page, has a page of its own beside the one that
// its row is on, and both are new at each change.
constexpr Migration subjects_in_place = R"sql(
ALTER TABLE subject RENAME TO old_subject;
CREATE TABLE subject(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL);
INSERT INTO subject(id, state) SELECT id, state FROM old_subject ORDER BY id;
DROP TABLE old_subject;
)sql";

constexpr std::array all{first, segments, claims, sources_and_requests, conversations, inbox, places, subjects_in_place};

Result<std::size_t> version_of(const sqlite::Database& db, std::size_t known) {
  int code = SQLITE_OK;
  std::size_t version = 0;
  auto ask = db.prepare("PRAGMA user_version", code);
  if (code == SQLITE_OK) {
    code = ask.each([&](const sqlite::Row& row) {
      version = static_cast<std::size_t>(row.number(0));
      return true;
    });
  }
  if (code != SQLITE_OK) return db.error(code);
  if (version > known) {
    return fail("store_newer",
                "the store is of version " + std::to_string(version) + ", this program knows " +
                    std::to_string(known),
                "run the newer program, or restore the backup made before it");
  }
  return version;
}

}  // namespace

std::span<const Migration> migrations() { return all; }

Result<void> check_version(const sqlite::Database& db) {
  const auto version = version_of(db, all.size());
  if (!version) return tl::unexpected(version.error());
  if (*version < all.size())
    return fail("store_older", "the store is of an older version", "start the server once: it migrates it");
  return {};
}

Result<void> migrate(const sqlite::Database& db, std::span<const Migration> steps) {
  const auto version = version_of(db, steps.size());
  if (!version) return tl::unexpected(version.error());
  for (std::size_t next = *version; next < steps.size(); ++next) {
    const std::string sql = "BEGIN IMMEDIATE;" + std::string(steps[next]) +
                            ";PRAGMA user_version=" + std::to_string(next + 1) + ";COMMIT";
    if (const int code = db.execute(sql.c_str()); code != SQLITE_OK) {
      const auto error = db.error(code);
      db.execute("ROLLBACK");
      return error;
    }
  }
  return {};
}

}  // namespace shopbell
