// Nodes that call functions and build lists and maps.

#include "cel/compare.h"
#include "cel/plan.h"

#include <fmt/format.h>

#include <array>

namespace shopbell::cel {
namespace {

constexpr std::size_t args_inline = 6;

class Function : public Node {
 public:
  Function(std::string_view name, std::vector<const Overload*> overloads, Nodes args)
      : name_(name), args_(std::move(args)) {
    for (const Overload* o : overloads) {
      codes_.push_back(o->code);
      kinds_.insert(kinds_.end(), o->kinds.begin(), o->kinds.end());
    }
  }

 protected:
  Value run(Call& call) const override {
    std::array<Value, args_inline> few;
    Value* values = args_.size() <= args_inline ? few.data() : call.arena().make<Value>(args_.size());
    for (std::size_t i = 0; i < args_.size(); ++i) {
      values[i] = args_[i]->eval(call);
      if (values[i].is(Kind::error)) return values[i];
    }
    for (std::size_t i = 0; i < codes_.size(); ++i) {
      if (!takes(i, values)) continue;
      if (codes_[i] == nullptr)
        return fail(call, "unknown_function", fmt::format("{} is declared and has no code", name_));
      call.at(offset, length);
      return codes_[i](call, values);
    }
    return no_overload(call, written(name_), {values, args_.size()});
  }

 private:
  bool takes(std::size_t overload, const Value* values) const {
    const std::uint32_t* kinds = kinds_.data() + overload * args_.size();
    for (std::size_t i = 0; i < args_.size(); ++i)
      if ((kinds[i] & kind_bit(values[i].kind())) == 0) return false;
    return true;
  }

  std::string_view name_;
  std::vector<Env::Code> codes_;
  std::vector<std::uint32_t> kinds_;  // what each overload takes, one behind the other
  Nodes args_;
};

class UnknownFunction : public Node {
 public:
  explicit UnknownFunction(std::string_view name) : name_(name) {}

 protected:
  Value run(Call& call) const override {
    return fail(call, "unknown_function", fmt::format("there is no function {}", name_));
  }

 private:
  std::string_view name_;
};

// matches() with a constant pattern.
class Matches : public Node {
 public:
  Matches(NodePtr text, Regex regex) : text_(std::move(text)), regex_(std::move(regex)) {}

 protected:
  Value run(Call& call) const override {
    const Value text = text_->eval(call);
    if (text.is(Kind::error)) return text;
    if (!text.is(Kind::string)) return no_overload(call, "matches", {&text, 1});
    if (call.spend(text.size() / 10)) return regex_.matches(text.text());
    call.at(offset, length);
    return call.too_costly();
  }

 private:
  NodePtr text_;
  Regex regex_;
};

// a.or(b) and a.orValue(b): b is evaluated only when a is empty.
class OrElse : public Node {
 public:
  OrElse(bool unwraps, NodePtr optional, NodePtr otherwise)
      : unwraps_(unwraps), optional_(std::move(optional)), otherwise_(std::move(otherwise)) {}

 protected:
  Value run(Call& call) const override {
    const Value v = optional_->eval(call);
    if (v.is(Kind::error)) return v;
    if (!v.is(Kind::optional)) return no_overload(call, unwraps_ ? "orValue" : "or", {&v, 1});
    if (!v.items().empty()) return unwraps_ ? v.items()[0] : v;
    const Value otherwise = otherwise_->eval(call);
    if (unwraps_ || otherwise.is(Kind::error) || otherwise.is(Kind::optional)) return otherwise;
    const Value both[] = {v, otherwise};
    return no_overload(call, "or", both);
  }

 private:
  bool unwraps_;
  NodePtr optional_;
  NodePtr otherwise_;
};

class List : public Node {
 public:
  List(Nodes elements, std::vector<bool> optional)
      : elements_(std::move(elements)), optional_(std::move(optional)) {}

 protected:
  Value run(Call& call) const override {
    Value* items = call.arena().make<Value>(elements_.size());
    std::size_t count = 0;
    for (std::size_t i = 0; i < elements_.size(); ++i) {
      Value v = elements_[i]->eval(call);
      if (v.is(Kind::error)) return v;
      if (optional_[i]) {
        if (!v.is(Kind::optional)) return no_overload(call, "[?]", {&v, 1});
        if (v.items().empty()) continue;
        v = v.items()[0];
      }
      items[count++] = v;
    }
    return Value::list({items, count});
  }

 private:
  Nodes elements_;
  std::vector<bool> optional_;
};

bool may_be_key(const Value& v) {
  return v.is(Kind::string) || v.is(Kind::integer) || v.is(Kind::uint) || v.is(Kind::boolean);
}

// An int and a uint of the same number are one key, though not one value.
bool has_twin(const Value& map) {
  for (const Member& m : map.members()) {
    const auto as_int = m.key.is(Kind::uint) ? whole(m.key) : std::nullopt;
    if (as_int && map.find_key(Value(*as_int)) != nullptr) return true;
  }
  return false;
}

class Map : public Node {
 public:
  Map(Nodes parts, std::vector<bool> optional) : parts_(std::move(parts)), optional_(std::move(optional)) {}

 protected:
  Value run(Call& call) const override {
    auto* members = call.arena().make<Member>(optional_.size());
    std::size_t count = 0;
    for (std::size_t i = 0; i < optional_.size(); ++i) {
      const Value key = parts_[2 * i]->eval(call);
      if (key.is(Kind::error)) return key;
      Value v = parts_[2 * i + 1]->eval(call);
      if (v.is(Kind::error)) return v;
      if (!may_be_key(key))
        return fail(call, "bad_argument", fmt::format("{} cannot be the key of a map", to_text(key, 60)));
      if (optional_[i]) {
        if (!v.is(Kind::optional)) return no_overload(call, "{?}", {&v, 1});
        if (v.items().empty()) continue;
        v = v.items()[0];
      }
      members[count++] = {key, v};
    }
    const Value map = freeze_map(call.arena(), {members, count});
    return map.members().size() == count && !has_twin(map)
               ? map
               : fail(call, "repeated_key", "a key of the map stands twice");
  }

 private:
  Nodes parts_;
  std::vector<bool> optional_;
};

}  // namespace

NodePtr make_function(std::string_view name, std::vector<const Overload*> overloads, Nodes args) {
  return std::make_unique<Function>(name, std::move(overloads), std::move(args));
}
NodePtr make_unknown_function(std::string_view name) { return std::make_unique<UnknownFunction>(name); }
NodePtr make_matches(NodePtr text, Regex regex) {
  return std::make_unique<Matches>(std::move(text), std::move(regex));
}
NodePtr make_or_else(bool unwraps, NodePtr optional, NodePtr otherwise) {
  return std::make_unique<OrElse>(unwraps, std::move(optional), std::move(otherwise));
}
NodePtr make_list(Nodes elements, std::vector<bool> optional) {
  return std::make_unique<List>(std::move(elements), std::move(optional));
}
NodePtr make_map(Nodes parts, std::vector<bool> optional) {
  return std::make_unique<Map>(std::move(parts), std::move(optional));
}

}  // namespace shopbell::cel
