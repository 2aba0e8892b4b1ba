#include "core/categories.h"

#include "base/hash.h"
#include "core/purchases.h"
#include "core/replayed.h"
#include "core/segments.h"
#include "core/things.h"

#include <set>

namespace shopbell {
namespace {

constexpr std::size_t products_max = 50;  // of one order that are asked: a profile keeps no more

std::string id_text(const Value& id) {
  if (id.is(Kind::integer)) return std::to_string(id.integer());
  if (id.is(Kind::uint)) return std::to_string(id.uint());
  return std::string(id.text_or({}));
}

void tell(Turn& turn, const std::string& to, std::string_view type, std::string_view cause, const Value& data) {
  Event event;
  event.id = turn.arena.copy(id_of({type, cause, to}));
  event.source = "shopbell";
  event.type = type;
  event.subject = turn.arena.copy(to);
  event.at = turn.at;
  event.data = data;
  turn.made.following.push_back({to, {event, 1, {}, {}}});
}

}  // namespace

void keep_category(Turn& turn, const Event& event) {
  if (event.stale || !event.type.starts_with("product.")) return;
  const Value product = event.data["product"], category = product["type"];
  const std::string id = id_text(product["id"]);
  if (id.empty() || !category.is(Kind::string) || category.size() == 0 || category.size() > bought_bytes_max) return;
  keep_known(turn, "product:" + id, make_map(turn.arena, {{"category", category}}));
}

void ask_for_categories(Turn& turn, const Event& event) {
  const auto& segments = turn.workflows.shop().segments;
  if (event.type != "order.placed" || segments == nullptr || !segments->read_categories) return;
  std::set<std::string> asked;
  for (const Value& item : items_of(event.data["order"]["items"])) {
    const std::string id = id_text(item["product_id"]);
    if (id.empty() || id.size() > bought_bytes_max || !item["category"].is_null()) continue;
    if (asked.size() == products_max || !asked.insert(id).second) continue;
    const std::string product = std::string(replay_prefix(turn.subject.id)) + "product:" + id;
    tell(turn, product, category_asked, event.id,
         make_map(turn.arena, {{"asked", make_map(turn.arena, {{"customer", turn.arena.copy(turn.subject.id)}})}}));
  }
}

void take_category_asked(Turn& turn, const Event& event) {
  const Value category = known_of(turn, plain_subject(turn.subject.id))["category"];
  const std::string customer(event.data["asked"]["customer"].text_or({}));
  if (category.is_null() || customer.empty()) return;
  tell(turn, customer, category_told, event.id, make_map(turn.arena, {{"told", make_map(turn.arena, {{"category", category}})}}));
}

void take_category_told(Turn& turn, const Event& event) {
  ProfileDraft draft(turn.subject.profile);
  keep_category_bought(draft, event.data["told"]["category"], turn.arena);
  turn.set_profile(draft.build(turn.arena));
}

}  // namespace shopbell
