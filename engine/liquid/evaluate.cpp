// Expressions, conditions and filters while rendering.

#include "liquid/compare.h"
#include "liquid/markup.h"
#include "liquid/number.h"
#include "liquid/rendering.h"
#include "liquid/sequence.h"
#include "liquid/text.h"

#include "base/utf8.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace shopbell::liquid {
namespace {

Value unwrap(const Value& v) {
  if (!v.is(Kind::optional)) return v;
  return v.items().empty() ? Value() : v.items()[0];
}

Datum index(std::span<const Value> items, std::int64_t i) {
  const auto size = static_cast<std::int64_t>(items.size());
  if (i < 0) i += size;
  return i >= 0 && i < size ? Datum(unwrap(items[static_cast<std::size_t>(i)])) : Datum();
}

Datum loop_member(const LoopObject& loop, std::string_view name) {
  const std::int64_t i = loop.index0;
  if (name == "index") return Value(i + 1);
  if (name == "index0") return Value(i);
  if (name == "first") return Value(i == 0);
  if (name == "last") return Value(i == loop.length - 1);
  if (name == "length") return Value(loop.length);
  if (name == "rindex") return Value(loop.length - i);
  if (name == "rindex0") return Value(loop.length - i - 1);
  if (loop.kind == Object::Kind::forloop) {
    if (name == "parentloop") return loop.parent == nullptr ? Datum() : Datum(loop.parent);
    return name == "name" ? Datum(Value(loop.name)) : Datum();
  }
  if (name == "col") return Value(loop.column);
  if (name == "col0") return Value(loop.column - 1);
  if (name == "row") return Value(loop.row);
  if (name == "col_first") return Value(loop.column == 1);
  if (name == "col_last") return Value(loop.column == loop.columns);
  return {};
}

Datum text_command(std::string_view text, std::string_view command) {
  if (command == "size") return Value(static_cast<std::int64_t>(utf8_count(text)));
  if (text.empty()) return Value("");
  if (command == "first") return Value(text.substr(0, utf8_length(text.front())));
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
  return Value(text.substr(at));
}

// .size .first .last on what has no member of that name.
Datum command(const Datum& of, std::string_view name, Rendering& r) {
  if (of.is_text()) return text_command(of.value.text(), name);
  if (of.is(Kind::integer) || of.is(Kind::uint) || of.is(Object::Kind::wide)) return name == "size" ? Datum(Value(8)) : Datum();
  const Sequence items(of);
  if (!items.is_walkable()) return {};
  if (name == "size") return Value(items.size());
  if (of.is(Kind::map) && name == "last") return {};
  if (of.is(Object::Kind::range)) {
    const auto& range = static_cast<const RangeObject&>(*of.object);
    return Value(name == "first" ? range.first : range.last);
  }
  if (items.size() == 0) return {};
  return items.at(name == "first" ? 0 : items.size() - 1, r);
}

std::string shown_in_comparison(const Datum& d, const Setting& setting) {
  constexpr std::int64_t small_max = std::int64_t{1} << 62;  // Ruby names the type of larger ones
  const bool small = d.is(Kind::integer) && d.value.integer() < small_max && d.value.integer() >= -small_max;
  const bool by_value = small || d.is(Kind::real) || d.is(Kind::boolean);
  if (!by_value) return std::string(class_name(d));
  std::string text;
  append_inspected(text, d.value, setting);
  return text;
}

}  // namespace

Datum Rendering::member(const Datum& of, const Step& step) {
  if (!step.at) {
    if (of.is(Kind::map)) {
      if (const Value* found = of.value.find(step.name.text, step.name.hash)) return unwrap(*found);
    } else if (of.is(Object::Kind::forloop) || of.is(Object::Kind::tablerowloop)) {
      return loop_member(static_cast<const LoopObject&>(*of.object), step.name.text);
    } else if (of.is(Object::Kind::self)) {
      return variable_in(*static_cast<const SelfObject&>(*of.object).world, step.name);
    }
    return step.command ? command(of, step.name.text, *this) : Datum();
  }
  const Datum key = evaluate(*step.at);
  if (!key.is_plain()) return {};
  if (of.is(Kind::list)) return key.is(Kind::integer) ? index(of.value.items(), key.value.integer()) : Datum();
  if (of.is(Kind::map)) {
    const Value* found = key.is_text() ? of.value.find(key.value.text()) : of.value.find_key(key.value);
    return found == nullptr ? Datum() : Datum(unwrap(*found));
  }
  if (!key.is_text()) return {};
  if (of.is(Object::Kind::forloop) || of.is(Object::Kind::tablerowloop)) return loop_member(static_cast<const LoopObject&>(*of.object), key.value.text());
  return of.is(Object::Kind::self) ? variable_in(*static_cast<const SelfObject&>(*of.object).world, Name(key.value.text())) : Datum();
}

bool Rendering::range_end(const Expression& e, bool literal, std::int64_t& to) {
  const Datum d = evaluate(e);
  to = 0;
  if (d.is_nil()) return true;
  if (d.is_text() || d.is(Kind::bytes)) {
    to = in_64_bits(leading_integer(d.value.text()));
    return true;
  }
  if (literal && d.is(Kind::real)) {
    to = in_64_bits(d.value.real());
    return true;
  }
  const auto n = to_integer(d);
  if (n) to = *n;
  else refuse("invalid integer");
  return n.has_value();
}

Datum Rendering::range(const Expression& e) {
  RangeObject range{{Object::Kind::range}, 0, 0};
  const bool literal = e.first->is_literal() && e.last->is_literal();
  if (!range_end(*e.first, literal, range.first) || !range_end(*e.last, literal, range.last)) return {};
  return Datum(make(range));
}

Datum Rendering::evaluate(const Expression& e) {
  if (e.kind == Expression::Kind::literal) return e.literal;
  if (e.kind == Expression::Kind::range) return range(e);
  Datum d;
  if (e.root_at) {
    const Datum name = evaluate(*e.root_at);
    if (name.is_text()) d = variable(Name(name.value.text()));
  } else {
    d = variable(e.root);
  }
  if (d.is(Kind::optional)) d = unwrap(d.value);
  for (const Step& step : e.steps) {
    if (d.is_nil()) return d;
    d = member(d, step);
  }
  return d;
}

Datum Rendering::run_filter(const FilterUse& use, const Datum& input) {
  if (use.filter == nullptr) return input;
  constexpr std::size_t inline_max = 4;
  const std::size_t count = use.arguments.size() + (use.named.empty() ? 0 : 1);
  std::array<Datum, inline_max> few;
  std::vector<Datum> many(count > inline_max ? count : 0);
  Datum* args = count > inline_max ? many.data() : few.data();
  for (std::size_t i = 0; i < use.arguments.size(); ++i) args[i] = evaluate(use.arguments[i]);
  if (!use.named.empty()) {
    MapBuilder named(arena_);
    for (const NamedArgument& a : use.named) {
      const Datum value = evaluate(a.value);
      named.add(Value(a.name.text), value.is_plain() ? value.value : Value(text_of(value, *this)));
    }
    args[count - 1] = named.build();
  }
  at(use.place);
  const int given = static_cast<int>(count);
  if (given < use.filter->args_min || given > use.filter->args_max) {
    const int wanted = 1 + (given < use.filter->args_min ? use.filter->args_min : use.filter->args_max);
    const bool one = use.filter->args_min == use.filter->args_max;
    return refuse(one ? fmt::format("wrong number of arguments (given {}, expected {})", given + 1, wanted)
                      : fmt::format("wrong number of arguments (given {}, expected {}..{})", given + 1, use.filter->args_min + 1, use.filter->args_max + 1));
  }
  return use.filter->run({*this, input, {args, count}});
}

Datum Rendering::evaluate(const Pipeline& p) {
  if (!p.source) return {};
  Datum d = evaluate(*p.source);
  for (const FilterUse& use : p.filters) {
    if (failed()) return {};
    d = run_filter(use, d);
  }
  return d;
}

bool Rendering::decide(const Comparison& c) {
  const Datum left = evaluate(c.left);
  if (c.op == Operator::none) return left.truthy();
  const Datum right = evaluate(c.right);
  switch (c.op) {
    case Operator::equal: return matches(left, right);
    case Operator::unequal: return !matches(left, right);
    case Operator::contains: return contains(left, right, *this);
    case Operator::unknown: refuse(fmt::format("Unknown operator {}", c.op_text)); return false;
    default: break;
  }
  const Order o = order(left, right);
  if (o.refused) {
    at(c.left.place);
    refuse(fmt::format("comparison of {} with {} failed", class_name(left), shown_in_comparison(right, setting_)));
  }
  if (!o.comparable) return false;
  switch (c.op) {
    case Operator::less: return o.sign < 0;
    case Operator::less_equal: return o.sign <= 0;
    case Operator::greater: return o.sign > 0;
    default: return o.sign >= 0;
  }
}

bool Rendering::holds(const Condition& c) {
  bool result = true;
  for (const Comparison& part : c.parts) {
    result = decide(part);
    if (failed()) return false;
    if (part.join == Comparison::Join::both && !result) break;
    if (part.join == Comparison::Join::either && result) break;
  }
  return result;
}

}  // namespace shopbell::liquid
