#include "store/sqlite.h"

namespace shopbell::sqlite {

std::string_view Row::view(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);  // of a text: the same bytes, no conversion
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(bytes), size);
}

void Statement::bind(int column, std::string_view text) {
  const char* bytes = text.data() == nullptr ? "" : text.data();  // a null pointer would bind NULL
  sqlite3_bind_text64(statement_.get(), column, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::bind(int column, Blob blob) {
  const char* bytes = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
  sqlite3_bind_blob64(statement_.get(), column, bytes, blob.bytes.size(), SQLITE_STATIC);
}

void Statement::bind(int column, std::nullptr_t) { sqlite3_bind_null(statement_.get(), column); }

void set_up() {
  // Counting its memory costs a lock an allocation. Refused once SQLite is in use, which is as good.
  static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(uncounted);
}

Result<Database> Database::open(const std::string& path, int flags, const char* vfs) {
  set_up();
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs);
  Database db(handle);
  if (code != SQLITE_OK) return db.error(code);
  return db;
}

Statement Database::prepare(std::string_view sql, int& code) const {
  sqlite3_stmt* statement = nullptr;
  const int got = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                     SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (got != SQLITE_OK) code = got;
  return Statement(statement);
}

tl::unexpected<Error> Database::error(int code) const {
  const std::string words = db_ ? sqlite3_errmsg(db_.get()) : sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return fail("store_broken", "the store's database is damaged: " + words);
    case SQLITE_FULL: return fail("store_full", "no room on the store's disk: " + words);
    default: return fail("io", "the store's database: " + words);
  }
}

}  // namespace shopbell::sqlite
