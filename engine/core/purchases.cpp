#include "core/purchases.h"

#include "core/profile.h"

#include <array>

namespace shopbell {
namespace {

constexpr std::size_t currency_bytes_max = 8;  // ISO 4217 has three; tokens of shops a few more

bool same_id(const Value& a, const Value& b) { return !a.is_null() && same(a, b); }

const Value* find_order(const Value& counted, const Value& id) {
  for (const Value& order : items_of(counted))
    if (same_id(order["id"], id)) return &order;
  return nullptr;
}

void add_to(ProfileDraft& draft, std::string_view sums, std::string_view currency, std::int64_t more, Arena& arena) {
  const Value now = draft.get(sums);
  if (currency.empty() || currency.size() > currency_bytes_max) return;
  if (now.find(currency) == nullptr && now.size() >= profile_currencies_max) return;
  std::int64_t sum = 0;
  if (__builtin_add_overflow(now[currency].integer_or(0), more, &sum)) return;
  draft.set(sums, MapBuilder(arena, now).add(currency, sum).build());
}

void keep_counted(ProfileDraft& draft, std::vector<Value> counted, Arena& arena) {
  std::stable_sort(counted.begin(), counted.end(), [](const Value& a, const Value& b) {
    return a["at"].integer_or(0) < b["at"].integer_or(0);
  });
  const std::size_t over = counted.size() > counted_orders_max ? counted.size() - counted_orders_max : 0;
  draft.set("counted_orders", make_list(arena, std::span(counted).subspan(over)));
}

void keep_bought(ProfileDraft& draft, std::string_view list, std::span<const Value> texts, Arena& arena) {
  std::vector<Value> kept(items_of(draft.get(list)).begin(), items_of(draft.get(list)).end());
  for (const Value& text : texts) {
    std::erase_if(kept, [&](const Value& k) { return same(k, text); });
    kept.push_back(text);
  }
  const std::size_t over = kept.size() > bought_max ? kept.size() - bought_max : 0;
  if (!kept.empty()) draft.set(list, make_list(arena, std::span(kept).subspan(over)));
}

Value bought_text(const Value& v, Arena& arena) {
  if (v.is(Kind::integer)) return arena.copy(std::to_string(v.integer()));
  if (v.is(Kind::uint)) return arena.copy(std::to_string(v.uint()));
  return v.is(Kind::string) && v.size() > 0 && v.size() <= bought_bytes_max ? v : Value();
}

void keep_items(ProfileDraft& draft, const Value& order, Arena& arena) {
  std::vector<Value> products, categories;
  for (const Value& item : items_of(order["items"])) {
    Value product = bought_text(item["product_id"], arena);
    if (product.is_null()) product = bought_text(item["sku"], arena);
    if (!product.is_null()) products.push_back(product);
    if (const Value category = bought_text(item["category"], arena); !category.is_null()) categories.push_back(category);
  }
  keep_bought(draft, "products", products, arena);
  keep_bought(draft, "categories", categories, arena);
}

void count_order(ProfileDraft& draft, const Event& event, const Value& order, std::string_view main_currency,
                 Arena& arena) {
  const Value last = draft.get("last_order"), counted = draft.get("counted_orders");
  if (same_id(order["id"], last["id"]) || find_order(counted, order["id"]) != nullptr) return;  // told twice
  const Value currency(light(order["currency"]).text_or(main_currency));
  const std::int64_t amount = minor_units(order["total"].number_or(0), currency.text());
  draft.set("orders_count", draft.get("orders_count").integer_or(0) + 1);
  add_to(draft, "spent", currency.text(), amount, arena);
  add_to(draft, "ordered", currency.text(), 1, arena);
  keep_items(draft, order, arena);
  if (!order["id"].is_null()) {
    std::vector<Value> all(items_of(counted).begin(), items_of(counted).end());
    all.push_back(make_map(arena, {{"id", light(order["id"])}, {"spent", amount}, {"currency", currency}, {"at", to_ms(event.at)}}));
    keep_counted(draft, std::move(all), arena);
  }
  if (last["at"].is(Kind::timestamp) && before(Value(event.at), last["at"])) return;  // a late one is not the last
  const Member fields[] = {{"id", light(order["id"])},       {"name", light(order["name"])}, {"status", "placed"},
                           {"total", light(order["total"])}, {"currency", currency},         {"at", Value(event.at)},
                           {"changed", Value(event.at)}};
  draft.set("last_order", freeze_map(arena, fields));
}

void follow_status(ProfileDraft& draft, const Event& event, const Value& order, Arena& arena) {
  static constexpr std::array<std::string_view, 7> known{"paid",      "fulfilled", "shipped", "delivered",
                                                         "cancelled", "refunded",  "returned"};
  const std::string_view what = event.type.substr(event.type.find('.') + 1);
  const Value last = draft.get("last_order");
  if (std::find(known.begin(), known.end(), what) == known.end() || !same_id(order["id"], last["id"])) return;
  if (event.stale || (last["changed"].is(Kind::timestamp) && before(Value(event.at), last["changed"]))) return;
  draft.set("last_order", MapBuilder(arena, last).add("status", what).add("changed", Value(event.at)).build());
}

}  // namespace

void learn_order(ProfileDraft& draft, const Event& event, std::string_view main_currency, Arena& arena) {
  const Value order = event.data["order"];
  if (!event.type.starts_with("order.") || !order.is(Kind::map)) return;
  if (event.type == "order.placed") count_order(draft, event, order, main_currency, arena);
  else follow_status(draft, event, order, arena);
}

void keep_categories_bought(ProfileDraft& draft, std::span<const Value> categories, Arena& arena) {
  keep_bought(draft, "categories", categories, arena);
}

void take_sums(ProfileDraft& draft, const Value& customer, std::string_view main_currency, Arena& arena) {
  const std::int64_t count = customer["orders_count"].integer_or(0);
  if (count > draft.get("orders_count").integer_or(0)) draft.set("orders_count", count);
  const std::int64_t spent = draft.get("spent")[main_currency].integer_or(0);
  const std::string_view currency = customer["currency"].text_or(main_currency);
  const std::int64_t said = minor_units(customer["lifetime_value"].number_or(0), main_currency);
  if (currency == main_currency && said > spent)
    draft.set("spent", MapBuilder(arena, draft.get("spent")).add(main_currency, said).build());
}

void add_up(ProfileDraft& draft, std::string_view main_currency) {
  const std::int64_t sum = draft.get("spent")[main_currency].integer_or(0);
  draft.set("lifetime_value", major_units(sum, main_currency));
  std::int64_t count = draft.get("orders_count").integer_or(0);
  const Value ordered = draft.get("ordered");  // those in other currencies are in another sum
  for (const Member& m : ordered.members())
    if (m.key.text_or({}) != main_currency) count -= m.value.integer_or(0);
  if (count <= 0) return;
  draft.set("average_order", major_units((sum + count / 2) / count, main_currency));
}

void merge_purchases(ProfileDraft& draft, const Value& other, Arena& arena) {
  const Value own = draft.get("counted_orders");
  std::vector<Value> counted(items_of(own).begin(), items_of(own).end());
  std::int64_t count = other["orders_count"].integer_or(0);
  for (const Member& m : other["spent"].members()) add_to(draft, "spent", m.key.text_or({}), m.value.integer_or(0), arena);
  for (const Member& m : other["ordered"].members())
    add_to(draft, "ordered", m.key.text_or({}), m.value.integer_or(0), arena);
  for (const Value& order : items_of(other["counted_orders"])) {
    if (find_order(own, order["id"]) == nullptr) {
      counted.push_back(order);
      continue;
    }
    --count;
    add_to(draft, "spent", order["currency"].text_or({}), -order["spent"].integer_or(0), arena);
    add_to(draft, "ordered", order["currency"].text_or({}), -1, arena);
  }
  draft.set("orders_count", draft.get("orders_count").integer_or(0) + count);
  if (!counted.empty()) keep_counted(draft, std::move(counted), arena);
  for (const std::string_view list : {"products", "categories"}) keep_bought(draft, list, items_of(other[list]), arena);
  const Value last = draft.get("last_order"), theirs = other["last_order"];
  const bool later = theirs.is(Kind::map) && (!last.is(Kind::map) || before(last["at"], theirs["at"]) ||
                                              (same_id(last["id"], theirs["id"]) && before(last["changed"], theirs["changed"])));
  if (later) draft.set("last_order", theirs);
}

}  // namespace shopbell
