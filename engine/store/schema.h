#pragma once
// The tables, and how a database of an older version is brought to this one. The version is SQLite's
// `PRAGMA user_version`.

#include "store/sqlite.h"

#include <span>
#include <string_view>

namespace shopbell {

/// SQL that takes a database from one version to the next: the first makes version 1 out of nothing.
using Migration = std::string_view;

/// All of them; never changed once released, only added to.
std::span<const Migration> migrations();

/// Whether a reader may read `db`: "store_newer", or "store_older" before its first opening by this program.
Result<void> check_version(const sqlite::Database& db);

/// Brings `db` to version `steps.size()`, each step in a transaction of its own. Errors: "store_newer"
/// when it is beyond that, and what SQLite says.
Result<void> migrate(const sqlite::Database& db, std::span<const Migration> steps);

}  // namespace shopbell
