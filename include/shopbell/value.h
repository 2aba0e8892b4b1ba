#pragma once
// Value: the one dynamic type of events, expressions, templates and actions. A trivially copyable
// view of 16 bytes onto an immutable tree that lives in an Arena (or in static memory); copying one
// never allocates. The kinds are CEL's; JSON uses null, bool, int, uint (above int64), double,
// string, list and map with string keys.

#include <shopbell/arena.h>
#include <shopbell/time.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shopbell {

enum class Kind : std::uint8_t {
  null, boolean, integer, uint, real, string, bytes, list, map,
  timestamp,  // seconds since 1970 UTC and 0..999'999'999 nanoseconds
  duration,   // seconds and nanoseconds of the same sign
  type,       // CEL's type values; text() is the name
  optional,   // CEL's optional; items() has 0 or 1 elements
  ip, cidr,   // CEL's network extension; text() is the address as bytes (cidr: then the prefix length)
  error,      // CEL only: an evaluation that failed; never inside data. error() tells more
};

struct Member;
struct MapBody;
struct Error;

class Value {
 public:
  constexpr Value() : integer_(0) {}
  constexpr Value(bool b) : kind_(Kind::boolean), boolean_(b) {}
  constexpr Value(int i) : kind_(Kind::integer), integer_(i) {}
  constexpr Value(std::int64_t i) : kind_(Kind::integer), integer_(i) {}
  constexpr Value(std::uint64_t u) : kind_(Kind::uint), uint_(u) {}
  constexpr Value(double d) : kind_(Kind::real), real_(d) {}
  constexpr Value(std::string_view text) : kind_(Kind::string), size_(static_cast<std::uint32_t>(text.size())), text_(text.data()) {}
  constexpr Value(const char* text) : Value(std::string_view(text)) {}
  Value(const std::string& text) : Value(std::string_view(text)) {}
  Value(Time at) : Value(timestamp(floor_seconds(to_ms(at)), nanos_of(to_ms(at)))) {}
  Value(const void*) = delete;  // a pointer is not a bool

  static Value timestamp(std::int64_t seconds, std::int32_t nanos) { return {Kind::timestamp, seconds, nanos}; }
  static Value duration(std::int64_t seconds, std::int32_t nanos) { return {Kind::duration, seconds, nanos}; }
  static Value bytes(std::string_view b) { return {Kind::bytes, b}; }
  /// Any kind that is made of text: string, bytes, type, ip, cidr.
  static Value of_text(Kind kind, std::string_view text) { return {kind, text}; }
  static Value list(std::span<const Value> items);
  static Value optional(const Value* inner);  // nullptr: none
  static Value map(const MapBody* body);
  static Value error(const Error* error);

  Kind kind() const { return kind_; }
  bool is(Kind k) const { return kind_ == k; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_number() const { return kind_ == Kind::integer || kind_ == Kind::uint || kind_ == Kind::real; }

  // Each asks for its own kind; anything else is a bug (checked in the dev build).
  bool boolean() const { return boolean_; }
  std::int64_t integer() const { return integer_; }
  std::uint64_t uint() const { return uint_; }
  double real() const { return real_; }
  std::string_view text() const { return {text_, size_}; }             // string, bytes, type, ip, cidr
  std::int64_t seconds() const { return integer_; }                    // timestamp, duration
  std::int32_t nanos() const { return static_cast<std::int32_t>(size_); }
  std::span<const Value> items() const { return {items_, size_}; }     // list, optional
  std::span<const Member> members() const;                             // map, in the order written
  const Error& error() const { return *error_; }

  // Lenient readers for code that takes what it gets.
  std::string_view text_or(std::string_view otherwise) const { return is(Kind::string) ? text() : otherwise; }
  bool boolean_or(bool otherwise) const { return is(Kind::boolean) ? boolean() : otherwise; }
  std::int64_t integer_or(std::int64_t otherwise) const;  // int, uint in range, double without fraction
  double number_or(double otherwise) const;               // any number

  /// Elements of a list or optional, members of a map, bytes of a text; else 0.
  std::size_t size() const;
  /// The member of that name, or nullptr (also when this is no map). Constant time.
  const Value* find(std::string_view key) const;
  /// find() with the hash that key_hash() gave: for programs that look one name up many times.
  const Value* find(std::string_view key, std::uint32_t hash) const;
  /// The member of a map by a key of any kind that compares equal by kind and value (no number
  /// conversions: those are CEL's business), or nullptr.
  const Value* find_key(const Value& key) const;
  /// "order.customer.email": null when any part is missing.
  Value at_path(std::string_view dotted) const;
  /// The member of that name, or null.
  Value operator[](std::string_view key) const { const Value* v = find(key); return v ? *v : Value(); }

 private:
  constexpr Value(Kind k, std::string_view t) : kind_(k), size_(static_cast<std::uint32_t>(t.size())), text_(t.data()) {}
  constexpr Value(Kind k, std::int64_t s, std::int32_t n) : kind_(k), size_(static_cast<std::uint32_t>(n)), integer_(s) {}
  static constexpr std::int64_t floor_seconds(std::int64_t ms) { return ms >= 0 ? ms / 1000 : -((999 - ms) / 1000); }
  static constexpr std::int32_t nanos_of(std::int64_t ms) { return static_cast<std::int32_t>((ms - floor_seconds(ms) * 1000) * 1'000'000); }

  Kind kind_ = Kind::null;
  std::uint32_t size_ = 0;  // text bytes, list elements, or nanoseconds
  union {
    bool boolean_;
    std::int64_t integer_;
    std::uint64_t uint_;
    double real_;
    const char* text_;
    const Value* items_;
    const MapBody* map_;
    const Error* error_;
  };
};
static_assert(sizeof(Value) == 16 && std::is_trivially_copyable_v<Value>);

struct Member {
  Value key;
  Value value;
};

/// The hash that find(key, hash) wants. Seeded once per process, so that nobody can send a webhook
/// of colliding names; never write it down.
std::uint32_t key_hash(std::string_view key);

/// Collects a list, then freezes it into the arena.
class ListBuilder {
 public:
  explicit ListBuilder(Arena& arena) : arena_(arena) {}
  void add(Value v) { items_.push_back(v); }
  std::size_t size() const { return items_.size(); }
  Value build();

 private:
  Arena& arena_;
  std::vector<Value> items_;
};

/// Collects a map, then freezes it into the arena. A key added twice keeps its first place and its
/// last value, as JSON readers do. Keys and texts are not copied: copy() those that will not live.
class MapBuilder {
 public:
  explicit MapBuilder(Arena& arena) : arena_(arena) {}
  MapBuilder(Arena& arena, const Value& base);  // starts with the members of another map
  MapBuilder& add(Value key, Value v) { members_.push_back({key, v}); return *this; }
  std::size_t size() const { return members_.size(); }
  Value build();

 private:
  Arena& arena_;
  std::vector<Member> members_;
};

Value make_map(Arena& arena, std::initializer_list<std::pair<std::string_view, Value>> members);
Value make_list(Arena& arena, std::span<const Value> items);
/// Freezes a copy of the members into a map.
Value freeze_map(Arena& arena, std::span<const Member> members);
/// The same of members that the arena has already; what stands there may be moved.
Value adopt_map(Arena& arena, std::span<Member> members);

/// The same tree with every text and node in `arena`.
Value deep_copy(Arena& arena, const Value& v);

/// Same kind and same value, maps without order; NaN equals NaN. For tests, dedupe and change
/// detection. CEL's `==` lives in engine/cel.
bool same(const Value& a, const Value& b);

/// A value that owns its memory: for what outlives a batch.
class Document {
 public:
  Document() = default;
  explicit Document(const Value& v) : arena_(std::make_unique<Arena>()), root_(deep_copy(*arena_, v)) {}
  Document(std::unique_ptr<Arena> arena, Value root) : arena_(std::move(arena)), root_(root) {}
  const Value& root() const { return root_; }
  const Value* operator->() const { return &root_; }

 private:
  std::unique_ptr<Arena> arena_;
  Value root_;
};

}  // namespace shopbell
