#include "intake/mapping.h"

#include "load/vocabulary.h"

#include <vector>

namespace shopbell {
namespace {

class Mapper {
 public:
  Mapper(const Value& body, Arena& arena) : body_(body), arena_(arena) {}

  Value map(const Mapping& mapping, const Value& it) {
    return map(mapping, it, make_map(arena_, {{"body", body_}, {"it", it}}));
  }

 private:
  Value map(const Mapping& mapping, const Value& it, const Value& scope) {
    switch (mapping.form) {
      case Mapping::Form::cel: return fit(mapping, evaluate(mapping.program, scope));
      case Mapping::Form::path: return fit(mapping, walk(mapping, mapping.from_body ? body_ : it));
      case Mapping::Form::first: return first(mapping, it, scope);
      case Mapping::Form::of: return shaped(*mapping.shape, evaluate(mapping.program, scope));
      case Mapping::Form::each: return each(mapping, scope);
      case Mapping::Form::map: return members(mapping, it, scope);
    }
    return {};
  }

  Value fit(const Mapping& mapping, const Value& v) {
    return v.is_null() ? v : fitted(mapping.type, v, arena_);
  }

  Value evaluate(const cel::Program& program, const Value& scope) {
    static constexpr cel::Limits silently{.messages = false};
    const Value v = program.evaluate(scope, arena_, silently);
    if (v.is(Kind::optional)) return v.items().empty() ? Value() : v.items()[0];
    return v.is(Kind::error) ? Value() : v;
  }

  static Value walk(const Mapping& mapping, const Value& from) {
    const Value* at = &from;
    for (const Mapping::Field& field : mapping.path)
      if (at = at->find(field.name, field.hash); at == nullptr) return {};
    return *at;
  }

  Value first(const Mapping& mapping, const Value& it, const Value& scope) {
    for (const auto& [name, part] : mapping.parts)
      if (const Value v = map(part, it, scope); !v.is_null()) return v;
    return {};
  }

  Value shaped(const Mapping& shape, const Value& it) { return it.is_null() ? Value() : map(shape, it); }

  Value each(const Mapping& mapping, const Value& scope) {
    const Value list = evaluate(mapping.program, scope);
    if (!list.is(Kind::list)) return {};
    std::vector<Value> items;
    for (const Value& it : list.items()) {
      if (++items_ > mapped_items_max) break;
      if (const Value v = shaped(*mapping.shape, it); !v.is_null()) items.push_back(v);
    }
    return make_list(arena_, items);
  }

  Value members(const Mapping& mapping, const Value& it, const Value& scope) {
    Member* made = arena_.make<Member>(mapping.parts.size());
    std::size_t size = 0;
    for (const auto& [name, part] : mapping.parts)
      if (const Value v = map(part, it, scope); !v.is_null()) made[size++] = {Value(name), v};
    return size == 0 ? Value() : adopt_map(arena_, {made, size});
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
