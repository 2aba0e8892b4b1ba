#include "load/complete.h"

#include "load/complete_words.h"
#include "load/language.h"
#include "load/outline.h"
#include "load/schema.h"
#include "load/scope.h"

#include <shopbell/action.h>

#include <algorithm>
#include <iterator>
#include <set>

namespace shopbell {
namespace {

constexpr std::string_view definitions = "#/definitions/";

/// One of the forms that the schema allows at a place, and the definition that it is.
struct Allowed {
  Value schema;
  std::string_view name;
};

class Forms {
 public:
  explicit Forms(const Value& root) : root_(root) {}

  std::vector<Allowed> at(const YamlPath& path) const {
    std::vector<Allowed> now;
    expand(root_, {}, now);
    for (const PathPart& part : path) {
      std::vector<Allowed> next;
      for (const Allowed& form : now) {
        Value inner = part.item ? form.schema["items"] : form.schema["properties"][part.key];
        if (inner.is_null() && !part.item && form.schema["additionalProperties"].is(Kind::map)) inner = form.schema["additionalProperties"];
        if (!inner.is_null()) expand(inner, {}, next);
      }
      now = std::move(next);
    }
    return now;
  }
  void expand(const Value& schema, std::string_view name, std::vector<Allowed>& to) const {
    if (const std::string_view ref = schema["$ref"].text_or({}); ref.starts_with(definitions)) {
      const std::string_view defined = ref.substr(definitions.size());
      return expand(root_["definitions"][defined], defined, to);
    }
    const Value any = schema["anyOf"];
    if (any.is(Kind::list) && schema["properties"].is_null()) {
      for (const Value& one : any.items()) expand(one, name, to);
      return;
    }
    to.push_back({schema, name});
  }

 private:
  const Value& root_;
};

bool is_control(std::string_view name) {
  return std::any_of(std::begin(control_verbs), std::end(control_verbs), [&](const Key& key) { return key.name == name && !key.later; });
}
bool is_verb(std::string_view name) { return is_control(name) || find_action(name) != nullptr; }
bool is_modifier(std::string_view name) {
  return std::any_of(std::begin(action_keys), std::end(action_keys), [&](const Key& key) { return key.name == name; });
}
bool is_branch(std::string_view name) {
  return std::any_of(std::begin(branch_keys), std::end(branch_keys), [&](const Key& key) { return key.name == name; });
}

/// Whether a key has a meaning in a step that has those keys already.
bool fits_step(std::string_view key, const std::vector<std::string_view>& present) {
  std::string_view verb;
  for (const std::string_view one : present)
    if (is_verb(one) && (verb.empty() || one != "if")) verb = one;
  if (verb.empty()) return !is_modifier(key) && !is_branch(key);
  if (is_branch(key)) return verb == "if";
  if (is_verb(key)) return verb == "if" ? std::find(present.begin(), present.end(), "then") == present.end() : key == "if";
  if (is_modifier(key)) return find_action(verb) != nullptr || takes(verb, key);
  return true;
}

std::string kind_of_key(std::string_view key, std::string_view form) {
  if (form != "step") return "key";
  return find_action(key) != nullptr ? "action" : is_control(key) ? "verb" : "key";
}

class Writing {
 public:
  Writing(const ShopNames& shop, const Value& schema, std::string_view yaml, std::uint32_t at) : shop_(shop), forms_(schema), yaml_(yaml), at_(at), outline_(outline_of(yaml, at)) {}

  Completions complete() {
    if (!outline_.place) return {};
    const Outline::Place& place = *outline_.place;
    made_.from = place.begin;
    if (in_liquid(place.text)) return moved(liquid_words(place.text, scope_at(place.path, place.map)), place.begin);
    const auto forms = forms_.at(place.path);
    if (place.value && is_cel(forms) && !(place.key && has_keys(forms))) return moved(cel_words(place.text, scope_at(place.path, place.map)), place.begin);
    for (const Allowed& form : forms) {
      if (place.key) add_keys(form, place.map, {});
      if (place.value) add_values(form);
      if (place.key && place.value && form.schema["items"].is(Kind::map)) add_items(form.schema["items"]);
    }
    return std::move(made_);
  }

  Meaning meaning() {
    for (const Outline::Key& key : outline_.keys)
      if (key.begin <= at_ && at_ <= key.end) return meaning_of_key(key);
    for (const Outline::Scalar& scalar : outline_.scalars)
      if (scalar.begin <= at_ && at_ <= scalar.end) return meaning_of_scalar(scalar);
    return {};
  }

 private:
  static Completions moved(Completions words, std::uint32_t by) {
    words.from += by;
    return words;
  }
  static bool is_cel(const std::vector<Allowed>& forms) {
    return std::any_of(forms.begin(), forms.end(), [](const Allowed& form) { return form.name == "cel" || form.name == "cel_values"; });
  }
  static bool has_keys(const std::vector<Allowed>& forms) {
    return std::any_of(forms.begin(), forms.end(), [](const Allowed& form) { return form.schema["properties"].is(Kind::map); });
  }

  void add(Completion one) {
    if (std::none_of(made_.items.begin(), made_.items.end(), [&](const Completion& other) { return other.label == one.label; })) made_.items.push_back(std::move(one));
  }

  void add_keys(const Allowed& form, std::optional<std::size_t> map, std::string_view before) {
    const auto present = outline_.keys_of(map);
    const Value properties = form.schema["properties"];
    for (const Member& m : properties.is(Kind::map) ? properties.members() : std::span<const Member>{}) {
      const std::string_view name = m.key.text();
      if (std::find(present.begin(), present.end(), name) != present.end() || (form.name == "step" && !fits_step(name, present))) continue;
      add({std::string(name), std::string(before) + std::string(name) + ": ", kind_of_key(name, form.name), {}, std::string(m.value["description"].text_or({}))});
    }
    std::vector<Allowed> names;
    if (form.schema["propertyNames"].is(Kind::map)) forms_.expand(form.schema["propertyNames"], {}, names);
    for (const Allowed& one : names) add_choices(one, before, ": ");
  }

  void add_items(const Value& items) {
    std::vector<Allowed> inner;
    forms_.expand(items, {}, inner);
    for (const Allowed& form : inner) {
      add_keys(form, {}, "- ");
      add_choices(form, "- ", "");
    }
  }

  void add_choices(const Allowed& form, std::string_view before, std::string_view behind) {
    const Value names = form.schema["enum"], docs = form.schema["markdownEnumDescriptions"];
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string name(names.items()[i].text_or({}));
      add({name, std::string(before) + name + std::string(behind), form.name == "event" ? "event" : "choice", {}, docs.is(Kind::list) ? std::string(docs.items()[i].text_or({})) : std::string()});
    }
  }

  void add_values(const Allowed& form) {
    add_choices(form, {}, {});
    if (form.schema["type"].text_or({}) != "boolean") return;
    for (const char* word : {"true", "false"}) add({word, word, "choice", {}, {}});
  }

  Meaning meaning_of_key(const Outline::Key& key) const {
    for (const Allowed& form : forms_.at(key.path)) {
      const Value known = form.schema["properties"][key.text];
      if (!known.is_null()) return {key.begin, key.end, {key.text, {}, kind_of_key(key.text, form.name), {}, std::string(known["description"].text_or({}))}};
    }
    return {};
  }

  Meaning meaning_of_scalar(const Outline::Scalar& scalar) {
    const auto forms = forms_.at(scalar.path);
    const std::size_t at = at_ - scalar.begin;
    const std::string_view text = yaml_.substr(scalar.begin, scalar.end - scalar.begin);
    Meaning found;
    if (in_liquid(text.substr(0, at))) found = liquid_meaning(text, at, scope_at(scalar.path, scalar.map));
    else if (is_cel(forms)) found = cel_meaning(text, at, scope_at(scalar.path, scalar.map));
    if (!found.what.kind.empty()) return {found.begin + scalar.begin, found.end + scalar.begin, std::move(found.what)};
    for (const Allowed& form : forms) add_values(form);
    for (Completion& one : made_.items)
      if (one.label == scalar.text) return {scalar.begin, scalar.end, std::move(one)};
    return {};
  }

  // --- what expressions see
  /// Event types: of `on`, or of a map's `event`.
  std::vector<std::string> types_of(std::string_view top, std::optional<std::size_t> map) const {
    std::vector<std::string> types;
    for (const Outline::Scalar& scalar : outline_.scalars) {
      if (scalar.path.empty() || scalar.path[0].key != top || (map && scalar.map != map)) continue;
      const std::string& last = scalar.path.back().item ? (scalar.path.size() > 1 ? scalar.path[scalar.path.size() - 2].key : std::string()) : scalar.path.back().key;
      if (last == "schedule" || last == "every") types.emplace_back(schedule_fired);
      else if (last == "event" || (last == top && !map)) types.push_back(scalar.text);
    }
    return types;
  }

  Names names() const {
    Names made;
    for (const Outline::Key& key : outline_.keys)
      if (!key.path.empty() && (key.path.back().key == "set" || (key.path.size() == 1 && key.path[0].key == "vars"))) made.vars.insert(key.text);
    for (const Outline::Scalar& scalar : outline_.scalars) {
      if (scalar.path.empty() || scalar.path[0].key == "tests" || !scalar.map) continue;
      if (scalar.path.back().key == "id") made.steps.insert(scalar.text);
      if (scalar.path.back().key != "as") continue;
      made.outputs.insert(scalar.text);
      const Action* maker = nullptr;
      for (const std::string_view key : outline_.keys_of(scalar.map))
        if (const Action* action = find_action(key)) maker = action;
      made.makers[scalar.text] = maker;
    }
    if (std::any_of(outline_.keys.begin(), outline_.keys.end(), [](const Outline::Key& key) { return key.text == "for_each"; })) made.outputs.insert("item");
    if (std::any_of(outline_.keys.begin(), outline_.keys.end(), [](const Outline::Key& key) { return key.text == "on_error"; })) made.outputs.insert("error");
    if (std::any_of(outline_.keys.begin(), outline_.keys.end(), [](const Outline::Key& key) { return key.text == "collect" && key.path.empty(); })) made.outputs.insert("events");
    return made;
  }

  cel::Env scope_at(const YamlPath& path, std::optional<std::size_t> map) const {
    const std::string_view top = path.empty() ? std::string_view() : std::string_view(path[0].key);
    if (top == "on" || top == "stop_on") return trigger_scope(types_of(top, map), shop_.own_fields);
    const auto types = types_of("on", {});
    if (top == "if" || top == "per") return trigger_scope(types, shop_.own_fields);
    const bool awaits = path.size() > 1 && path.back().key == "where" && path[path.size() - 2].key == "wait_for";
    return awaits ? awaited_scope(types_of("steps", map), types, names(), shop_.own_fields) : step_scope(types, names(), shop_.own_fields);
  }

  const ShopNames& shop_;
  Forms forms_;
  std::string_view yaml_;
  std::uint32_t at_;
  Outline outline_;
  Completions made_;
};

}  // namespace

Completer::Completer(ShopNames shop) : shop_(std::move(shop)), schema_(workflow_schema(&shop_, arena_)) {}

Completions Completer::complete(std::string_view yaml, std::uint32_t at) const { return Writing(shop_, schema_, yaml, at).complete(); }
Meaning Completer::meaning(std::string_view yaml, std::uint32_t at) const { return Writing(shop_, schema_, yaml, at).meaning(); }

}  // namespace shopbell
