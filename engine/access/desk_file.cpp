#include "access/desk_file.h"

#include "store/schema.h"

#include <array>

#include <sys/stat.h>

namespace shopbell {
namespace {

constexpr Migration first = R"sql(
CREATE TABLE person(
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,        -- in lower case
  name TEXT NOT NULL,
  agent TEXT NOT NULL UNIQUE,        -- the name that conversations know
  role TEXT NOT NULL,
  password TEXT NOT NULL,            -- Argon2id's encoding; '': none yet
  created INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE session(
  digest BLOB PRIMARY KEY,           -- of the cookie
  person TEXT NOT NULL,
  created INTEGER NOT NULL,
  seen INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_person ON session(person);

CREATE TABLE setup(
  digest BLOB PRIMARY KEY,           -- of the one-time link's token
  person TEXT NOT NULL,              -- '': the first owner, who is not there yet
  until INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE token(
  id TEXT PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,              -- apart by spaces
  by TEXT NOT NULL,
  created INTEGER NOT NULL,
  seen INTEGER
) WITHOUT ROWID;

CREATE TABLE audit(
  n INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  who TEXT NOT NULL,
  what TEXT NOT NULL,
  about TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash BLOB NOT NULL                 -- of this row and of the hash before it
);
CREATE TABLE audit_head(one INTEGER PRIMARY KEY CHECK (one = 1), n INTEGER NOT NULL, hash BLOB NOT NULL);
INSERT INTO audit_head VALUES (1, 0, x'');

CREATE TABLE draft(
  person TEXT NOT NULL,
  subject TEXT NOT NULL,
  conversation TEXT NOT NULL,
  text TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (person, subject, conversation)
) WITHOUT ROWID;

CREATE TABLE seen(
  person TEXT NOT NULL,
  subject TEXT NOT NULL,
  conversation TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (person, subject, conversation)
) WITHOUT ROWID;

CREATE TABLE note(                   -- where notes stand in the log: their text is there alone, and is erased there
  conversation TEXT NOT NULL,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  subject TEXT NOT NULL,
  PRIMARY KEY (conversation, at, event)
) WITHOUT ROWID;

CREATE TABLE workflow_version(
  workflow TEXT NOT NULL,
  hash TEXT NOT NULL,
  yaml TEXT NOT NULL,
  by TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (workflow, hash)
) WITHOUT ROWID;

CREATE TABLE saved_reply(
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  text TEXT NOT NULL,
  by TEXT NOT NULL,
  at INTEGER NOT NULL
) WITHOUT ROWID;
)sql";

constexpr Migration with_macros = R"sql(
CREATE TABLE macro(
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  text TEXT NOT NULL,
  tags TEXT NOT NULL,                -- one a line
  priority TEXT NOT NULL,
  agent TEXT NOT NULL,
  queue TEXT NOT NULL,
  then_do TEXT NOT NULL,             -- resolve, snooze, or nothing
  snooze_hours INTEGER NOT NULL,
  by TEXT NOT NULL,
  at INTEGER NOT NULL
) WITHOUT ROWID;
)sql";

constexpr std::array all{first, with_macros};

}  // namespace

Result<std::unique_ptr<DeskFile>> DeskFile::open(const std::string& folder) {
  const std::string path = folder + "/people.db";
  const mode_t before = ::umask(077);
  auto db = sqlite::Database::open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  if (!db) {
    ::umask(before);
    return tl::unexpected(db.error());
  }
  const int code = db->execute("PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON");
  const auto migrated = code == SQLITE_OK ? migrate(*db, all) : Result<void>(db->error(code));
  ::umask(before);
  if (!migrated) return tl::unexpected(migrated.error());
  return std::unique_ptr<DeskFile>(new DeskFile(std::move(*db)));
}

}  // namespace shopbell
