#pragma once
// SQLite's handles, owned, and its results as codes: SQLITE_OK or what went wrong. One thread at a
// time for a Database and all its Statements.

#include <shopbell/error.h>
#include <shopbell/time.h>

#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace shopbell::sqlite {

struct Blob {
  std::string_view bytes;
};

/// The row a statement stands at; its views live until the next step.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  bool null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  std::uint64_t number(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  Time time(int column) const { return from_ms(integer(column)); }
  std::optional<Time> maybe_time(int column) const {
    return null(column) ? std::nullopt : std::optional(time(column));
  }
  std::string_view view(int column) const;
  std::string text(int column) const { return std::string(view(column)); }
  int columns() const { return sqlite3_column_count(statement_); }
  std::string_view name(int column) const { return sqlite3_column_name(statement_, column); }
  bool is_text(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_TEXT; }
  bool is_blob(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_BLOB; }

 private:
  sqlite3_stmt* statement_;
};

/// A prepared statement, kept and used again. What is bound must live until the call returns.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  /// Runs it to its end. SQLITE_OK or an (extended) error code.
  template <class... Args>
  int run(const Args&... args) {
    return each([](const Row&) { return true; }, args...);
  }

  /// The same, giving `on_row` every row until that returns false.
  template <class OnRow, class... Args>
  int each(OnRow&& on_row, const Args&... args) {
    int column = 0;
    (bind(++column, args), ...);
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement_.get())) == SQLITE_ROW) {
      if (!on_row(Row(statement_.get()))) break;
    }
    sqlite3_reset(statement_.get());
    return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : code;
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  void bind(int column, std::string_view text);
  void bind(int column, Blob blob);
  void bind(int column, std::nullptr_t);
  void bind(int column, Time at) { bind(column, to_ms(at)); }
  void bind(int column, std::integral auto n) {
    sqlite3_bind_int64(statement_.get(), column, static_cast<sqlite3_int64>(n));
  }
  template <class T>
  void bind(int column, const std::optional<T>& maybe) {
    if (maybe) {
      bind(column, *maybe);
    } else {
      bind(column, nullptr);
    }
  }

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// To be called before anything else is asked of SQLite. Any thread, any number of times.
void set_up();

class Database {
 public:
  /// `vfs` null: the system's. Errors: see error().
  static Result<Database> open(const std::string& path, int flags, const char* vfs);

  sqlite3* handle() const { return db_.get(); }
  int execute(const char* sql) const { return sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr); }
  /// Sets `code` when it fails and leaves it alone otherwise, so that many can be prepared and asked once.
  Statement prepare(std::string_view sql, int& code) const;
  /// "store_broken" (a damaged file), "store_full" or "io", with SQLite's words.
  tl::unexpected<Error> error(int code) const;
  /// Prepared, run and dropped: for what is asked now and then. Errors: as error().
  template <class OnRow, class... Args>
  Result<void> each(std::string_view sql, OnRow&& on_row, const Args&... args) const {
    int code = SQLITE_OK;
    auto statement = prepare(sql, code);
    if (code == SQLITE_OK) code = statement.each(on_row, args...);
    if (code != SQLITE_OK) return error(code);
    return {};
  }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  explicit Database(sqlite3* db) : db_(db) {}

  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace shopbell::sqlite
