#include "cel/node.h"

#include "cel/compare.h"

#include <fmt/format.h>

namespace shopbell::cel {

constexpr std::size_t trace_parts_max = 500;  // of one node

Value Call::too_costly() {
  return fail("cost_too_high", fmt::format("the evaluation costs more than {}", cost_max_));
}

Value Call::fail_silently() {
  static const Error failed{"failed", {}, {}, 0, 0};
  return Value::error(&failed);
}

Value Call::fail(std::string_view code, std::string message, std::string hint) {
  if (silent_) return fail_silently();
  return Value::error(
      arena_.own<Error>(Error{std::string(code), std::move(message), std::move(hint), offset_, length_}));
}

Value Call::optional(const Value& inner) {
  auto* kept = arena_.make<Value>();
  *kept = inner;
  return Value::optional(kept);
}

Value Node::fail(Call& call, std::string_view code, std::string message, std::string hint) const {
  call.at(offset, length);
  return call.fail(code, std::move(message), std::move(hint));
}

Value Node::no_overload(Call& call, std::string_view function, std::span<const Value> args) const {
  if (call.silent()) return Call::fail_silently();
  std::string kinds;
  for (const Value& arg : args) kinds += fmt::format("{}{}", kinds.empty() ? "" : ", ", type_name(arg));
  return fail(call, "no_such_overload", fmt::format("'{}' does not go with {}", function, kinds));
}

Value Node::traced(Call& call) const {
  call.tracer()->enter();
  const Value value = run(call);
  call.tracer()->leave(*this, value);
  return value;
}

void Tracer::leave(const Node& node, const Value& value) {
  Trace done = std::move(open_.back());
  open_.pop_back();
  if (node.constant() != nullptr && open_.size() > 1) return;  // what is written there anyway
  done.text = source_.substr(node.offset, node.length);
  done.value = value;
  if (open_.back().parts.size() < trace_parts_max) open_.back().parts.push_back(std::move(done));
}

Trace Tracer::take() { return std::move(open_.front().parts.front()); }

}  // namespace shopbell::cel
