// Nodes that reach into values: variables, fields, elements.

#include "cel/compare.h"
#include "cel/plan.h"

#include "base/known_name.h"
#include "base/time.h"

#include <fmt/format.h>

namespace shopbell::cel {
namespace {

Value mended(const Value& v, Mending mending) {
  if (mending == Mending::timestamp) {
    const auto instant = v.is(Kind::string) ? parse_rfc3339(v.text()) : std::nullopt;
    return instant ? Value::timestamp(instant->seconds, instant->nanos) : v;
  }
  if (v.is(Kind::integer)) return static_cast<double>(v.integer());
  return v.is(Kind::uint) ? Value(static_cast<double>(v.uint())) : v;
}

struct Field {
  std::string_view name;
  std::uint32_t hash;
};

class Constant : public Node {
 public:
  explicit Constant(Value value) : value_(value) {}
  const Value* constant() const override { return &value_; }

 protected:
  Value run(Call&) const override { return value_; }

 private:
  Value value_;
};

// a.b.c: a variable and the plain fields behind it, in one step.
class Path : public Node {
 public:
  Path(std::string_view variable, std::int32_t local, std::span<const std::string_view> fields, Mending mending)
      : variable_{variable, key_hash(variable)}, local_(local), mending_(mending) {
    for (const std::string_view name : fields) {
      fields_.push_back({name, key_hash(name)});
      known_.emplace_back(name);
    }
  }

 protected:
  Value run(Call& call) const override {
    const Value* at = local_ >= 0 ? &call.slot(local_) : call.scope().find(variable_.name, variable_.hash);
    for (const KnownName& field : known_) {
      if (at == nullptr || !at->is(Kind::map)) return walk(call);
      at = field.find_in(*at);
    }
    if (at == nullptr) return walk(call);
    return mending_ == Mending::none ? *at : mended(*at, mending_);
  }

 private:
  // The same again for what is missing, an optional or an error: slower, and it can tell why.
  Value walk(Call& call) const {
    const Value* root = local_ >= 0 ? &call.slot(local_) : call.scope().find(variable_.name, variable_.hash);
    if (call.silent()) return walk_silently(call, root);
    if (root == nullptr)
      return fail(call, "unknown_variable", fmt::format("there is no variable {}", variable_.name));
    std::string path(variable_.name);
    Value at = *root;
    for (const Field& field : fields_) {
      if (at.is(Kind::error)) return at;
      if (at.is(Kind::map) && at.find(field.name, field.hash) == nullptr)
        return fail(call, "no_such_field", fmt::format("{} has no field {}", path, field.name),
                    fmt::format("has({}.{}) tells whether it is there", path, field.name));
      if (!at.is(Kind::map) && !at.is(Kind::optional))
        return fail(call, "no_such_field",
                    fmt::format("{} has no field {}: it is {}", path, field.name,
                                at.is_null() ? "null" : fmt::format("of type {}", type_name(at))));
      call.at(offset, length);
      at = select_field(call, at, field.name, field.hash);
      path += fmt::format(".{}", field.name);
    }
    return mending_ == Mending::none ? at : mended(at, mending_);
  }

  Value walk_silently(Call& call, const Value* root) const {
    Value at = root != nullptr ? *root : Call::fail_silently();
    for (const Field& field : fields_)
      if (!at.is(Kind::error)) at = select_field(call, at, field.name, field.hash);
    return mending_ == Mending::none ? at : mended(at, mending_);
  }

  Field variable_;
  std::int32_t local_;
  Mending mending_;
  std::vector<Field> fields_;
  std::vector<KnownName> known_;  // the same
};

class Select : public Node {
 public:
  Select(NodePtr operand, std::string_view field, Mending mending)
      : operand_(std::move(operand)), field_{field, key_hash(field)}, mending_(mending) {}

 protected:
  Value run(Call& call) const override {
    const Value operand = operand_->eval(call);
    if (operand.is(Kind::error)) return operand;
    call.at(offset, length);
    const Value value = select_field(call, operand, field_.name, field_.hash);
    return mending_ == Mending::none ? value : mended(value, mending_);
  }

 private:
  NodePtr operand_;
  Field field_;
  Mending mending_;
};

class OptionalSelect : public Node {
 public:
  OptionalSelect(NodePtr operand, std::string_view field)
      : operand_(std::move(operand)), field_{field, key_hash(field)} {}

 protected:
  Value run(Call& call) const override {
    Value operand = operand_->eval(call);
    if (operand.is(Kind::error)) return operand;
    if (operand.is(Kind::optional)) {
      if (operand.items().empty()) return operand;
      operand = operand.items()[0];
    }
    if (!operand.is(Kind::map))
      return fail(call, "no_such_overload", fmt::format("{} has no fields", type_name(operand)));
    return Value::optional(operand.find(field_.name, field_.hash));
  }

 private:
  NodePtr operand_;
  Field field_;
};

class Has : public Node {
 public:
  Has(NodePtr operand, std::string_view field)
      : operand_(std::move(operand)), field_{field, key_hash(field)} {}

 protected:
  Value run(Call& call) const override {
    Value operand = operand_->eval(call);
    if (operand.is(Kind::error)) return operand;
    while (operand.is(Kind::optional)) {
      if (operand.items().empty()) return false;
      operand = operand.items()[0];
    }
    if (!operand.is(Kind::map))
      return fail(call, "no_such_overload", fmt::format("{} has no fields", type_name(operand)));
    return operand.find(field_.name, field_.hash) != nullptr;
  }

 private:
  NodePtr operand_;
  Field field_;
};

class Index : public Node {
 public:
  Index(NodePtr operand, NodePtr index, bool optional)
      : operand_(std::move(operand)), index_(std::move(index)), optional_(optional) {}

 protected:
  Value run(Call& call) const override {
    Value operand = operand_->eval(call);
    if (operand.is(Kind::error)) return operand;
    const Value index = index_->eval(call);
    if (index.is(Kind::error)) return index;
    const bool chained = operand.is(Kind::optional);
    if (chained) {
      if (operand.items().empty()) return operand;
      operand = operand.items()[0];
    }
    const bool maybe = chained || optional_;
    if (operand.is(Kind::list)) return in_list(call, operand, index, maybe);
    if (!operand.is(Kind::map)) {
      const Value both[] = {operand, index};
      return no_overload(call, "[]", both);
    }
    const Value* found = find_member(operand, index);
    if (maybe) return Value::optional(found);
    return found != nullptr
               ? *found
               : fail(call, "no_such_key", fmt::format("there is no key {}", to_text(index, 60)));
  }

 private:
  Value in_list(Call& call, const Value& list, const Value& index, bool maybe) const {
    const auto position = index.is_number() ? whole(index) : std::nullopt;
    if (!position)
      return fail(call, "bad_argument", fmt::format("{} is no index of a list", to_text(index, 60)));
    const bool inside = *position >= 0 && static_cast<std::uint64_t>(*position) < list.size();
    if (inside) {
      const Value* found = &list.items()[static_cast<std::size_t>(*position)];
      return maybe ? Value::optional(found) : *found;
    }
    if (maybe) return Value::optional(nullptr);
    if (call.silent()) return Call::fail_silently();
    return fail(call, "out_of_range",
                fmt::format("there is no element {} in a list of {}", *position, list.size()));
  }

  NodePtr operand_;
  NodePtr index_;
  bool optional_;
};

}  // namespace

Value select_field(Call& call, const Value& operand, std::string_view name, std::uint32_t hash) {
  if (call.silent() && !operand.is(Kind::optional)) {
    const Value* found = operand.find(name, hash);
    return found != nullptr ? *found : Call::fail_silently();
  }
  if (operand.is(Kind::optional)) {
    if (operand.items().empty()) return operand;
    const Value& inner = operand.items()[0];
    if (inner.is(Kind::map)) return Value::optional(inner.find(name, hash));
    return call.fail("no_such_field", fmt::format("{} has no field {}", type_name(inner), name));
  }
  if (!operand.is(Kind::map))
    return call.fail("no_such_field", fmt::format("{} has no field {}", type_name(operand), name));
  const Value* found = operand.find(name, hash);
  return found != nullptr ? *found : call.fail("no_such_field", fmt::format("there is no field {}", name));
}

NodePtr make_constant(Value value) { return std::make_unique<Constant>(value); }
NodePtr make_path(std::string_view variable, std::int32_t local, std::vector<std::string_view> fields,
                  Mending mending) {
  return std::make_unique<Path>(variable, local, fields, mending);
}
NodePtr make_select(NodePtr operand, std::string_view field, Mending mending) {
  return std::make_unique<Select>(std::move(operand), field, mending);
}
NodePtr make_optional_select(NodePtr operand, std::string_view field) {
  return std::make_unique<OptionalSelect>(std::move(operand), field);
}
NodePtr make_has(NodePtr operand, std::string_view field) {
  return std::make_unique<Has>(std::move(operand), field);
}
NodePtr make_index(NodePtr operand, NodePtr index, bool optional) {
  return std::make_unique<Index>(std::move(operand), std::move(index), optional);
}

}  // namespace shopbell::cel
