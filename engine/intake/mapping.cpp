#include "intake/mapping.h"

#include "base/known_name.h"
#include "load/vocabulary.h"

#include <algorithm>
#include <array>

namespace shopbell {
namespace {

constexpr std::size_t names_max = 64;  // of one map, with hashes at hand; a longer one is hashed again

// What an expression sees, made when the first one asks.
class Scope {
 public:
  Scope(const Value& body, const Value& it, Arena& arena) : body_(body), it_(it), arena_(arena) {}

  const Value& it() const { return it_; }
  const Value& body() const { return body_; }
  const Value& value() {
    if (!made_.is_null()) return made_;
    static const std::array<std::uint32_t, 2> hashes{key_hash("body"), key_hash("it")};
    Member* members = arena_.make<Member>(hashes.size());
    members[0] = {"body", body_};
    members[1] = {"it", it_};
    return made_ = adopt_distinct(arena_, {members, hashes.size()}, hashes);
  }

 private:
  const Value& body_;
  const Value& it_;
  Arena& arena_;
  Value made_;
};

class Mapper {
 public:
  Mapper(const Value& body, Arena& arena) : body_(body), arena_(arena) {}

  Value map(const Mapping& mapping, const Value& it) {
    Scope scope(body_, it, arena_);
    return map(mapping, scope);
  }

 private:
  Value map(const Mapping& mapping, Scope& scope) {
    switch (mapping.form) {
      case Mapping::Form::cel: return fit(mapping, evaluate(mapping.program, scope));
      case Mapping::Form::path: return fit(mapping, walk(mapping, scope));
      case Mapping::Form::first: return first(mapping, scope);
      case Mapping::Form::of: return shaped(*mapping.shape, subject_of(mapping, scope));
      case Mapping::Form::each: return each(mapping, scope);
      case Mapping::Form::map: return members(mapping, scope);
    }
    return {};
  }

  Value fit(const Mapping& mapping, const Value& v) {
    if (v.is_null() || (v.is(Kind::string) && mapping.type.is(cel::TypeKind::string))) return v;
    return fitted(mapping.type, v, arena_);
  }

  Value evaluate(const cel::Program& program, Scope& scope) {
    static constexpr cel::Limits silently{.messages = false};
    const Value v = program.evaluate(scope.value(), arena_, silently);
    if (v.is(Kind::optional)) return v.items().empty() ? Value() : v.items()[0];
    return v.is(Kind::error) ? Value() : v;
  }

  // What a shape is about: most often a part of the body, that no expression needs to be run for.
  Value subject_of(const Mapping& mapping, Scope& scope) {
    return mapping.is_path ? walk(mapping, scope) : evaluate(mapping.program, scope);
  }

  static Value walk(const Mapping& mapping, const Scope& scope) {
    const Value* at = mapping.from_body ? &scope.body() : &scope.it();
    for (const KnownName& name : mapping.path)
      if (at = name.find_in(*at); at == nullptr) return {};
    return *at;
  }

  Value first(const Mapping& mapping, Scope& scope) {
    for (const auto& [name, part] : mapping.parts)
      if (const Value v = map(part, scope); !v.is_null()) return v;
    return {};
  }

  Value shaped(const Mapping& shape, const Value& it) { return it.is_null() ? Value() : map(shape, it); }

  Value each(const Mapping& mapping, Scope& scope) {
    const Value list = subject_of(mapping, scope);
    if (!list.is(Kind::list)) return {};
    Value* items = arena_.make<Value>(std::min(list.size(), mapped_items_max));
    std::size_t size = 0;
    for (const Value& it : list.items()) {
      if (++items_ > mapped_items_max) break;
      if (const Value v = shaped(*mapping.shape, it); !v.is_null()) items[size++] = v;
    }
    return Value::list({items, size});
  }

  Value members(const Mapping& mapping, Scope& scope) {
    Member* made = arena_.make<Member>(mapping.parts.size());
    std::array<std::uint32_t, names_max> hashes;
    std::size_t size = 0;
    for (std::size_t i = 0; i < mapping.parts.size(); ++i) {
      const auto& [name, part] = mapping.parts[i];
      const Value v = part.form == Mapping::Form::path ? fit(part, walk(part, scope)) : map(part, scope);  // most are
      if (v.is_null()) continue;
      if (size < names_max) hashes[size] = mapping.hashes[i];
      made[size++] = {Value(name), v};
    }
    if (size == 0) return {};
    return size > names_max ? adopt_map(arena_, {made, size}) : adopt_distinct(arena_, {made, size}, {hashes.data(), size});
  }

  const Value& body_;
  Arena& arena_;
  std::size_t items_ = 0;
};

}  // namespace

Value map_body(const Mapping& mapping, const Value& body, const Value& it, Arena& arena) {
  return Mapper(body, arena).map(mapping, it);
}

}  // namespace shopbell
