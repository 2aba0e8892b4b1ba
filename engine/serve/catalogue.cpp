#include "serve/catalogue.h"

#include <shopbell/arena.h>

namespace shopbell {
namespace {

constexpr std::string_view scheme = "product:";
constexpr std::size_t page = 1'000;

}  // namespace

Result<Catalogue> read_catalogue(Store& store) {
  Catalogue made;
  for (std::string after(scheme);;) {
    const auto rows = store.subjects(after, page);
    if (!rows) return tl::unexpected(rows.error());
    for (const SubjectRow& row : *rows) {
      if (!row.id.starts_with(scheme)) return made;
      Arena arena;
      const auto subject = decode_subject(row.id, row.state, arena);
      if (!subject) return tl::unexpected(subject.error());
      if (const auto filing = filing_kept(*subject)) made.file(*filing);
    }
    if (rows->size() < page) return made;
    after = rows->back().id;
  }
}

}  // namespace shopbell
