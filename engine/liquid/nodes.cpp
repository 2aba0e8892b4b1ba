#include "liquid/nodes.h"

#include "liquid/compare.h"
#include "liquid/number.h"
#include "liquid/rendering.h"
#include "liquid/sequence.h"
#include "liquid/text.h"

#include <algorithm>

namespace shopbell::liquid {

Flow Body::render(Rendering& r) const {
  if (!r.enter()) return Flow::failed;
  Flow flow = Flow::go_on;
  for (const auto& node : nodes) {
    r.at(node->place);
    flow = r.count_step() ? node->render(r) : Flow::failed;
    if (r.failed() || !r.check_output()) flow = Flow::failed;
    if (flow == Flow::failed && r.setting().inline_errors && !r.fatal()) {
      r.write_inline_error(*node);
      flow = Flow::go_on;
    }
    if (flow != Flow::go_on) break;
  }
  r.leave();
  return flow;
}

Flow TextNode::render(Rendering& r) const {
  r.out() += text;
  return Flow::go_on;
}

Flow OutputNode::render(Rendering& r) const {
  const Datum d = r.evaluate(value);
  if (r.failed()) return Flow::failed;
  r.print(d);
  return Flow::go_on;
}

Flow AssignNode::render(Rendering& r) const {
  const Datum d = r.evaluate(value);
  if (r.failed()) return Flow::failed;
  r.assign(to, d);
  return Flow::go_on;
}

Flow CaptureNode::render(Rendering& r) const {
  std::string text;
  const Flow flow = r.capture(body, text);
  if (flow == Flow::failed) return flow;
  const std::string_view kept = r.keep(text);
  r.assign(to, r.html() ? safe_text(kept) : Datum(Value(kept)));
  return flow;
}

Flow CountNode::render(Rendering& r) const {
  std::int64_t& count = r.world().counters[name];
  r.out() += std::to_string(up ? count++ : --count);
  return Flow::go_on;
}

Flow IfNode::render(Rendering& r) const {
  for (const Branch& branch : branches) {
    bool taken = branch.condition.parts.empty() || r.holds(branch.condition);
    if (r.failed()) return Flow::failed;
    if (unless && &branch == &branches.front()) taken = !taken;
    if (taken) return branch.body.render(r);
  }
  return Flow::go_on;
}

// Every matching `when` is shown, once for each of its values that matches; `else` only if none was
// before it. That is what Shopify's engine does.
Flow CaseNode::render(Rendering& r) const {
  bool matched = false;
  for (const Branch& branch : branches) {
    if (branch.any_of.empty() && !matched) {
      if (const Flow flow = branch.body.render(r); flow != Flow::go_on) return flow;
    }
    for (const Expression& candidate : branch.any_of) {
      const Datum left = r.evaluate(subject);
      const Datum right = r.evaluate(candidate);
      if (r.failed()) return Flow::failed;
      if (!matches(left, right)) continue;
      matched = true;
      if (const Flow flow = branch.body.render(r); flow != Flow::go_on) return flow;
    }
  }
  return Flow::go_on;
}

Flow CycleNode::render(Rendering& r) const {
  std::string at = "=" + key;
  if (group) {
    at.clear();
    append_filter_text(at, r.evaluate(*group), r.setting());
  }
  if (r.failed()) return Flow::failed;
  std::size_t& turn = r.world().cycles[at];
  const Datum d = turn < values.size() ? r.evaluate(values[turn]) : Datum();
  turn = turn + 1 < values.size() ? turn + 1 : 0;
  if (r.failed()) return Flow::failed;
  r.print(d);
  return Flow::go_on;
}

Flow IfchangedNode::render(Rendering& r) const {
  std::string text;
  const Flow flow = r.capture(body, text);
  if (flow == Flow::failed) return flow;
  if (r.world().last_changed.value_or("") != text) {
    r.out() += text;
    r.world().last_changed = std::move(text);
  }
  return flow;
}

}  // namespace shopbell::liquid
