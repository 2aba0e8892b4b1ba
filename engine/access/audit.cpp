#include "access/audit.h"

#include "base/hash.h"

namespace shopbell {
namespace {

struct Head {
  std::uint64_t n = 0;
  std::string hash;
};

Result<Head> head_of(DeskFile& file) {
  Head head;
  const auto read = file.each("SELECT n, hash FROM audit_head", [&](const sqlite::Row& row) {
    head = {row.number(0), row.text(1)};
    return true;
  });
  if (!read) return tl::unexpected(read.error());
  return head;
}

std::string hash_of(const std::string& before, const AuditRow& row) {
  return sha256({before, std::to_string(row.n), std::to_string(to_ms(row.at)), row.who, row.what, row.about, row.detail});
}

AuditRow row_of(const sqlite::Row& row) {
  return {row.number(0), row.time(1), row.text(2), row.text(3), row.text(4), row.text(5)};
}

}  // namespace

Result<void> add_audit(DeskFile& file, const AuditRow& given) {
  const auto head = head_of(file);
  if (!head) return tl::unexpected(head.error());
  AuditRow row = given;
  row.n = head->n + 1;
  const std::string hash = hash_of(head->hash, row);
  if (auto added = file.run("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)", row.n, row.at, row.who, row.what, row.about, row.detail, sqlite::Blob{hash}); !added)
    return added;
  return file.run("UPDATE audit_head SET n = ?, hash = ?", row.n, sqlite::Blob{hash});
}

Result<std::vector<AuditRow>> read_audit(DeskFile& file, std::uint64_t before, std::size_t max) {
  return file.read([&](DeskFile& f) -> Result<std::vector<AuditRow>> {
    std::vector<AuditRow> rows;
    const std::uint64_t below = before == 0 ? std::uint64_t{INT64_MAX} : before;
    const auto read = f.each("SELECT n, at, who, what, about, detail FROM audit WHERE n < ? ORDER BY n DESC LIMIT ?",
                             [&](const sqlite::Row& row) {
                               rows.push_back(row_of(row));
                               return true;
                             },
                             below, max);
    if (!read) return tl::unexpected(read.error());
    return rows;
  });
}

Result<AuditCheck> verify_audit(DeskFile& file) {
  return file.read([](DeskFile& f) -> Result<AuditCheck> {
    const auto head = head_of(f);
    if (!head) return tl::unexpected(head.error());
    AuditCheck check;
    std::string before;
    const auto read = f.each("SELECT n, at, who, what, about, detail, hash FROM audit ORDER BY n", [&](const sqlite::Row& r) {
      const AuditRow row = row_of(r);
      if (row.n != check.rows + 1) check.why = "a row is missing before it";
      else if (hash_of(before, row) != r.view(6)) check.why = "it is not as it was written";
      if (!check.why.empty()) {
        check.broken_at = row.n;
        return false;
      }
      before = r.text(6);
      ++check.rows;
      return true;
    });
    if (!read) return tl::unexpected(read.error());
    check.head = to_hex(before);
    if (!check.broken_at && (head->n != check.rows || head->hash != before)) {
      check.broken_at = check.rows + 1;
      check.why = "rows are missing at the end";
    }
    return check;
  });
}

}  // namespace shopbell
