#pragma once
// One evaluation under way: where results go, what it may still cost, and where an error is placed.

#include "cel/cel.h"

#include <shopbell/arena.h>
#include <shopbell/value.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace shopbell::cel {

class Tracer;

class Call {
 public:
  Call(const Value& scope, Arena& arena, const Limits& limits, Value* slots, Tracer* tracer)
      : scope_(scope), arena_(arena), slots_(slots), tracer_(tracer), silent_(!limits.messages), cost_max_(limits.cost_max) {}

  Arena& arena() const { return arena_; }
  const Value& scope() const { return scope_; }
  Value& slot(std::int32_t number) const { return slots_[number]; }
  Tracer* tracer() const { return tracer_; }

  /// Adds to the cost; false: it is above the limit, return too_costly().
  bool spend(std::uint64_t amount) {
    cost_ += amount;
    return cost_ <= cost_max_;
  }
  bool spent() const { return cost_ > cost_max_; }
  Value too_costly();

  /// Nobody will read the message: fail_silently().
  bool silent() const { return silent_; }
  static Value fail_silently();
  /// An error at the node that runs.
  Value fail(std::string_view code, std::string message, std::string hint = {});
  /// A text or bytes in the arena.
  Value text(std::string_view content, Kind kind = Kind::string) { return Value::of_text(kind, arena_.copy(content)); }
  Value optional(const Value& inner);

  void at(std::uint32_t offset, std::uint32_t length) { offset_ = offset, length_ = length; }

 private:
  const Value& scope_;
  Arena& arena_;
  Value* slots_;
  Tracer* tracer_;
  bool silent_;
  std::uint64_t cost_ = 0;
  std::uint64_t cost_max_;
  std::uint32_t offset_ = 0;
  std::uint32_t length_ = 0;
};

}  // namespace shopbell::cel
