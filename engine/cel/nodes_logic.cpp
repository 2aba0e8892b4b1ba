// Nodes of logic and comparison.

#include "cel/compare.h"
#include "cel/plan.h"

#include <optional>

namespace shopbell::cel {
namespace {

// && and ||: one operand that decides is enough, whatever the others are, errors included.
class Logical : public Node {
 public:
  Logical(bool is_or, Nodes operands) : is_or_(is_or), operands_(std::move(operands)) {}

 protected:
  Value run(Call& call) const override {
    std::optional<Value> undecided;
    for (const NodePtr& operand : operands_) {
      const Value v = operand->eval(call);
      if (v.is(Kind::boolean)) {
        if (v.boolean() == is_or_) return v;
      } else if (!undecided) {
        undecided = v.is(Kind::error) ? v : no_overload(call, is_or_ ? "||" : "&&", {&v, 1});
      }
    }
    return undecided ? *undecided : Value(!is_or_);
  }

 private:
  bool is_or_;
  Nodes operands_;
};

class Conditional : public Node {
 public:
  Conditional(NodePtr condition, NodePtr yes, NodePtr no)
      : condition_(std::move(condition)), yes_(std::move(yes)), no_(std::move(no)) {}

 protected:
  Value run(Call& call) const override {
    const Value v = condition_->eval(call);
    if (v.is(Kind::boolean)) return v.boolean() ? yes_->eval(call) : no_->eval(call);
    return v.is(Kind::error) ? v : no_overload(call, "? :", {&v, 1});
  }

 private:
  NodePtr condition_;
  NodePtr yes_;
  NodePtr no_;
};

class Equality : public Node {
 public:
  Equality(bool negated, NodePtr left, NodePtr right)
      : negated_(negated), left_(std::move(left)), right_(std::move(right)) {}

 protected:
  Value run(Call& call) const override {
    const Value a = left_->eval(call);
    if (a.is(Kind::error)) return a;
    const Value b = right_->eval(call);
    if (b.is(Kind::error)) return b;
    const bool equal = equals(call, a, b);
    if (!call.spent()) return equal != negated_;
    call.at(offset, length);
    return call.too_costly();
  }

 private:
  bool negated_;
  NodePtr left_;
  NodePtr right_;
};

enum class Order { less, less_equals, greater, greater_equals };

template <Order order>
class Ordering : public Node {
 public:
  Ordering(NodePtr left, NodePtr right) : left_(std::move(left)), right_(std::move(right)) {}

 protected:
  Value run(Call& call) const override {
    const Value a = left_->eval(call);
    if (a.is(Kind::error)) return a;
    const Value b = right_->eval(call);
    if (b.is(Kind::error)) return b;
    const auto result = compare(a, b);
    if (!result) {
      const Value both[] = {a, b};
      constexpr std::string_view names[] = {"<", "<=", ">", ">="};
      return no_overload(call, names[static_cast<int>(order)], both);
    }
    if constexpr (order == Order::less)
      return *result < 0;
    else if constexpr (order == Order::less_equals)
      return *result <= 0;
    else if constexpr (order == Order::greater)
      return *result > 0;
    else
      return *result >= 0;
  }

 private:
  NodePtr left_;
  NodePtr right_;
};

class In : public Node {
 public:
  In(NodePtr item, NodePtr container) : item_(std::move(item)), container_(std::move(container)) {}

 protected:
  Value run(Call& call) const override {
    const Value item = item_->eval(call);
    if (item.is(Kind::error)) return item;
    const Value container = container_->eval(call);
    if (container.is(Kind::error)) return container;
    if (container.is(Kind::map)) return find_member(container, item) != nullptr;
    if (!container.is(Kind::list)) {
      const Value both[] = {item, container};
      return no_overload(call, "in", both);
    }
    for (const Value& candidate : container.items())
      if (equals(call, item, candidate)) return true;
    if (call.spend(container.size() / 2)) return false;
    call.at(offset, length);
    return call.too_costly();
  }

 private:
  NodePtr item_;
  NodePtr container_;
};

}  // namespace

NodePtr make_logical(bool is_or, Nodes operands) {
  return std::make_unique<Logical>(is_or, std::move(operands));
}
NodePtr make_conditional(NodePtr condition, NodePtr yes, NodePtr no) {
  return std::make_unique<Conditional>(std::move(condition), std::move(yes), std::move(no));
}
NodePtr make_equality(bool negated, NodePtr left, NodePtr right) {
  return std::make_unique<Equality>(negated, std::move(left), std::move(right));
}
NodePtr make_in(NodePtr item, NodePtr container) {
  return std::make_unique<In>(std::move(item), std::move(container));
}

NodePtr make_order(std::string_view function, NodePtr left, NodePtr right) {
  if (function == op::less) return std::make_unique<Ordering<Order::less>>(std::move(left), std::move(right));
  if (function == op::less_equals)
    return std::make_unique<Ordering<Order::less_equals>>(std::move(left), std::move(right));
  if (function == op::greater)
    return std::make_unique<Ordering<Order::greater>>(std::move(left), std::move(right));
  return std::make_unique<Ordering<Order::greater_equals>>(std::move(left), std::move(right));
}

}  // namespace shopbell::cel
