#include "core/orders.h"

#include "core/profile_draft.h"
#include "core/replayed.h"

#include <shopbell/text.h>

#include <algorithm>
#include <array>

namespace shopbell {
namespace {

constexpr std::size_t number_bytes_max = 40;

bool is_about_order(const Event& event) {
  const bool told = event.type.starts_with("order.") || event.type.starts_with("shipment.");
  return told && (event.data["order"].is(Kind::map) || event.data["shipment"].is(Kind::map));
}

Value id_of_order(const Event& event) {
  const Value id = event.data["order"]["id"];
  return id.is_null() ? event.data["shipment"]["order_id"] : id;
}

/// "fulfilled" of order.fulfilled; empty: the event's type is no state.
std::string_view state_of(std::string_view type) {
  static constexpr std::array<std::string_view, 8> known{"placed",    "paid",     "fulfilled", "partially_fulfilled",
                                                         "cancelled", "refunded", "delivered", "returned"};
  const std::string_view what = type.substr(type.find('.') + 1);
  return std::find(known.begin(), known.end(), what) != known.end() ? what : "";
}

Value with_shipment(const Value& shipments, const Value& shipment, Arena& arena) {
  std::vector<Value> kept;
  Value before;
  for (const Value& s : items_of(shipments)) {
    if (same(s["id"], shipment["id"])) before = s;
    else kept.push_back(s);
  }
  MapBuilder made(arena, before);
  for (const char* field : {"id", "status", "carrier", "tracking_number", "tracking_url", "expected_at"})
    if (const Value v = light(shipment[field]); !v.is_null()) made.add(field, v);
  kept.push_back(made.build());
  const std::size_t over = kept.size() > shipments_kept_max ? kept.size() - shipments_kept_max : 0;
  return make_list(arena, std::span(kept).subspan(over));
}

Value with_event(const Value& before, const Event& event, Arena& arena) {
  const Value order = event.data["order"];
  MapBuilder made(arena, before);
  made.add("id", light(id_of_order(event)));
  for (const char* field : {"name", "total", "currency"})
    if (const Value v = light(order[field]); !v.is_null()) made.add(field, v);
  if (before["at"].is_null()) made.add("at", Value(event.at));
  const bool late = event.stale || (before["changed"].is(Kind::timestamp) && shopbell::before(Value(event.at), before["changed"]));
  if (const std::string_view state = event.type.starts_with("order.") ? state_of(event.type) : ""; !late && !state.empty())
    made.add("status", state).add("changed", Value(event.at));
  if (event.data["shipment"].is(Kind::map)) {
    made.add("shipments", with_shipment(before["shipments"], event.data["shipment"], arena));
  } else if (!order["tracking_number"].is_null()) {
    const Value parcel = make_map(arena, {{"id", light(order["tracking_number"])},
                                          {"carrier", light(order["carrier"])},
                                          {"tracking_number", light(order["tracking_number"])},
                                          {"tracking_url", light(order["tracking_url"])}});
    made.add("shipments", with_shipment(before["shipments"], parcel, arena));
  }
  return made.build();
}

/// The list with what the event says of its order; `proof` is added to it.
Value with_order(const Value& orders, const Event& event, const Value& proof, Arena& arena) {
  std::vector<Value> kept;
  Value before;
  for (const Value& order : items_of(orders)) {
    if (same(order["id"], id_of_order(event))) before = order;
    else kept.push_back(order);
  }
  MapBuilder made(arena, with_event(before, event, arena));
  for (const Member& m : proof.members())
    if (!m.value.is_null()) made.add(m.key, m.value);
  kept.push_back(made.build());
  const std::size_t over = kept.size() > orders_kept_max ? kept.size() - orders_kept_max : 0;
  return make_list(arena, std::span(kept).subspan(over));
}

Value first_of(std::initializer_list<Value> values) {
  for (const Value& v : values)
    if (!light(v).text_or({}).empty()) return v;
  return {};
}

}  // namespace

std::string number_subject(std::string_view shadow, std::string_view number) {
  std::string made;
  for (char c : number) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) made += c;
  }
  if (made.empty() || made.size() > number_bytes_max) return {};
  return std::string(shadow) + "order-number:" + made;
}

void keep_order(Turn& turn, const Event& event) {
  if (!turn.workflows.keeps_orders() || !is_about_order(event) || id_of_order(event).is_null()) return;
  turn.subject.orders = with_order(turn.subject.orders, event, {}, turn.arena);
  turn.made.subject_changed = true;
  if (!turn.workflows.looks_up()) return;
  Value name;
  for (const Value& order : items_of(turn.subject.orders))
    if (same(order["id"], id_of_order(event))) name = order["name"];
  const std::string subject = number_subject(replay_prefix(turn.subject.id), name.text_or({}));
  if (!subject.empty()) turn.made.following.push_back({subject, {event, 0, std::string(order_numbered), turn.subject.profile}});
}

void keep_numbered(Turn& turn, const Event& event) {
  const Value order = event.data["order"], customer = event.data["customer"];
  const Value proof = make_map(turn.arena, {{"email", first_of({order["email"], customer["email"]})},
                                            {"phone", first_of({order["phone"], customer["phone"], order["shipping_address"]["phone"]})}});
  turn.subject.orders = with_order(turn.subject.orders, event, proof, turn.arena);
  turn.made.subject_changed = true;
}

void merge_orders(Turn& turn, const Value& from) {
  std::vector<Value> all(items_of(from).begin(), items_of(from).end());
  for (const Value& order : items_of(turn.subject.orders)) {
    std::erase_if(all, [&](const Value& o) { return same(o["id"], order["id"]); });
    all.push_back(order);
  }
  if (all.empty()) return;
  std::stable_sort(all.begin(), all.end(), [](const Value& a, const Value& b) { return before(a["at"], b["at"]); });
  const std::size_t over = all.size() > orders_kept_max ? all.size() - orders_kept_max : 0;
  turn.subject.orders = make_list(turn.arena, std::span(all).subspan(over));
}

}  // namespace shopbell
