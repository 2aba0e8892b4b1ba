#include "intake/mapping.h"

#include <vector>

namespace shopbell {
namespace {

class Mapper {
 public:
  Mapper(const Value& body, Arena& arena) : body_(body), arena_(arena) {}

  Value map(const Mapping& mapping, const Value& scope) {
    switch (mapping.form) {
      case Mapping::Form::cel: return evaluate(mapping.program, scope);
      case Mapping::Form::first: return first(mapping, scope);
      case Mapping::Form::of: return shaped(*mapping.shape, evaluate(mapping.program, scope));
      case Mapping::Form::each: return each(mapping, scope);
      case Mapping::Form::map: return members(mapping, scope);
    }
    return {};
  }

 private:
  Value evaluate(const cel::Program& program, const Value& scope) {
    const Value v = program.evaluate(scope, arena_);
    if (v.is(Kind::optional)) return v.items().empty() ? Value() : v.items()[0];
    return v.is(Kind::error) ? Value() : v;
  }

  Value first(const Mapping& mapping, const Value& scope) {
    for (const auto& [name, part] : mapping.parts)
      if (const Value v = map(part, scope); !v.is_null()) return v;
    return {};
  }

  Value shaped(const Mapping& shape, const Value& it) {
    if (it.is_null()) return {};
    return map(shape, make_map(arena_, {{"body", body_}, {"it", it}}));
  }

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

  Value members(const Mapping& mapping, const Value& scope) {
    std::vector<Member> made;
    made.reserve(mapping.parts.size());
    for (const auto& [name, part] : mapping.parts)
      if (const Value v = map(part, scope); !v.is_null()) made.push_back({Value(name), v});
    return made.empty() ? Value() : freeze_map(arena_, made);
  }

  const Value& body_;
  Arena& arena_;
  std::size_t items_ = 0;
};

}  // namespace

Value map_body(const Mapping& mapping, const Value& body, Arena& arena) {
  return Mapper(body, arena).map(mapping, make_map(arena, {{"body", body}, {"it", body}}));
}

}  // namespace shopbell
