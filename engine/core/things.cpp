#include "core/things.h"

#include <algorithm>
#include <array>

namespace shopbell {
namespace {

// Nouns that change while they are told of. A message or a payment is told of once.
constexpr std::array<std::string_view, 10> changing{"order",   "cart",         "checkout", "customer", "product",
                                                    "subscription", "dispute", "shipment", "return",   "review"};

std::string id_text(const Value& id) {
  if (id.is(Kind::integer)) return std::to_string(id.integer());
  if (id.is(Kind::uint)) return std::to_string(id.uint());
  return std::string(id.text_or({}));
}

std::string_view noun_of(std::string_view type) {
  const std::string_view first = type.substr(0, type.find('.'));
  if (std::find(changing.begin(), changing.end(), first) == changing.end()) return {};
  return first == "return" ? "returned" : first;  // `return` is a word of CEL
}

std::int64_t updated_ms(const Value& thing) {
  const Value at = thing["updated_at"];
  return at.is(Kind::timestamp) ? at.seconds() * 1000 + at.nanos() / 1'000'000 : 0;
}

}  // namespace

std::string thing_of(const Event& event) {
  const std::string_view noun = noun_of(event.type);
  if (noun.empty()) return {};
  const Value thing = event.data[noun];
  std::string id = id_text(thing["id"]);
  if (id.empty()) id = id_text(thing["token"]);
  if (id.empty()) return {};
  std::string key = std::string(noun) + ":" + id;
  if (noun == "product") {
    if (const std::string variant = id_text(thing["variant_id"]); !variant.empty()) key += "/" + variant;
    if (const std::string place = id_text(thing["location_id"]); !place.empty()) key += "@" + place;
  }
  return key.size() <= thing_key_bytes_max ? key : std::string();
}

Value known_of(const Turn& turn, std::string_view thing) { return turn.subject.things[thing]; }

void keep_known(Turn& turn, std::string_view thing, const Value& more) {
  std::vector<Member> others;
  Value before;
  for (const Member& m : turn.subject.things.members()) {
    if (m.key.text_or({}) == thing) before = m.value;
    else others.push_back(m);
  }
  std::vector<Member> known(more.members().begin(), more.members().end());
  for (const Member& m : before.members())
    if (more.find(m.key.text_or({})) == nullptr) known.push_back(m);
  others.push_back({Value(turn.arena.copy(thing)), freeze_map(turn.arena, known)});
  const std::size_t over = others.size() > things_max ? others.size() - things_max : 0;
  turn.subject.things = freeze_map(turn.arena, std::span(others).subspan(over));
  turn.made.subject_changed = true;
}

bool see_thing(Turn& turn, const Event& event) {
  const std::string thing = thing_of(event);
  if (thing.empty()) return false;
  const Value known = known_of(turn, thing);
  const std::int64_t updated = updated_ms(event.data[thing.substr(0, thing.find(':'))]);
  const std::int64_t known_updated = known["u"].integer_or(0), known_at = known["e"].integer_or(0);
  const std::int64_t at = to_ms(event.at);
  const bool stale = updated != 0 && known_updated != 0 ? updated < known_updated : at < known_at;
  MapBuilder more(turn.arena);
  more.add("e", std::max(at, known_at));
  if (updated != 0 || known_updated != 0) more.add("u", std::max(updated, known_updated));
  keep_known(turn, thing, more.build());
  return stale;
}

}  // namespace shopbell
