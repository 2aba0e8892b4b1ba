// include and render, and the templates that they find.

#include "liquid/casing.h"
#include "liquid/nodes.h"
#include "liquid/rendering.h"
#include "liquid/sequence.h"

#include <fmt/format.h>

namespace shopbell::liquid {
namespace {

std::string_view base_name(std::string_view name) { return name.substr(name.rfind('/') + 1); }

}  // namespace

Flow PartialNode::render(Rendering& r) const {
  if (!isolated && r.world().isolated) {
    r.refuse("include usage is not allowed in this context");
    return Flow::failed;
  }
  const Datum named = r.evaluate(name);
  r.at(place);
  if (!named.is_text()) {
    r.refuse("Argument error in tag 'include' - Illegal template name");
    return Flow::failed;
  }
  const std::string_view text = named.value.text();
  const Template* partial = r.find_partial(text);
  if (partial == nullptr) return Flow::failed;
  return isolated ? render_isolated(r, *partial, text) : include(r, *partial, text);
}

Flow PartialNode::include(Rendering& r, const Template& partial, std::string_view name_text) const {
  const Name variable(alias.empty() ? base_name(name_text) : alias);
  const Datum value = subject ? r.evaluate(*subject) : r.variable(Name(name_text));
  const std::size_t locals = r.locals();
  for (const NamedArgument& a : arguments) r.push(a.name, r.evaluate(a.value));
  const std::size_t slot = r.push(variable, value);
  Flow flow = r.failed() ? Flow::failed : Flow::go_on;
  if (flow == Flow::go_on && value.is(Kind::list)) {
    for (const Value& item : value.value.items()) {
      r.set(slot, item);
      flow = r.run_partial(partial, name_text);
      if (flow != Flow::go_on) break;
    }
  } else if (flow == Flow::go_on) {
    flow = r.run_partial(partial, name_text);
  }
  r.pop_to(locals);
  return flow;
}

Flow PartialNode::render_isolated(Rendering& r, const Template& partial, std::string_view name_text) const {
  const Name variable(alias.empty() ? base_name(name_text) : alias);
  const Datum value = subject ? r.evaluate(*subject) : Datum();
  if (r.failed()) return Flow::failed;
  const Sequence items(value);
  if (!each || !items.is_walkable()) return render_once(r, partial, variable, value, nullptr);
  auto* loop = r.make(LoopObject{{Object::Kind::forloop}, name_text, nullptr, items.size(), 0, 0, 0, 0});
  for (std::int64_t i = 0; i < items.size(); ++i, ++loop->index0)
    if (const Flow flow = render_once(r, partial, variable, items.at(i, r), loop); flow != Flow::go_on) return flow;
  return Flow::go_on;
}

Flow PartialNode::render_once(Rendering& r, const Template& partial, Name variable, const Datum& value, const LoopObject* loop) const {
  static const Name forloop_name("forloop");
  World inside;
  if (loop != nullptr) inside.assigned.insert_or_assign(forloop_name, Datum(loop));
  for (const NamedArgument& a : arguments) inside.assigned.insert_or_assign(a.name, r.evaluate(a.value));
  if (!value.is_nil()) inside.assigned.insert_or_assign(variable, value);
  return r.failed() ? Flow::failed : r.run_isolated(partial, name.literal.value.text(), inside);
}

void Partials::add(std::string name, Template t) { by_name_.insert_or_assign(std::move(name), std::move(t)); }

void Partials::add_broken(std::string name, Error error) { by_name_.insert_or_assign(std::move(name), std::move(error)); }

const std::variant<Template, Error>* Partials::find(std::string_view name, bool html) const {
  const std::size_t base = name.rfind('/') + 1;
  for (const std::string_view mark : {"", "_"}) {
    const std::string full = fmt::format("{}{}{}", name.substr(0, base), mark, name.substr(base));
    for (const std::string_view ending : {".html.liquid", "", ".liquid"}) {
      if (ending == ".html.liquid" && !html) continue;
      if (const auto found = by_name_.find(full + std::string(ending)); found != by_name_.end()) return &found->second;
    }
  }
  // Shopify's file names do not tell cases apart.
  for (const auto& [known, partial] : by_name_) {
    std::string_view stem = known;
    if (stem.ends_with(".liquid")) stem.remove_suffix(7);
    if (stem.size() == name.size() && compare_ignoring_case(stem, name) == 0) return &partial;
  }
  return nullptr;
}

std::vector<std::string_view> Partials::names() const {
  std::vector<std::string_view> names;
  for (const auto& [name, partial] : by_name_) names.push_back(name);
  return names;
}

}  // namespace shopbell::liquid
