#include "core/profile.h"

#include "core/replayed.h"

#include <algorithm>
#include <array>
#include <vector>

namespace shopbell {
namespace {

constexpr std::size_t tag_bytes_max = 255;
constexpr std::size_t currency_bytes_max = 8;  // ISO 4217 has three; tokens of shops a few more
constexpr std::array<std::string_view, 21> said_fields{
    "id",          "email",   "phone",    "name",     "first_name", "last_name", "company",           "country",
    "city",        "locale",  "timezone", "birthday", "created_at", "consent",   "accepts_marketing", "accepts_email",
    "accepts_sms", "segment", "segments", "verified", "state"};

/// A map being changed: fields keep their places, so that the same profile is always the same bytes.
class Draft {
 public:
  explicit Draft(const Value& base) { fields_.assign(base.members().begin(), base.members().end()); }

  void set(std::string_view name, const Value& v) {
    const auto found = find(name);
    if (found != fields_.end()) found->value = v;
    else fields_.push_back({Value(name), v});
  }
  Value get(std::string_view name) {
    const auto found = find(name);
    return found == fields_.end() ? Value() : found->value;
  }
  Value build(Arena& arena) const { return freeze_map(arena, fields_); }

 private:
  std::vector<Member>::iterator find(std::string_view name) {
    return std::find_if(fields_.begin(), fields_.end(), [name](const Member& m) { return m.key.text_or({}) == name; });
  }
  std::vector<Member> fields_;
};

// Bytes that a value takes, roughly, and no more than the limit plus a bit: it stops looking there.
std::size_t weight(const Value& v) {
  std::size_t sum = 8;
  if (v.is(Kind::string)) return sum + v.size();
  for (const Value& item : v.is(Kind::list) ? v.items() : std::span<const Value>{}) {
    if (sum > profile_field_bytes_max) break;
    sum += weight(item);
  }
  for (const Member& m : v.members()) {
    if (sum > profile_field_bytes_max) break;
    sum += m.key.size() + weight(m.value);
  }
  return sum;
}

Value light(const Value& v) { return weight(v) > profile_field_bytes_max + 8 ? Value() : v; }

bool before(const Value& a, const Value& b) {
  return a.seconds() != b.seconds() ? a.seconds() < b.seconds() : a.nanos() < b.nanos();
}

// Whether a customer as told is older than the one known: by the platform's own updated_at where both have it.
bool is_older(Draft& draft, const Value& customer, bool late) {
  const Value said = customer["updated_at"], known = draft.get("updated_at");
  if (!said.is(Kind::timestamp)) return late;
  if (known.is(Kind::timestamp)) late = before(said, known);
  if (!late) draft.set("updated_at", said);
  return late;
}

// Returns whether the event is older than what was seen last.
bool see(Draft& draft, Time at) {
  const Value now(at);
  const Value first = draft.get("first_seen"), last = draft.get("last_seen");
  const bool stale = last.is(Kind::timestamp) && before(now, last);
  if (!first.is(Kind::timestamp) || before(now, first)) draft.set("first_seen", now);
  if (!stale) draft.set("last_seen", now);
  return stale;
}

std::vector<Value> texts_of(const Value& list) {
  std::vector<Value> texts;
  for (const Value& item : list.is(Kind::list) ? list.items() : std::span<const Value>{}) {
    if (texts.size() == profile_tags_max) break;
    if (item.is(Kind::string) && item.size() > 0 && item.size() <= tag_bytes_max) texts.push_back(item);
  }
  return texts;
}

void put(std::vector<Value>& texts, const Value& text) {
  const bool there = std::any_of(texts.begin(), texts.end(), [&](const Value& t) { return t.text() == text.text(); });
  if (!there && texts.size() < profile_tags_max) texts.push_back(text);
}

void drop(std::vector<Value>& texts, const Value& text) {
  std::erase_if(texts, [&](const Value& t) { return t.text() == text.text(); });
}

void take_tags(Draft& draft, const Value& said, Arena& arena) {
  std::vector<Value> tags = texts_of(said);
  for (const Value& tag : texts_of(draft.get("tags_removed"))) drop(tags, tag);
  for (const Value& tag : texts_of(draft.get("tags_added"))) put(tags, tag);
  draft.set("tags", make_list(arena, tags));
}

void take_fields(Draft& draft, const Value& customer, bool stale, Arena& arena) {
  for (const std::string_view name : said_fields) {
    const Value* said = customer.find(name);
    if (said == nullptr || light(*said).is_null()) continue;
    if (!stale || draft.get(name).is_null()) draft.set(name, *said);
  }
  const Value tags = customer["tags"];
  if (tags.is(Kind::list) && (!stale || draft.get("tags").is_null())) take_tags(draft, tags, arena);
}

bool same_id(const Value& a, const Value& b) { return !a.is_null() && same(a, b); }

void add_spent(Draft& draft, double total, std::string_view currency, Arena& arena) {
  const Value spent = draft.get("spent");
  if (currency.size() > currency_bytes_max) return;
  if (spent.find(currency) == nullptr && spent.size() >= profile_currencies_max) return;
  const std::int64_t sum = spent[currency].integer_or(0);
  std::int64_t more = 0;
  if (__builtin_add_overflow(sum, minor_units(total, currency), &more)) return;
  draft.set("spent", MapBuilder(arena, spent).add(currency, more).build());
}

void count_order(Draft& draft, const Event& event, const Value& order, std::string_view main_currency, Arena& arena) {
  const Value last = draft.get("last_order");
  if (same_id(order["id"], last["id"])) return;  // told twice, by two topics or two sources
  const Value currency(light(order["currency"]).text_or(main_currency));
  draft.set("orders_count", draft.get("orders_count").integer_or(0) + 1);
  add_spent(draft, order["total"].number_or(0), currency.text(), arena);
  if (last["at"].is(Kind::timestamp) && before(Value(event.at), last["at"])) return;  // a late one is not the last
  const Member fields[] = {{"id", light(order["id"])},       {"name", light(order["name"])}, {"status", "placed"},
                           {"total", light(order["total"])}, {"currency", currency},         {"at", Value(event.at)},
                           {"changed", Value(event.at)}};
  draft.set("last_order", freeze_map(arena, fields));
}

void follow_status(Draft& draft, const Event& event, const Value& order, Arena& arena) {
  static constexpr std::array<std::string_view, 7> known{"paid",      "fulfilled", "shipped", "delivered",
                                                         "cancelled", "refunded",  "returned"};
  const std::string_view what = event.type.substr(event.type.find('.') + 1);
  const Value last = draft.get("last_order");
  if (std::find(known.begin(), known.end(), what) == known.end() || !same_id(order["id"], last["id"])) return;
  if (event.stale || (last["changed"].is(Kind::timestamp) && before(Value(event.at), last["changed"]))) return;
  draft.set("last_order", MapBuilder(arena, last).add("status", what).add("changed", Value(event.at)).build());
}

// The platform's own sums, where they are ahead.
void take_sums(Draft& draft, const Value& customer, std::string_view main_currency, Arena& arena) {
  const std::int64_t count = customer["orders_count"].integer_or(0);
  if (count > draft.get("orders_count").integer_or(0)) draft.set("orders_count", count);
  const std::int64_t spent = draft.get("spent")[main_currency].integer_or(0);
  const std::string_view currency = customer["currency"].text_or(main_currency);
  const std::int64_t said = minor_units(customer["lifetime_value"].number_or(0), main_currency);
  if (currency == main_currency && said > spent)
    draft.set("spent", MapBuilder(arena, draft.get("spent")).add(main_currency, said).build());
}

}  // namespace

bool has_profile(std::string_view subject) {
  subject = plain_subject(subject);
  return subject != "shop" && !subject.starts_with("product:");
}

Value learn(const Value& profile, const Event& event, std::string_view main_currency, Arena& arena) {
  Draft draft(profile);
  const Value customer = event.data["customer"], order = event.data["order"];
  const bool stale = is_older(draft, customer, see(draft, event.at));
  take_fields(draft, customer, stale, arena);
  if (event.type == "order.placed" && order.is(Kind::map)) count_order(draft, event, order, main_currency, arena);
  else if (event.type.starts_with("order.") && order.is(Kind::map)) follow_status(draft, event, order, arena);
  take_sums(draft, customer, main_currency, arena);
  if (draft.get("orders_count").is_null()) draft.set("orders_count", 0);
  if (draft.get("tags").is_null()) draft.set("tags", make_list(arena, {}));
  draft.set("lifetime_value", major_units(draft.get("spent")[main_currency].integer_or(0), main_currency));
  return draft.build(arena);
}

Value retag(const Value& profile, std::span<const std::string> added, std::span<const std::string> removed,
            Arena& arena) {
  Draft draft(profile);
  auto tags = texts_of(draft.get("tags")), ours = texts_of(draft.get("tags_added")),
       off = texts_of(draft.get("tags_removed"));
  const auto kept = [&](const std::string& tag) { return Value(arena.copy(tag)); };
  for (const std::string& tag : added) {
    if (tag.empty() || tag.size() > tag_bytes_max) continue;
    put(tags, kept(tag));
    put(ours, kept(tag));
    drop(off, Value(tag));
  }
  for (const std::string& tag : removed) {
    if (tag.empty() || tag.size() > tag_bytes_max) continue;
    drop(tags, Value(tag));
    drop(ours, Value(tag));
    put(off, kept(tag));
  }
  draft.set("tags", make_list(arena, tags));
  draft.set("tags_added", make_list(arena, ours));
  draft.set("tags_removed", make_list(arena, off));
  return draft.build(arena);
}

}  // namespace shopbell
