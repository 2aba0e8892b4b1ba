#include "store/schema.h"
#include "store/support.h"

#include <array>

using namespace shopbell;
using namespace shopbell::testing;

namespace {

sqlite::Database open_database(const std::string& path) {
  return value_of(sqlite::Database::open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr));
}

std::int64_t ask(const sqlite::Database& db, std::string_view sql) {
  int code = SQLITE_OK;
  std::int64_t answer = -1;
  auto statement = db.prepare(sql, code);
  REQUIRE(code == SQLITE_OK);
  REQUIRE(statement.each([&](const sqlite::Row& row) {
    answer = row.integer(0);
    return true;
  }) == SQLITE_OK);
  return answer;
}

}  // namespace

TEST_CASE("a store of an older version is brought to the newest, its rows kept") {
  const Folder folder;
  {
    auto store = open_or_throw(folder.path());
    REQUIRE(store->commit(next(*store, {event("1")})) == Committed::done);
  }
  const auto db = open_database(folder / "shopbell.db");
  std::vector<Migration> steps(migrations().begin(), migrations().end());
  const auto released = static_cast<std::int64_t>(steps.size());
  steps.push_back("ALTER TABLE input ADD COLUMN region TEXT NOT NULL DEFAULT 'eu'");
  steps.push_back("CREATE TABLE later(id INTEGER PRIMARY KEY); INSERT INTO later SELECT seq FROM input");
  REQUIRE(migrate(db, steps));
  CHECK(ask(db, "PRAGMA user_version") == released + 2);
  CHECK(ask(db, "SELECT count(*) FROM input WHERE region = 'eu'") == 1);
  CHECK(ask(db, "SELECT count(*) FROM later") == 1);
  REQUIRE(migrate(db, steps));  // nothing to do
  CHECK(ask(db, "SELECT count(*) FROM later") == 1);
}

TEST_CASE("a migration that fails in the middle changes nothing") {
  const Folder folder;
  const auto db = open_database(folder / "x.db");
  const std::array<Migration, 2> steps = {"CREATE TABLE a(id)",
                                          "CREATE TABLE b(id); INSERT INTO nowhere VALUES (1)"};
  REQUIRE(!migrate(db, steps));
  CHECK(ask(db, "PRAGMA user_version") == 1);
  CHECK(ask(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'") == 0);
  const std::array<Migration, 2> mended = {steps[0], "CREATE TABLE b(id)"};
  CHECK(migrate(db, mended));
}

TEST_CASE("a store made by a newer program is refused, by the store and by the reader") {
  const Folder folder;
  open_or_throw(folder.path()).reset();
  REQUIRE(open_database(folder / "shopbell.db").execute("PRAGMA user_version = 99") == SQLITE_OK);
  CHECK(Store::open(folder.path()).error().code == "store_newer");
  CHECK(Store::reader(folder.path()).error().code == "store_newer");
  REQUIRE(open_database(folder / "shopbell.db").execute("PRAGMA user_version = 0") == SQLITE_OK);
  CHECK(Store::reader(folder.path()).error().code == "store_older");
}
