#pragma once
// Who did what: rows that are only added, each with a hash over itself and the hash before it. A row that was changed, left out
// or put in shows, and so do rows cut off at the end, by the head that is kept apart; who may write the whole file could
// make all of it anew, which a head noted elsewhere shows.

#include "access/desk_file.h"

#include <vector>

namespace shopbell {

struct AuditRow {
  std::uint64_t n = 0;  // from 1
  Time at;
  std::string who, what, about, detail;  // detail: JSON, or empty
};

/// Within DeskFile::change(): it is kept when what it tells of is.
Result<void> add_audit(DeskFile& file, const AuditRow& row);
/// Newest first, below `before` (0: from the newest).
Result<std::vector<AuditRow>> read_audit(DeskFile& file, std::uint64_t before, std::size_t max);

struct AuditCheck {
  std::uint64_t rows = 0;
  std::string head;                        // hex; of the last row
  std::optional<std::uint64_t> broken_at;  // the first row that is not as it was written
  std::string why;
};
Result<AuditCheck> verify_audit(DeskFile& file);

}  // namespace shopbell
