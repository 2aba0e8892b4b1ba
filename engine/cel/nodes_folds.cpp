// Nodes of the macros: bodies that are evaluated for each element, and local variables.

#include "cel/compare.h"
#include "cel/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace shopbell::cel {
namespace {

constexpr std::string_view unset_name = "@unset";
Value unset() { return Value::of_text(Kind::type, unset_name); }
bool is_unset(const Value& v) { return v.is(Kind::type) && v.text().data() == unset_name.data(); }

class FoldNode : public Node {
 public:
  FoldNode(const Expr& e, NodePtr range, NodePtr body, NodePtr filter)
      : fold_(e.fold),
        pairs_(!e.var2.empty()),
        first_(e.local),
        name_(e.name),
        range_(std::move(range)),
        body_(std::move(body)),
        filter_(std::move(filter)) {}

 protected:
  Value run(Call& call) const override {
    const Value range = range_->eval(call);
    if (range.is(Kind::error)) return range;
    const bool wants_optional = fold_ == Fold::opt_map || fold_ == Fold::opt_flat_map;
    const bool fits = wants_optional
                          ? range.is(Kind::optional)
                          : range.is(Kind::list) || (range.is(Kind::map) && fold_ != Fold::sort_by);
    if (!fits) return no_overload(call, name_, {&range, 1});
    switch (fold_) {
      case Fold::all: return search(call, range, false);
      case Fold::exists: return search(call, range, true);
      case Fold::exists_one: return exists_one(call, range);
      case Fold::filter: return filter(call, range);
      case Fold::map: return map(call, range);
      case Fold::map_values: return map_values(call, range);
      case Fold::map_entries: return map_entries(call, range);
      case Fold::opt_map:
      case Fold::opt_flat_map: return optional(call, range);
      case Fold::sort_by: return sort_by(call, range);
    }
    return range;
  }

 private:
  // Sets the variables to the element at `i` and pays for it.
  bool visit(Call& call, const Value& range, std::size_t i) const {
    Value& first = call.slot(first_);
    if (range.is(Kind::map)) {
      first = range.members()[i].key;
      if (pairs_) call.slot(first_ + 1) = range.members()[i].value;
    } else if (pairs_) {
      first = static_cast<std::int64_t>(i);
      call.slot(first_ + 1) = range.items()[i];
    } else {
      first = range.items()[i];
    }
    if (call.tracer() != nullptr) call.tracer()->keep(range_->constant() == nullptr ? 1 : 0);
    return call.spend(1);
  }

  Value too_costly(Call& call) const {
    call.at(offset, length);
    return call.too_costly();
  }

  Value not_bool(Call& call, const Value& v) const {
    return v.is(Kind::error) ? v : no_overload(call, name_, {&v, 1});
  }

  // Whether an element has the body `wanted`; an error counts only when none has.
  Value search(Call& call, const Value& range, bool wanted) const {
    std::optional<Value> undecided;
    for (std::size_t i = 0; i < range.size(); ++i) {
      if (!visit(call, range, i)) return too_costly(call);
      const Value v = body_->eval(call);
      if (v.is(Kind::boolean)) {
        if (v.boolean() == wanted) return wanted;
      } else if (!undecided) {
        undecided = not_bool(call, v);
      }
    }
    return undecided ? *undecided : Value(!wanted);
  }

  Value exists_one(Call& call, const Value& range) const {
    std::size_t found = 0;
    for (std::size_t i = 0; i < range.size(); ++i) {
      if (!visit(call, range, i)) return too_costly(call);
      const Value v = body_->eval(call);
      if (!v.is(Kind::boolean)) return not_bool(call, v);
      found += v.boolean();
    }
    return found == 1;
  }

  Value filter(Call& call, const Value& range) const {
    Value* items = call.arena().make<Value>(range.size());
    std::size_t count = 0;
    for (std::size_t i = 0; i < range.size(); ++i) {
      if (!visit(call, range, i)) return too_costly(call);
      const Value element = call.slot(first_);
      const Value v = body_->eval(call);
      if (!v.is(Kind::boolean)) return not_bool(call, v);
      if (v.boolean()) items[count++] = element;
    }
    return Value::list({items, count});
  }

  // Whether the filter passes; anything but a bool is what the whole gives.
  std::optional<Value> passes(Call& call, bool& yes) const {
    yes = true;
    if (filter_ == nullptr) return std::nullopt;
    const Value v = filter_->eval(call);
    if (!v.is(Kind::boolean)) return not_bool(call, v);
    yes = v.boolean();
    return std::nullopt;
  }

  Value map(Call& call, const Value& range) const {
    Value* items = call.arena().make<Value>(range.size());
    std::size_t count = 0;
    for (std::size_t i = 0; i < range.size(); ++i) {
      if (!visit(call, range, i)) return too_costly(call);
      bool yes = false;
      if (const auto failed = passes(call, yes)) return *failed;
      if (!yes) continue;
      items[count] = body_->eval(call);
      if (items[count].is(Kind::error)) return items[count];
      ++count;
    }
    return Value::list({items, count});
  }

  Value map_values(Call& call, const Value& range) const {
    auto* members = call.arena().make<Member>(range.size());
    std::size_t count = 0;
    for (std::size_t i = 0; i < range.size(); ++i) {
      if (!visit(call, range, i)) return too_costly(call);
      const Value key = call.slot(first_);
      bool yes = false;
      if (const auto failed = passes(call, yes)) return *failed;
      if (!yes) continue;
      members[count] = {key, body_->eval(call)};
      if (members[count].value.is(Kind::error)) return members[count].value;
      ++count;
    }
    return freeze_map(call.arena(), {members, count});
  }

  Value map_entries(Call& call, const Value& range) const {
    std::vector<Member> members;
    for (std::size_t i = 0; i < range.size(); ++i) {
      if (!visit(call, range, i)) return too_costly(call);
      bool yes = false;
      if (const auto failed = passes(call, yes)) return *failed;
      if (!yes) continue;
      const Value entries = body_->eval(call);
      if (entries.is(Kind::error)) return entries;
      if (!entries.is(Kind::map)) return no_overload(call, name_, {&entries, 1});
      if (!call.spend(entries.size())) return too_costly(call);
      members.insert(members.end(), entries.members().begin(), entries.members().end());
    }
    const Value map = freeze_map(call.arena(), members);
    return map.size() == members.size() ? map : fail(call, "repeated_key", "a key of the map is made twice");
  }

  Value optional(Call& call, const Value& range) const {
    if (range.items().empty()) return range;
    if (!visit(call, range, 0)) return too_costly(call);
    const Value v = body_->eval(call);
    if (v.is(Kind::error)) return v;
    if (fold_ == Fold::opt_map) return call.optional(v);
    return v.is(Kind::optional) ? v : no_overload(call, name_, {&v, 1});
  }

  Value sort_by(Call& call, const Value& range) const {
    std::vector<Member> keyed;
    for (std::size_t i = 0; i < range.size(); ++i) {
      if (!visit(call, range, i) || !call.spend(10)) return too_costly(call);
      const Value key = body_->eval(call);
      if (key.is(Kind::error)) return key;
      const Value both[] = {key, keyed.empty() ? key : keyed.front().key};
      if (!sortable(both[0], both[1])) return no_overload(call, name_, both);
      keyed.push_back({key, range.items()[i]});
    }
    std::stable_sort(keyed.begin(), keyed.end(),
                     [](const Member& a, const Member& b) { return *compare(a.key, b.key) < 0; });
    Value* items = call.arena().make<Value>(keyed.size());
    std::transform(keyed.begin(), keyed.end(), items, [](const Member& m) { return m.value; });
    return Value::list({items, keyed.size()});
  }

  Fold fold_;
  bool pairs_;
  std::int32_t first_;
  std::string_view name_;
  NodePtr range_;
  NodePtr body_;
  NodePtr filter_;
};

class Bind : public Node {
 public:
  Bind(std::int32_t slot, NodePtr bound, NodePtr body)
      : slot_(slot), bound_(std::move(bound)), body_(std::move(body)) {}

 protected:
  // An error that is bound matters only where the variable is read.
  Value run(Call& call) const override {
    call.slot(slot_) = bound_->eval(call);
    return body_->eval(call);
  }

 private:
  std::int32_t slot_;
  NodePtr bound_;
  NodePtr body_;
};

class Block : public Node {
 public:
  Block(std::int32_t first_slot, Nodes slots, NodePtr body)
      : first_slot_(first_slot), slots_(std::move(slots)), body_(std::move(body)) {}

 protected:
  Value run(Call& call) const override {
    for (std::size_t i = 0; i < slots_.size(); ++i)
      call.slot(first_slot_ + static_cast<std::int32_t>(i)) = unset();
    return body_->eval(call);
  }

 private:
  std::int32_t first_slot_;
  Nodes slots_;
  NodePtr body_;
};

// cel.index(n): evaluated when it is first read.
class Slot : public Node {
 public:
  Slot(std::int32_t slot, const Node* expression) : slot_(slot), expression_(expression) {}

 protected:
  Value run(Call& call) const override {
    if (is_unset(call.slot(slot_))) call.slot(slot_) = expression_->eval(call);
    return call.slot(slot_);
  }

 private:
  std::int32_t slot_;
  const Node* expression_;
};

}  // namespace

NodePtr make_fold(const Expr& fold, NodePtr range, NodePtr body, NodePtr filter) {
  return std::make_unique<FoldNode>(fold, std::move(range), std::move(body), std::move(filter));
}
NodePtr make_bind(std::int32_t slot, NodePtr bound, NodePtr body) {
  return std::make_unique<Bind>(slot, std::move(bound), std::move(body));
}
NodePtr make_block(std::int32_t first_slot, Nodes slots, NodePtr body) {
  return std::make_unique<Block>(first_slot, std::move(slots), std::move(body));
}
NodePtr make_slot(std::int32_t slot, const Node* expression) {
  return std::make_unique<Slot>(slot, expression);
}

}  // namespace shopbell::cel
