#include "core/derive.h"

#include "base/hash.h"
#include "base/time.h"
#include "core/recent.h"
#include "core/replayed.h"
#include "core/runs.h"
#include "core/step.h"
#include "core/things.h"

#include <algorithm>
#include <array>

namespace shopbell {
namespace {

constexpr std::string_view cart_abandoned = "cart.abandoned", checkout_abandoned = "checkout.abandoned";
constexpr std::string_view stock_low = "product.stock_low", sold_out = "product.sold_out",
                           restocked = "product.restocked", price_dropped = "product.price_dropped";
constexpr std::string_view ordered = "ordered";  // a thing: when an order last came
constexpr std::string_view told = "told ";       // a thing: the platform tells of this edge itself

bool is_wanted(const Turn& turn, std::string_view type) {
  const auto& said = turn.workflows.shop().derive.said;
  if (const auto found = said.find(type); found != said.end()) return found->second;
  return !turn.workflows.on(type).empty() || !turn.workflows.listening_on(type).empty();
}

void tell(Turn& turn, std::string_view type, std::string_view cause, Time at, const Value& data, std::uint32_t depth) {
  Event event;
  event.id = turn.arena.copy(id_of({"derived", type, cause, turn.subject.id}));
  event.source = "shopbell/derived";
  event.type = type;
  event.subject = turn.arena.copy(turn.subject.id);
  event.at = at;
  event.data = data;
  turn.made.following.push_back({turn.subject.id, {event, depth + 1, {}, {}}});
  turn.note("derived", std::string(type));
}

// Carts and checkouts

/// The type that the event puts off, or an empty text.
std::string_view abandonment_of(std::string_view type) {
  if (type == "cart.created" || type == "cart.updated") return cart_abandoned;
  if (type == "checkout.started" || type == "checkout.updated") return checkout_abandoned;
  return {};
}

void end_watch(Turn& turn, Run& watch, std::string why) {
  const std::string id = watch.id;
  end_run(turn, watch, RunStatus::done, std::move(why));
  settle(turn, id);
}

/// The watch of that thing; with an empty `thing` the one that has been quiet for longest.
Run* find_watch(Turn& turn, std::string_view thing) {
  Run* found = nullptr;
  for (Run& run : turn.subject.runs) {
    if (!is_watch(run)) continue;
    if (!thing.empty() && run.vars["thing"].text_or({}) == thing) return &run;
    if (thing.empty() && (found == nullptr || run.event.at < found->event.at)) found = &run;
  }
  return found;
}

std::size_t watches(const Turn& turn) {
  return static_cast<std::size_t>(std::count_if(turn.subject.runs.begin(), turn.subject.runs.end(), is_watch));
}

Run new_watch(const Turn& turn, const std::string& thing, std::string_view type) {
  Run run;
  run.id = id_of({"watch", thing, type, turn.subject.id, std::to_string(to_ms(turn.at))});
  run.workflow = type;
  run.started = turn.at;
  run.flow.clock = true;
  run.vars = make_map(turn.arena, {{"thing", turn.arena.copy(thing)}});
  return run;
}

bool is_empty(const Value& thing) {
  const Value items = thing["items"];
  return items.is(Kind::list) && items.size() == 0;
}

void watch(Turn& turn, const Event& event, std::string_view type) {
  const std::string thing = thing_of(event);
  if (thing.empty() || event.stale) return;
  Run* run = find_watch(turn, thing);
  const bool over = is_empty(event.data[type.substr(0, type.find('.'))]) ||
                    known_of(turn, ordered)["e"].integer_or(0) >= to_ms(event.at);
  if (over) {
    if (run != nullptr) end_watch(turn, *run, "there is nothing in it any more, or it was ordered");
    return;
  }
  const Derivation& rules = turn.workflows.shop().derive;
  if (run == nullptr) {
    if (watches(turn) >= watches_max) end_watch(turn, *find_watch(turn, {}), "there are too many");
    if (turn.subject.runs.size() >= open_runs_max) return;
    run = &turn.subject.runs.emplace_back(new_watch(turn, thing, type));
  }
  run->event = event;
  run->event.data = without_raw(event.data, turn.arena);
  run->due = event.at + (type == cart_abandoned ? rules.cart_quiet : rules.checkout_quiet);
  settle(turn, std::string(run->id));
}

void end_watches(Turn& turn, const Event& order) {
  std::vector<std::string> over;
  for (const Run& run : turn.subject.runs)
    if (is_watch(run) && run.event.at <= order.at) over.push_back(run.id);
  for (const std::string& id : over)
    for (Run& run : turn.subject.runs)
      if (run.id == id) {
        end_watch(turn, run, std::string(order.type) + " at " + format_rfc3339(order.at));
        break;
      }
}

void keep_ordered(Turn& turn, const Event& order) {
  const std::int64_t before = known_of(turn, ordered)["e"].integer_or(0);
  keep_known(turn, ordered, make_map(turn.arena, {{"e", Value(std::max(before, to_ms(order.at)))}}));
  end_watches(turn, order);
}

void take_order(Turn& turn, const Event& event) {
  keep_ordered(turn, event);
  const Value noun = event.data[event.type.substr(0, event.type.find('.'))];
  for (const auto& [field, prefix] : {std::pair{"cart_token", "cart:"}, std::pair{"checkout_token", "checkout:"}}) {
    const std::string_view token = noun[field].text_or({});
    if (token.empty() || token.size() > thing_key_bytes_max) continue;
    const std::string cart = std::string(replay_prefix(turn.subject.id)).append(prefix).append(token);
    if (!is_called(turn.subject, cart))
      turn.made.following.push_back({cart, {event, 0, std::string(order_elsewhere), {}}});
  }
}

// Products

struct Level {
  std::optional<double> stock, price;
  std::string_view currency;
};

std::optional<double> number_of(const Value& v) {
  if (v.is_null() || v.is(Kind::string)) return std::nullopt;
  return v.number_or(0);
}

Level level_of(const Value& product) {
  return {number_of(product["stock"]), number_of(product["price"]), product["currency"].text_or({})};
}

bool is_edge(std::string_view type) {
  return type == stock_low || type == sold_out || type == restocked || type == price_dropped;
}

std::vector<std::string_view> edges_of(const Level& before, const Level& now, std::optional<double> threshold) {
  std::vector<std::string_view> crossed;
  if (before.stock && now.stock) {
    if (threshold && *before.stock >= *threshold && *now.stock < *threshold) crossed.push_back(stock_low);
    if (*before.stock > 0 && *now.stock <= 0) crossed.push_back(sold_out);
    if (*before.stock <= 0 && *now.stock > 0) crossed.push_back(restocked);
  }
  const bool one_currency = before.currency.empty() || now.currency.empty() || before.currency == now.currency;
  if (before.price && now.price && one_currency && *now.price < *before.price) crossed.push_back(price_dropped);
  return crossed;
}

std::optional<double> threshold_of(const Turn& turn, const Value& product) {
  if (const auto own = number_of(product["threshold"])) return own;
  const auto& shop = turn.workflows.shop().derive.low_below;
  return shop ? std::optional(static_cast<double>(*shop)) : std::nullopt;
}

Value data_of(Turn& turn, const Event& event, const Level& before, std::optional<double> threshold) {
  const Value product = event.data["product"];
  MapBuilder made(turn.arena, product);
  if (before.price && product["old_price"].is_null()) made.add("old_price", Value(*before.price));
  if (threshold && product["threshold"].is_null())
    made.add("threshold", Value(static_cast<std::int64_t>(*threshold)));
  return make_map(turn.arena, {{"product", made.build()}});
}

void keep_level(Turn& turn, const std::string& thing, const Level& now) {
  MapBuilder more(turn.arena);
  if (now.stock) more.add("stock", Value(*now.stock));
  if (now.price) more.add("price", Value(*now.price));
  if (!now.currency.empty()) more.add("currency", now.currency);
  if (more.size() > 0) keep_known(turn, thing, more.build());
}

void look_at_product(Turn& turn, const Event& event, std::uint32_t depth) {
  const std::string thing = thing_of(event);
  if (thing.empty() || event.stale) return;
  const std::array all{stock_low, sold_out, restocked, price_dropped};
  if (std::none_of(all.begin(), all.end(), [&](std::string_view type) { return is_wanted(turn, type); })) return;
  const Value product = event.data["product"];
  const Level before = level_of(known_of(turn, thing)), now = level_of(product);
  const auto threshold = threshold_of(turn, product);
  keep_level(turn, thing, now);
  if (is_edge(event.type))
    keep_known(turn, std::string(told) + std::string(event.type),
               make_map(turn.arena, {{"e", Value(to_ms(event.at))}}));
  for (const std::string_view edge : edges_of(before, now, threshold)) {
    const bool by_platform = !known_of(turn, std::string(told) + std::string(edge)).is_null();
    if (by_platform || !is_wanted(turn, edge)) continue;
    const std::string cause = std::string(event.source) + " " + std::string(event.id) + " " + thing;
    tell(turn, edge, cause, event.at, data_of(turn, event, before, threshold), depth);
  }
}

}  // namespace

bool is_watch(const Run& run) {
  return run.flow.clock && (run.workflow == cart_abandoned || run.workflow == checkout_abandoned);
}

void derive(Turn& turn, const Event& event, std::uint32_t depth) {
  if (depth > 0) return;
  if (event.type.starts_with("product.")) return look_at_product(turn, event, depth);
  const std::string_view type = abandonment_of(event.type);
  if (!type.empty() && is_wanted(turn, type)) watch(turn, event, type);
  if (event.type != "order.placed" && event.type != "checkout.completed") return;
  if (is_wanted(turn, cart_abandoned) || is_wanted(turn, checkout_abandoned)) take_order(turn, event);
}

void take_order_elsewhere(Turn& turn, const Event& event) { keep_ordered(turn, event); }

void end_ordered(Turn& turn) {
  Event order;
  order.type = "order.placed";
  order.at = from_ms(known_of(turn, ordered)["e"].integer_or(0));
  if (order.at != Time{}) end_watches(turn, order);
}

void abandon(Turn& turn, Run& watch) {
  const std::string_view type = watch.workflow == cart_abandoned ? cart_abandoned : checkout_abandoned;
  if (is_wanted(turn, type)) {
    const std::string cause = std::string(watch.vars["thing"].text_or({})) + " " + std::to_string(to_ms(watch.event.at));
    tell(turn, type, cause, watch.due, watch.event.data, 0);
  }
  end_run(turn, watch, RunStatus::done, "it was abandoned");
}

}  // namespace shopbell
