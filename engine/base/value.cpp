#include "base/known_name.h"
#include "base/shape.h"
#include "base/short_text.h"

#include <shopbell/error.h>
#include <shopbell/value.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <random>

namespace shopbell {

// Small maps are scanned; larger ones carry an open-addressed table of positions.
struct MapBody {
  const Member* members;
  std::uint32_t size;
  std::uint32_t mask;          // table size - 1; 0: no table
  const std::uint32_t* table;  // position + 1; 0: free
  std::uint32_t shape = 0;     // Shape::id; 0: not known
};

namespace {

constexpr std::uint32_t scan_max = 8;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t seed_of_process() {
  static const std::uint64_t seed = [] {
    std::random_device device;
    return (std::uint64_t{device()} << 32 | device()) | 1;
  }();
  return seed;
}

// Up to 16 bytes, as most names have, are two words and one product.
[[gnu::always_inline]] inline std::uint32_t hash_text(std::string_view key, std::uint64_t seed) {
  std::uint64_t h = seed ^ 0xe7037ed1a0b428dbULL ^ key.size();
  const char* at = key.data();
  std::size_t left = key.size();
  for (; left > 16; at += 8, left -= 8) h = mix(h ^ word_at<std::uint64_t>(at), seed ^ 0xa0761d6478bd642fULL);
  const bool one = left < 8;
  const std::uint64_t first = one ? short_word(at, left) : word_at<std::uint64_t>(at);
  h = mix(h ^ first, (one ? 0 : word_at<std::uint64_t>(at + left - 8)) ^ seed ^ 0xa0761d6478bd642fULL);
  return static_cast<std::uint32_t>(h ^ (h >> 32));
}

std::uint32_t hash_of(const Value& key, std::uint64_t seed) {
  switch (key.kind()) {
    case Kind::string: return hash_text(key.text(), seed);
    case Kind::boolean: return key.boolean() ? 2 : 1;
    case Kind::integer:
    case Kind::uint: return static_cast<std::uint32_t>(mix(key.uint() + 1, 0x9e3779b97f4a7c15ULL));
    default: return 0;
  }
}

bool same_key(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::string: return same_text(a.text(), b.text());
    case Kind::boolean: return a.boolean() == b.boolean();
    case Kind::integer: return a.integer() == b.integer();
    case Kind::uint: return a.uint() == b.uint();
    default: return same(a, b);
  }
}

const Value* find_in(const MapBody& body, std::uint32_t hash, const Value& key) {
  for (std::uint32_t slot = hash & body.mask;; slot = (slot + 1) & body.mask) {
    const std::uint32_t position = body.table[slot];
    if (position == 0) return nullptr;
    const Member& m = body.members[position - 1];
    if (same_key(m.key, key)) return &m.value;
  }
}

// Fills `table`; on a key that was there already, moves its value to the first place and says so.
bool index_members(Member* members, std::uint32_t size, std::uint32_t* table, std::uint32_t mask) {
  bool repeated = false;
  const std::uint64_t seed = seed_of_process();
  for (std::uint32_t i = 0; i < size; ++i) {
    const Value& key = members[i].key;
    std::uint32_t slot = (key.is(Kind::string) ? hash_text(key.text(), seed) : hash_of(key, seed)) & mask;
    while (table[slot] != 0 && !same_key(members[table[slot] - 1].key, key)) slot = (slot + 1) & mask;
    if (table[slot] == 0) {
      table[slot] = i + 1;
    } else {
      members[table[slot] - 1].value = members[i].value;
      members[i].key = Value::of_text(Kind::error, {});  // marks it for removal
      repeated = true;
    }
  }
  return repeated;
}

std::uint32_t drop_repeated_small(Member* members, std::uint32_t size) {
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < size; ++i) {
    std::uint32_t j = 0;
    while (j < kept && !same_key(members[j].key, members[i].key)) ++j;
    if (j < kept) members[j].value = members[i].value;
    else members[kept++] = members[i];
  }
  return kept;
}

std::uint32_t drop_marked(Member* members, std::uint32_t size) {
  return static_cast<std::uint32_t>(
      std::remove_if(members, members + size, [](const Member& m) { return m.key.is(Kind::error); }) - members);
}

}  // namespace

std::uint32_t key_hash(std::string_view key) { return hash_text(key, seed_of_process()); }

Value Value::list(std::span<const Value> items) {
  Value v;
  v.kind_ = Kind::list;
  v.size_ = static_cast<std::uint32_t>(items.size());
  v.items_ = items.data();
  return v;
}

Value Value::optional(const Value* inner) {
  Value v;
  v.kind_ = Kind::optional;
  v.size_ = inner ? 1 : 0;
  v.items_ = inner;
  return v;
}

Value Value::map(const MapBody* body) {
  Value v;
  v.kind_ = Kind::map;
  v.size_ = body->size;
  v.map_ = body;
  return v;
}

Value Value::error(const Error* error) {
  Value v;
  v.kind_ = Kind::error;
  v.error_ = error;
  return v;
}

std::span<const Member> Value::members() const {
  if (kind_ != Kind::map) return {};
  return {map_->members, map_->size};
}

std::int64_t Value::integer_or(std::int64_t otherwise) const {
  if (kind_ == Kind::integer) return integer_;
  if (kind_ == Kind::uint && uint_ <= static_cast<std::uint64_t>(INT64_MAX)) return static_cast<std::int64_t>(uint_);
  if (kind_ == Kind::real && std::trunc(real_) == real_ && std::fabs(real_) < 9.2e18) return static_cast<std::int64_t>(real_);
  return otherwise;
}

double Value::number_or(double otherwise) const {
  if (kind_ == Kind::integer) return static_cast<double>(integer_);
  if (kind_ == Kind::uint) return static_cast<double>(uint_);
  return kind_ == Kind::real ? real_ : otherwise;
}

std::size_t Value::size() const {
  switch (kind_) {
    case Kind::string:
    case Kind::bytes:
    case Kind::list:
    case Kind::map:
    case Kind::optional: return size_;
    default: return 0;
  }
}

const Value* Value::find(std::string_view key) const {
  if (kind_ != Kind::map) return nullptr;
  return find(key, map_->mask == 0 ? 0 : key_hash(key));
}

const Value* Value::find(std::string_view key, std::uint32_t hash) const {
  if (kind_ != Kind::map) return nullptr;
  if (map_->mask != 0) return find_in(*map_, hash, Value(key));
  for (const Member& m : std::span(map_->members, map_->size))
    if (m.key.is(Kind::string) && same_text(m.key.text(), key)) return &m.value;
  return nullptr;
}

const Value* Value::find_key(const Value& key) const {
  if (kind_ != Kind::map) return nullptr;
  if (map_->mask != 0) return find_in(*map_, hash_of(key, seed_of_process()), key);
  for (const Member& m : std::span(map_->members, map_->size))
    if (same_key(m.key, key)) return &m.value;
  return nullptr;
}

Value Value::at_path(std::string_view dotted) const {
  const Value* at = this;
  while (at != nullptr && !dotted.empty()) {
    const std::size_t dot = dotted.find('.');
    at = at->find(dotted.substr(0, dot));
    dotted = dot == std::string_view::npos ? std::string_view{} : dotted.substr(dot + 1);
  }
  return at ? *at : Value();
}

namespace {

std::uint32_t table_size(std::uint32_t members) { return std::max(16U, std::bit_ceil(members * 2)); }

std::uint32_t* make_table(Arena& arena, std::uint32_t size) {
  auto* table = arena.make<std::uint32_t>(size);
  std::fill_n(table, size, 0);
  return table;
}

// `members` are the arena's already.
Value freeze(Arena& arena, Member* members, std::uint32_t size, bool recurs = false) {
  auto* body = arena.make<MapBody>();
  if (size <= scan_max) {
    *body = {members, drop_repeated_small(members, size), 0, nullptr};
    return Value::map(body);
  }
  if (recurs) {
    if (const Shape* shape = known_shape({members, size})) {
      *body = {members, size, shape->mask, shape->table.data(), shape->id};
      return Value::map(body);
    }
  }
  const std::uint32_t capacity = table_size(size);
  auto* table = make_table(arena, capacity);
  if (index_members(members, size, table, capacity - 1)) {
    size = drop_marked(members, size);
    std::fill_n(table, capacity, 0);
    index_members(members, size, table, capacity - 1);
  } else if (recurs) {
    learn_shape({members, size}, {table, capacity});
  }
  *body = {members, size, capacity - 1, table};
  return Value::map(body);
}

}  // namespace

Value adopt_map(Arena& arena, std::span<Member> members) {
  return freeze(arena, members.data(), static_cast<std::uint32_t>(members.size()));
}

Value adopt_recurring(Arena& arena, std::span<Member> members) {
  return freeze(arena, members.data(), static_cast<std::uint32_t>(members.size()), true);
}

Value adopt_distinct(Arena& arena, std::span<const Member> members, std::span<const std::uint32_t> hashes) {
  const auto size = static_cast<std::uint32_t>(members.size());
  auto* body = arena.make<MapBody>();
  *body = {members.data(), size, 0, nullptr};
  if (size <= scan_max) return Value::map(body);
  body->mask = table_size(size) - 1;
  std::uint32_t* table = make_table(arena, body->mask + 1);
  for (std::uint32_t i = 0; i < size; ++i) {
    std::uint32_t slot = hashes[i] & body->mask;
    while (table[slot] != 0) slot = (slot + 1) & body->mask;
    table[slot] = i + 1;
  }
  body->table = table;
  return Value::map(body);
}

namespace {

// What a Value that is a map is made of: its public header has no door to the body, and nobody but this file needs one.
struct MapValue {
  Kind kind;
  std::uint32_t size;
  const MapBody* body;
};
static_assert(sizeof(MapValue) == sizeof(Value));

}  // namespace

const Value* KnownName::find_in(const Value& map) const {
  if (!map.is(Kind::map)) return nullptr;
  const MapBody& body = *std::bit_cast<MapValue>(map).body;
  const std::uint64_t seen = seen_.load(std::memory_order_relaxed);
  if (body.shape != 0 && seen >> 32 == body.shape) {
    const auto place = static_cast<std::uint32_t>(seen);
    return place == nowhere ? nullptr : &body.members[place].value;
  }
  const std::uint32_t place = place_in(body, static_cast<std::uint32_t>(seen));
  const std::uint64_t now = std::uint64_t{body.shape} << 32 | place;
  if (now != seen && (body.shape != 0 || place != nowhere)) seen_.store(now, std::memory_order_relaxed);
  return place == nowhere ? nullptr : &body.members[place].value;
}

std::uint32_t KnownName::place_in(const MapBody& body, std::uint32_t guess) const {
  if (guess < body.size && body.members[guess].key.is(Kind::string) && same_text(body.members[guess].key.text(), name_)) return guess;
  const Value* found = Value::map(&body).find(name_);
  if (found == nullptr) return nowhere;
  // The value stands in its member, behind the key.
  const auto* member = reinterpret_cast<const Member*>(reinterpret_cast<const char*>(found) - offsetof(Member, value));
  return static_cast<std::uint32_t>(member - body.members);
}

Value freeze_map(Arena& arena, std::span<const Member> from) {
  Member* members = arena.make<Member>(from.size());
  std::copy(from.begin(), from.end(), members);
  return freeze(arena, members, static_cast<std::uint32_t>(from.size()));
}

Value make_list(Arena& arena, std::span<const Value> items) {
  Value* to = arena.make<Value>(items.size());
  std::copy(items.begin(), items.end(), to);
  return Value::list({to, items.size()});
}

Value make_map(Arena& arena, std::initializer_list<std::pair<std::string_view, Value>> members) {
  Member* copy = arena.make<Member>(members.size());
  std::transform(members.begin(), members.end(), copy, [](const auto& m) { return Member{Value(m.first), m.second}; });
  return freeze(arena, copy, static_cast<std::uint32_t>(members.size()));
}

Value ListBuilder::build() { return make_list(arena_, items_); }

MapBuilder::MapBuilder(Arena& arena, const Value& base) : arena_(arena) {
  const auto members = base.members();
  members_.assign(members.begin(), members.end());
}

Value MapBuilder::build() { return freeze_map(arena_, members_); }

Value deep_copy(Arena& arena, const Value& v) {
  switch (v.kind()) {
    case Kind::string:
    case Kind::bytes:
    case Kind::type:
    case Kind::ip:
    case Kind::cidr: return Value::of_text(v.kind(), arena.copy(v.text()));
    case Kind::list:
    case Kind::optional: {
      Value* to = arena.make<Value>(v.items().size());
      std::transform(v.items().begin(), v.items().end(), to, [&](const Value& x) { return deep_copy(arena, x); });
      return v.is(Kind::list) ? Value::list({to, v.items().size()}) : Value::optional(v.items().empty() ? nullptr : to);
    }
    case Kind::map: {
      std::vector<Member> members;
      members.reserve(v.members().size());
      for (const Member& m : v.members()) members.push_back({deep_copy(arena, m.key), deep_copy(arena, m.value)});
      return freeze_map(arena, members);
    }
    default: return v;
  }
}

bool same(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::null: return true;
    case Kind::boolean: return a.boolean() == b.boolean();
    case Kind::integer:
    case Kind::uint: return a.uint() == b.uint();
    case Kind::real: return a.real() == b.real() || (std::isnan(a.real()) && std::isnan(b.real()));
    case Kind::string:
    case Kind::bytes:
    case Kind::type:
    case Kind::ip:
    case Kind::cidr: return a.text() == b.text();
    case Kind::list:
    case Kind::optional: return std::equal(a.items().begin(), a.items().end(), b.items().begin(), b.items().end(), same);
    case Kind::map:
      if (a.members().size() != b.members().size()) return false;
      return std::all_of(a.members().begin(), a.members().end(), [&](const Member& m) {
        const Value* other = b.find_key(m.key);
        return other != nullptr && same(m.value, *other);
      });
    case Kind::timestamp:
    case Kind::duration: return a.seconds() == b.seconds() && a.nanos() == b.nanos();
    case Kind::error: return false;
  }
  return false;
}

}  // namespace shopbell
