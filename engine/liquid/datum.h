#pragma once
// What an expression yields: a Value, or one of the few things that Liquid has and data has not.

#include <shopbell/value.h>

#include <cstdint>
#include <string_view>

namespace shopbell::liquid {

__extension__ typedef __int128 Wide;  // whole numbers are exact up to 38 digits

struct Object {
  enum class Kind : std::uint8_t {
    range, wide, forloop, tablerowloop,
    empty, blank,  // in conditions: "is it empty?" asked of the other side
    self,          // all variables, as a map
    safe,          // `value` is a text that is HTML already
  };
  Kind kind;
};

/// `value` is the whole thing unless there is an `object`.
struct Datum {
  Value value;
  const Object* object = nullptr;

  Datum() = default;
  Datum(const Value& v) : value(v) {}
  explicit Datum(const Object* o) : object(o) {}
  Datum(const Value& v, const Object* o) : value(v), object(o) {}

  bool is_plain() const { return object == nullptr || object->kind == Object::Kind::safe; }
  bool is(Object::Kind k) const { return object != nullptr && object->kind == k; }
  bool is(Kind k) const { return is_plain() && value.is(k); }
  bool is_nil() const { return is_plain() && value.is_null(); }
  bool is_text() const { return is_plain() && value.is(Kind::string); }
  bool truthy() const { return !is_plain() || !(value.is_null() || (value.is(Kind::boolean) && !value.boolean())); }
};

struct RangeObject : Object {
  std::int64_t first;
  std::int64_t last;
  /// At most INT64_MAX: more are there only of a range that no loop walks to its end.
  std::int64_t size() const {
    const Wide n = Wide{last} - first + 1;
    return static_cast<std::int64_t>(n < 0 ? 0 : n > INT64_MAX ? Wide{INT64_MAX} : n);
  }
};

struct WideObject : Object {
  Wide number;
};

struct LoopObject : Object {
  std::string_view name;  // "item-order.items"
  const LoopObject* parent;
  std::int64_t length;
  std::int64_t index0;
  std::int64_t columns;  // tablerowloop only, as are the next two
  std::int64_t row;
  std::int64_t column;   // from 1
};

inline constexpr Object empty_object{Object::Kind::empty};
inline constexpr Object blank_object{Object::Kind::blank};
inline constexpr Object safe_object{Object::Kind::safe};

inline Datum safe_text(std::string_view text) { return {Value(text), &safe_object}; }

}  // namespace shopbell::liquid
