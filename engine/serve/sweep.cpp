#include "serve/sweep.h"

#include "core/segments.h"

namespace shopbell {
namespace {

constexpr std::string_view kept_as = "segments.yaml";

}  // namespace

Result<void> Sweep::use(const Workflows& workflows, Store& store) {
  const auto& segments = workflows.shop().segments;
  const std::string version = segments ? segments->version : "", before = segments_ ? segments_->version : "";
  if (version == before) return {};
  const auto known = version.empty() ? Result<std::optional<VersionRow>>() : store.version(version);
  if (!known) return tl::unexpected(known.error());
  segments_ = segments;
  quiet_ = !known->has_value();
  over_ = false;
  after_.clear();
  began_ = next_ = Time{};
  return {};
}

void Sweep::look_again() {
  again_ = true;
  if (after_.empty()) next_ = std::min(next_, began_ + sweep_every);
}

Result<std::vector<Entry>> Sweep::page(const Workflows& workflows, Store& store, const Catalogue& catalogue, Time now) {
  std::vector<Entry> entries;
  if (now < next_) return entries;
  if (after_.empty()) began_ = now, again_ = false;
  const auto find = [&](std::string_view product) { return catalogue.find(product); };
  const auto rows = store.subjects(after_, sweep_page);
  if (!rows) return tl::unexpected(rows.error());
  for (const SubjectRow& row : *rows) {
    Arena arena;
    const auto subject = decode_subject(row.id, row.state, arena);
    if (!subject) return tl::unexpected(subject.error());
    const bool lacks = !catalogue.empty() && !filed_for(*subject, {now, Due{}}, find, arena).is_null();
    if (lacks || segments_differ(workflows, *subject, now, arena)) entries.push_back({row.id, {now, Due{quiet_}}, {}, {}});
  }
  over_ = rows->size() < sweep_page;
  next_ = now + sweep_pause;
  if (over_) next_ = again_ || (segments_ && segments_->read_now) ? began_ + sweep_every : Time::max();
  after_ = over_ ? std::string() : rows->back().id;
  return entries;
}

std::optional<VersionRow> Sweep::done() {
  if (!over_ || !quiet_) return std::nullopt;
  quiet_ = false;
  if (!segments_) return std::nullopt;
  return VersionRow{segments_->version, std::string(kept_as), segments_->source};
}

}  // namespace shopbell
