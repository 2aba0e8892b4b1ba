// for and tablerow.

#include "liquid/nodes.h"
#include "liquid/number.h"
#include "liquid/rendering.h"
#include "liquid/sequence.h"

#include <fmt/format.h>

namespace shopbell::liquid {
namespace {

// A loop's limit or offset. False: it is no whole number, and that is a failure.
bool read_integer(Rendering& r, const std::optional<Expression>& e, std::optional<std::int64_t>& to) {
  if (!e) return true;
  const Datum d = r.evaluate(*e);
  if (d.is_nil()) return true;
  r.at(e->place);
  to = to_integer(d);
  if (!to) r.refuse("invalid integer");
  return to.has_value();
}

// tablerow is softer: a text counts as the number that it begins with.
bool read_loosely(Rendering& r, const std::optional<Expression>& e, std::optional<std::int64_t>& to) {
  if (!e) return true;
  const Datum d = r.evaluate(*e);
  r.at(e->place);
  if (d.is_nil()) to = 0;
  else if (d.is_text()) to = in_64_bits(leading_integer(d.value.text()));
  else if (d.is(Kind::real)) to = in_64_bits(d.value.real());
  else to = to_integer(d);
  if (!to) r.refuse("invalid integer");
  return to.has_value();
}

std::int64_t add_clamped(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? (a < 0 ? INT64_MIN : INT64_MAX) : sum;
}

}  // namespace

Flow ForNode::render(Rendering& r) const {
  std::optional<std::int64_t> from;
  std::optional<std::int64_t> count;
  if (goes_on) from = r.world().offsets[this->name];
  else if (!read_integer(r, offset, from)) return Flow::failed;
  const Datum list = r.evaluate(collection);
  if (r.failed() || !read_integer(r, limit, count)) return Flow::failed;
  Sequence items(list);
  items.slice(from.value_or(0), count ? std::optional(add_clamped(*count, from.value_or(0))) : std::nullopt);
  if (reversed) items.reverse();
  r.world().offsets[this->name] = add_clamped(from.value_or(0), items.size());
  if (items.size() == 0) return has_otherwise ? otherwise.render(r) : Flow::go_on;
  return loop(r, items);
}

Flow ForNode::loop(Rendering& r, const Sequence& items) const {
  static const Name forloop_name("forloop");
  World& world = r.world();
  auto* state = r.make(LoopObject{{Object::Kind::forloop}, this->name, world.loop, items.size(), 0, 0, 0, 0});
  const std::size_t locals = r.locals();
  world.loop = state;
  r.push(forloop_name, Datum(state));
  const std::size_t slot = r.push(variable, {});
  Flow flow = Flow::go_on;
  for (std::int64_t i = 0; i < items.size(); ++i) {
    if (!r.count_step()) flow = Flow::failed;
    if (flow == Flow::failed) break;
    r.set(slot, items.at(i, r));
    flow = body.render(r);
    ++state->index0;
    if (flow == Flow::break_loop) break;
  }
  world.loop = state->parent;
  r.pop_to(locals);
  return flow == Flow::failed ? flow : Flow::go_on;
}

Flow TablerowNode::render(Rendering& r) const {
  const Datum list = r.evaluate(collection);
  if (r.failed()) return Flow::failed;
  if (!list.truthy()) return Flow::go_on;
  std::optional<std::int64_t> from;
  std::optional<std::int64_t> count;
  std::optional<std::int64_t> cols;
  if (!read_loosely(r, offset, from) || !read_loosely(r, limit, count)) return Flow::failed;
  Sequence items(list);
  items.slice(from.value_or(0), count ? std::optional(add_clamped(*count, from.value_or(0))) : std::nullopt);
  if (!read_loosely(r, columns, cols)) return Flow::failed;
  return loop(r, items, cols.value_or(items.size()));
}

Flow TablerowNode::loop(Rendering& r, const Sequence& items, std::int64_t cols) const {
  static const Name loop_name("tablerowloop");
  auto* state = r.make(LoopObject{{Object::Kind::tablerowloop}, {}, nullptr, items.size(), 0, cols, 1, 1});
  const std::size_t locals = r.locals();
  r.push(loop_name, Datum(state));
  const std::size_t slot = r.push(variable, {});
  r.out() += "<tr class=\"row1\">\n";
  Flow flow = Flow::go_on;
  for (std::int64_t i = 0; i < items.size(); ++i) {
    if (!r.count_step()) flow = Flow::failed;
    if (flow == Flow::failed) break;
    r.set(slot, items.at(i, r));
    fmt::format_to(std::back_inserter(r.out()), "<td class=\"col{}\">", state->column);
    flow = body.render(r);
    if (flow == Flow::failed) break;
    r.out() += "</td>";
    if (flow == Flow::break_loop) break;
    const bool row_ends = state->column == cols;
    if (row_ends && i + 1 < items.size()) fmt::format_to(std::back_inserter(r.out()), "</tr>\n<tr class=\"row{}\">", state->row + 1);
    ++state->index0;
    state->row += row_ends;
    state->column = row_ends ? 1 : state->column + 1;
  }
  r.pop_to(locals);
  if (flow == Flow::failed) return flow;
  r.out() += "</tr>\n";
  return Flow::go_on;
}

}  // namespace shopbell::liquid
