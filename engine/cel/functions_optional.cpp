// Optionals: values that may be absent. or() and orValue() are nodes of their own when they are
// planned, for they need not evaluate their argument; here are their types.

#include "cel/library.h"

namespace shopbell::cel {
namespace {

Value none(Call&, const Value*) { return Value::optional(nullptr); }
Value of(Call& call, const Value* args) { return call.optional(args[0]); }

bool is_zero(const Value& v) {
  switch (v.kind()) {
    case Kind::null: return true;
    case Kind::boolean: return !v.boolean();
    case Kind::integer: return v.integer() == 0;
    case Kind::uint: return v.uint() == 0;
    case Kind::real: return v.real() == 0;
    case Kind::duration: return v.seconds() == 0 && v.nanos() == 0;
    case Kind::string:
    case Kind::bytes:
    case Kind::list:
    case Kind::map:
    case Kind::optional: return v.size() == 0;
    default: return false;
  }
}

Value of_non_zero(Call& call, const Value* args) {
  return is_zero(args[0]) ? Value::optional(nullptr) : call.optional(args[0]);
}

Value value(Call& call, const Value* args) {
  return args[0].items().empty()
             ? call.fail("no_value", "the optional is empty", "hasValue() or orValue(x) tell what to do then")
             : args[0].items()[0];
}

Value has_value(Call&, const Value* args) { return !args[0].items().empty(); }
Value or_optional(Call&, const Value* args) { return args[0].items().empty() ? args[1] : args[0]; }
Value or_value(Call&, const Value* args) { return args[0].items().empty() ? args[1] : args[0].items()[0]; }

Value unwrap(Call& call, const Value* args) {
  const auto from = args[0].items();
  if (!call.spend(from.size())) return call.too_costly();
  Value* items = call.arena().make<Value>(from.size());
  std::size_t count = 0;
  for (const Value& v : from) {
    if (!v.is(Kind::optional)) return call.fail("no_such_overload", "unwrap needs a list of optionals");
    if (!v.items().empty()) items[count++] = v.items()[0];
  }
  return Value::list({items, count});
}

constexpr auto g = Style::global;
constexpr auto m = Style::member;

constexpr Entry entries[] = {
    {"optional.none", g, "", "optional_type(param:A)", none},
    {"optional.of", g, "param:A", "optional_type(param:A)", of},
    {"optional.ofNonZeroValue", g, "param:A", "optional_type(param:A)", of_non_zero},
    {"optional.unwrap", g, "list(optional_type(param:A))", "list(param:A)", unwrap},
    {"unwrapOpt", m, "list(optional_type(param:A))", "list(param:A)", unwrap},
    {"value", m, "optional_type(param:A)", "param:A", value},
    {"hasValue", m, "optional_type(param:A)", "bool", has_value},
    {"or", m, "optional_type(param:A), optional_type(param:A)", "optional_type(param:A)", or_optional},
    {"orValue", m, "optional_type(param:A), param:A", "param:A", or_value},
};

}  // namespace

std::span<const Entry> optional_functions() { return entries; }

}  // namespace shopbell::cel
