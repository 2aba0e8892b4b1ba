#pragma once
// A planned expression: a tree of nodes that evaluate themselves. Immutable, so any number of
// threads may run one tree; what belongs to one evaluation is in the Call.

#include "cel/call.h"

#include <cstdint>
#include <algorithm>
#include <memory>
#include <span>
#include <vector>

namespace shopbell::cel {

class Node {
 public:
  virtual ~Node() = default;

  Value eval(Call& call) const {
    call.spend(1);
    return call.tracer() == nullptr ? run(call) : traced(call);
  }
  /// The value of a node that has the same one in every evaluation; else nullptr.
  virtual const Value* constant() const { return nullptr; }

  std::uint32_t offset = 0;
  std::uint32_t length = 0;

 protected:
  virtual Value run(Call& call) const = 0;
  Value fail(Call& call, std::string_view code, std::string message, std::string hint = {}) const;
  /// "no_such_overload" for values that an operator or function does not take.
  Value no_overload(Call& call, std::string_view function, std::span<const Value> args) const;

 private:
  Value traced(Call& call) const;
};

using NodePtr = std::unique_ptr<Node>;
using Nodes = std::vector<NodePtr>;

/// Collects what an evaluation with explanation sees.
class Tracer {
 public:
  explicit Tracer(std::string_view source) : source_(source), open_(1) {}

  void enter() { open_.emplace_back(); }
  void leave(const Node& node, const Value& value);
  /// Keeps the first `count` parts of what is being evaluated: a macro forgets all elements but one.
  void keep(std::size_t count) { open_.back().parts.resize(std::min(count, open_.back().parts.size())); }
  std::size_t parts() const { return open_.back().parts.size(); }
  Trace take();

 private:
  std::string_view source_;
  std::vector<Trace> open_;
};

/// a.name of a value: the field of a map, or of what an optional holds.
Value select_field(Call& call, const Value& operand, std::string_view name, std::uint32_t hash);

}  // namespace shopbell::cel
