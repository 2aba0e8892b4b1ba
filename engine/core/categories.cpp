#include "core/categories.h"

#include "core/profile.h"
#include "core/purchases.h"
#include "core/things.h"

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::string_view scheme = "product:";

std::string id_text(const Value& id) {
  if (id.is(Kind::integer)) return std::to_string(id.integer());
  if (id.is(Kind::uint)) return std::to_string(id.uint());
  return std::string(id.text_or({}));
}

bool is_from_outside(const Received& received) {
  return received.depth == 0 && received.workflow.empty() && !received.overheard;
}

bool is_category(const Value& v) { return v.is(Kind::string) && v.size() > 0 && v.size() <= bought_bytes_max; }

std::int64_t as_of(const Event& event) {
  const Value updated = event.data["product"]["updated_at"];
  return updated.is(Kind::timestamp) ? updated.seconds() * 1000 + updated.nanos() / 1'000'000 : to_ms(event.at);
}

bool contains(std::span<const Value> texts, std::string_view text) {
  return std::any_of(texts.begin(), texts.end(), [&](const Value& t) { return t.text_or({}) == text; });
}

}  // namespace

std::optional<Filing> filing_of(const Received& received, std::string_view subject) {
  const Event& event = received.event;
  if (!event.type.starts_with("product.") || !is_from_outside(received)) return {};
  const Value product = event.data["product"], category = product["type"];
  std::string id = id_text(product["id"]);
  if (!is_category(category) || id.empty() || !subject.starts_with(scheme) || subject.substr(scheme.size()) != id) return {};
  return Filing{std::move(id), category.text(), as_of(event)};
}

std::optional<Filing> filing_kept(const Subject& subject) {
  const Value known = subject.things[subject.id], category = known["category"];
  if (!subject.id.starts_with(scheme) || !is_category(category)) return {};
  return Filing{subject.id.substr(scheme.size()), category.text(), known["filed"].integer_or(0)};
}

bool Catalogue::file(const Filing& filing) {
  auto found = filed_.find(filing.product);
  if (found == filed_.end()) {
    if (filed_.size() == catalogue_max) return false;
    found = filed_.try_emplace(filing.product).first;
  } else if (filing.as_of < found->second.as_of) {
    return false;
  }
  const bool other = found->second.category != filing.category;
  found->second = {*categories_.emplace(filing.category).first, filing.as_of};
  return other;
}

std::string_view Catalogue::find(std::string_view product) const {
  const auto found = filed_.find(product);
  return found == filed_.end() ? std::string_view() : found->second.category;
}

void Catalogue::take(const Catalogue& newer) {
  for (const auto& [product, filed] : newer.filed_) file({product, filed.category, filed.as_of});
}

Value filed_for(const Subject& subject, const Input& input, const FindCategory& find, Arena& arena) {
  const auto* received = std::get_if<Received>(&input.what);
  const bool brings = received != nullptr && is_from_outside(*received);
  if (!has_profile(subject.id) || (!brings && !std::holds_alternative<Due>(input.what))) return {};
  std::vector<Value> made;
  const auto known = items_of(subject.profile["categories"]);
  for (const Value& product : items_of(subject.profile["products"])) {
    const std::string_view category = find(product.text_or({}));
    if (!category.empty() && !contains(known, category) && !contains(made, category)) made.push_back(arena.copy(category));
  }
  if (brings && received->event.type == "order.placed")
    for (const Value& item : items_of(received->event.data["order"]["items"])) {
      const std::string_view category = item["category"].is_null() ? find(id_text(item["product_id"])) : std::string_view();
      if (!category.empty() && !contains(made, category) && made.size() < bought_max) made.push_back(arena.copy(category));
    }
  return made.empty() ? Value() : make_list(arena, made);
}

// It is put anew with each event, so that the product's variants, which are things as well, do not crowd it out.
void keep_filing(Turn& turn, const Received& received) {
  if (!turn.subject.id.starts_with(scheme) || !received.event.type.starts_with("product.")) return;
  const auto said = filing_of(received, turn.subject.id), known = filing_kept(turn.subject);
  if (!said && !known) return;
  const Filing& filing = said && (!known || said->as_of >= known->as_of) ? *said : *known;
  keep_known(turn, turn.subject.id, make_map(turn.arena, {{"category", filing.category}, {"filed", filing.as_of}}));
}

void take_filed(Turn& turn, const Value& filed) {
  if (items_of(filed).empty()) return;
  ProfileDraft draft(turn.subject.profile);
  keep_categories_bought(draft, items_of(filed), turn.arena);
  turn.set_profile(draft.build(turn.arena));
}

}  // namespace shopbell
