#include "load/schema.h"

#include "load/draft.h"
#include "load/language.h"
#include "load/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace shopbell {
namespace {

constexpr std::string_view id_pattern = "^[a-z0-9][a-z0-9-]*$";
constexpr std::string_view step_id_pattern = "^[a-z][a-z0-9_-]*$";
constexpr std::string_view name_pattern = "^[a-z_][a-z0-9_]*$";
constexpr std::string_view event_pattern = "^[a-z][a-z0-9_-]*(\\.[a-z0-9_-]+)+$";
constexpr std::string_view duration_pattern = "^(([0-9]+(w|d|h|ms|m|s))+|P([0-9]+[WD])*(T([0-9]+[HMS])+)?)$";
constexpr std::string_view limit_pattern = "^[0-9]+ per ";
constexpr std::string_view instant_pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]+([Zz]|[+-][0-9:]+)$";

// What stands in `on` when other workflows alone start it.
constexpr std::array<std::string_view, 1> call_only{"call"};

class Writer {
 public:
  Writer(const ShopNames* shop, Arena& arena) : shop_(shop), arena_(arena) {}

  Value document() {
    MapBuilder root(arena_);
    root.add("$schema", "http://json-schema.org/draft-07/schema#");
    for (const Member& m : object(workflow_keys, workflow_required).members())
      root.add(m.key.text(), m.value);
    root.add("definitions", definitions());
    return root.build();
  }

 private:
  Value definitions() {
    return make_map(arena_, {{"cel", make_map(arena_, {{"type", texts({"string", "number", "boolean"})}})},
                             {"cel_values", cel_values()},
                             {"liquid", make_map(arena_, {{"type", texts({"string", "number", "boolean"})}})},
                             {"duration", pattern(duration_pattern)},
                             {"event", event()},
                             {"start", any_of({ref("trigger"), object(schedule_keys, {"schedule"}, {"every"}),
                                               object(schedule_keys, {"every"}, {"schedule"}), choice(call_only)})},
                             {"trigger", any_of({ref("event"), object(trigger_keys, {"event"})})},
                             {"steps", list(ref("step"))},
                             {"step", step()},
                             {"case", any_of({object(case_keys, {"if", "do"}, {"else"}),
                                              object(case_keys, {"else"}, {"if", "do"})})},
                             {"given", given()},
                             {"expected", expected()}});
  }

  // Pieces of JSON Schema.
  Value ref(std::string_view name) {
    return make_map(arena_, {{"$ref", arena_.copy(fmt::format("#/definitions/{}", name))}});
  }
  Value type(std::string_view name) { return make_map(arena_, {{"type", name}}); }
  Value pattern(std::string_view text) { return make_map(arena_, {{"type", "string"}, {"pattern", text}}); }
  Value list(const Value& items) { return make_map(arena_, {{"type", "array"}, {"items", items}}); }
  Value texts(std::span<const std::string_view> names) {
    ListBuilder made(arena_);
    for (const std::string_view name : names) made.add(name);
    return made.build();
  }
  Value texts(std::initializer_list<std::string_view> names) {
    return texts(std::span(names.begin(), names.size()));
  }
  Value choice(std::span<const std::string_view> names) { return make_map(arena_, {{"enum", texts(names)}}); }
  Value any_of(std::initializer_list<Value> forms) {
    return make_map(arena_, {{"anyOf", make_list(arena_, std::span(forms.begin(), forms.size()))}});
  }
  Value with_doc(const Value& form, std::string_view doc) {
    return MapBuilder(arena_, form).add("description", doc).build();
  }
  // Names may be known only in part: then the form is enough, and the names are offered.
  Value offered(const Value& names, const Value& form) { return any_of({names, form}); }

  using Names = std::span<const std::string_view>;
  Value object(std::span<const Key> keys, Names required, Names without = {}) {
    MapBuilder properties(arena_);
    for (const Key& key : keys)
      if (!key.later && std::find(without.begin(), without.end(), key.name) == without.end())
        properties.add(key.name, with_doc(form(key), key.doc));
    MapBuilder made(arena_);
    made.add("type", "object").add("additionalProperties", false).add("properties", properties.build());
    if (!required.empty()) made.add("required", texts(required));
    return made.build();
  }
  Value object(std::span<const Key> keys, std::initializer_list<std::string_view> required,
               std::initializer_list<std::string_view> without = {}) {
    return object(keys, Names(required.begin(), required.size()), Names(without.begin(), without.size()));
  }
  Value named_values(const Value& of) {
    return make_map(arena_, {{"type", "object"},
                             {"propertyNames", make_map(arena_, {{"pattern", name_pattern}})},
                             {"additionalProperties", of}});
  }

  Value form(const Key& key) {
    switch (key.form) {
      case Form::any: return freeze_map(arena_, {});
      case Form::text: return type("string");
      case Form::id: return pattern(id_pattern);
      case Form::step_id: return pattern(step_id_pattern);
      case Form::name: return pattern(name_pattern);
      case Form::flag: return type("boolean");
      case Form::attempts:
        return make_map(arena_, {{"type", "integer"}, {"minimum", 1}, {"maximum", attempts_max}});
      case Form::duration: return ref("duration");
      case Form::instant: return pattern(instant_pattern);
      case Form::choice: return choice(key.choices);
      case Form::choices: return any_of({choice(key.choices), list(choice(key.choices))});
      case Form::cel: return ref("cel");
      case Form::event: return ref("event");
      case Form::own_event: return pattern(event_pattern);
      case Form::starts: return any_of({ref("start"), list(ref("start"))});
      case Form::triggers: return any_of({ref("trigger"), list(ref("trigger"))});
      case Form::events: return any_of({ref("event"), list(ref("event"))});
      case Form::per: return offered(choice(pers), type("string"));
      case Form::limit: return pattern(limit_pattern);
      case Form::expressions: return named_values(ref("cel"));
      case Form::values: return named_values(ref("cel_values"));
      case Form::steps: return ref("steps");
      case Form::cases: return list(ref("case"));
      case Form::wait: return any_of({type("string"), object(wait_keys, {"until"})});
      case Form::wait_for: return object(wait_for_keys, {"event"});
      case Form::lookup: return object(lookup_keys, {"number", "proof"});
      case Form::for_each: return object(for_each_keys, {"in", "do"});
      case Form::parallel: return any_of({list(ref("steps")), object(parallel_keys, {})});
      case Form::branches: return list(ref("steps"));
      case Form::call: return any_of({pattern(id_pattern), object(call_keys, {"workflow"})});
      case Form::collect: return object(collect_keys, {"quiet"});
      case Form::emit: return any_of({pattern(event_pattern), object(emit_keys, {"type"})});
      case Form::reason: return any_of({ref("liquid"), type("null")});
      case Form::retry: return object(retry_keys, {});
      case Form::on_error: return any_of({choice(key.choices), ref("steps")});
      case Form::tests: return list(object(test_keys, test_required));
      case Form::ids: return list(pattern(id_pattern));
      case Form::respond: return make_map(arena_, {{"type", "object"}, {"additionalProperties", answer()}});
      case Form::given: return list(ref("given"));
      case Form::expected: return list(ref("expected"));
    }
    return {};
  }

  Value event() {
    ListBuilder names(arena_), docs(arena_);
    for (const std::string_view name : event_type_names()) {
      if (name == schedule_fired) continue;  // a schedule stands there itself
      names.add(name);
      docs.add(std::string_view(find_event_type(name)->doc));
    }
    if (shop_ != nullptr)
      for (const std::string& name : shop_->own_events) {
        names.add(arena_.copy(name));
        docs.add("An event of the shop's own.");
      }
    const Value known =
        make_map(arena_, {{"enum", names.build()}, {"markdownEnumDescriptions", docs.build()}});
    return shop_ != nullptr ? known : offered(known, pattern(event_pattern));
  }

  Value cel_values() {
    return any_of({ref("cel"), type("null"), list(ref("cel_values")),
                   make_map(arena_, {{"type", "object"}, {"additionalProperties", ref("cel_values")}})});
  }

  // A step has one verb; its other keys say more about it.
  Value step() {
    MapBuilder properties(arena_);
    ListBuilder verbs(arena_);
    for (const Key& key : control_verbs) {
      if (key.later) continue;
      properties.add(key.name, with_doc(form(key), key.doc));
      if (key.name != "if") verbs.add(control(key.name));
    }
    verbs.add(control("if"));
    for (const Action* action : all_actions()) {
      properties.add(action->name, with_doc(arguments(*action), action->summary));
      verbs.add(make_map(arena_, {{"required", texts({action->name})}, {"not", has_any(branch_keys)}}));
    }
    for (const std::span<const Key> keys :
         {std::span<const Key>(step_keys), std::span<const Key>(action_keys),
          std::span<const Key>(branch_keys)})
      for (const Key& key : keys) properties.add(key.name, with_doc(form(key), key.doc));
    return make_map(arena_, {{"type", "object"},
                             {"additionalProperties", false},
                             {"properties", properties.build()},
                             {"oneOf", verbs.build()}});
  }

  Value has_any(std::span<const Key> keys) {
    ListBuilder forms(arena_);
    for (const Key& key : keys) forms.add(make_map(arena_, {{"required", texts({key.name})}}));
    return make_map(arena_, {{"anyOf", forms.build()}});
  }

  // What a verb does not take has no meaning beside it; then and else belong to `if` alone.
  Value control(std::string_view verb) {
    std::vector<Key> others;
    for (const Key& key : action_keys)
      if (!takes(verb, key.name)) others.push_back(key);
    if (verb == "if") return make_map(arena_, {{"required", texts({"if", "then"})}, {"not", has_any(others)}});
    others.insert(others.end(), std::begin(branch_keys), std::end(branch_keys));
    return make_map(arena_, {{"required", texts({verb})}, {"not", has_any(others)}});
  }

  Value arguments(const Action& action) {
    MapBuilder properties(arena_);
    std::vector<std::string_view> required;
    const Param* alone = nullptr;
    for (const Param& param : action.params) {
      properties.add(param.name, with_doc(form(param), doc_of(param)));
      if (param.required) required.push_back(param.name);
      if (param.positional) alone = &param;
    }
    if (action.name == "ask")
      for (const Key& key : ask_keys) properties.add(key.name, with_doc(form(key), key.doc));
    MapBuilder made(arena_);
    made.add("type", "object").add("additionalProperties", false).add("properties", properties.build());
    if (!required.empty()) made.add("required", texts(required));
    std::vector<Value> forms{made.build()};
    if (alone != nullptr) forms.push_back(form(*alone));
    if (required.empty()) forms.push_back(type("null"));
    return forms.size() == 1 ? forms[0] : make_map(arena_, {{"anyOf", make_list(arena_, forms)}});
  }

  std::string_view doc_of(const Param& param) {
    if (param.otherwise.empty()) return param.doc;
    return arena_.copy(fmt::format("{} Otherwise: {}", param.doc, param.otherwise));
  }

  Value form(const Param& param) {
    switch (param.type) {
      case ParamType::text: return ref("liquid");
      case ParamType::page: return page();
      case ParamType::value: return freeze_map(arena_, {});
      case ParamType::cel: return ref("cel_values");
      case ParamType::whole: return type("integer");
      case ParamType::number: return type("number");
      case ParamType::flag: return type("boolean");
      case ParamType::duration: return ref("duration");
      case ParamType::choice: return choice(param.choices);
      case ParamType::texts: return any_of({ref("liquid"), list(ref("liquid"))});
    }
    return {};
  }

  Value page() {
    if (shop_ == nullptr) return type("string");
    ListBuilder names(arena_);
    for (const std::string& name : shop_->templates) names.add(arena_.copy(name));
    return make_map(arena_, {{"type", "string"}, {"enum", names.build()}});
  }

  Value given() {
    const Value data = make_map(arena_, {{"type", "object"}});
    const Value names = any_of({choice(std::array<std::string_view, 5>{"after", "respond", "id", "subject", "ago"}), ref("event")});
    return make_map(arena_, {{"type", "object"},
                             {"minProperties", 1},
                             {"maxProperties", 4},
                             {"properties", make_map(arena_, {{"after", ref("duration")},
                                                              {"respond", form(*find_key(test_keys, "respond"))},
                                                              {"id", type("string")},
                                                              {"subject", type("string")},
                                                              {"ago", ref("duration")}})},
                             {"propertyNames", names},
                             {"additionalProperties", data}});
  }

  Value answer() {
    const Value one = any_of({choice(answers), object(answer_keys, {})});
    return any_of({one, list(one)});
  }

  Value expected() {
    std::vector<std::string_view> verbs(expected_verbs.begin(), expected_verbs.end());
    MapBuilder given(arena_);
    for (const Action* action : all_actions()) {
      verbs.push_back(action->name);
      given.add(action->name, expected_arguments(*action));
    }
    return any_of({choice(verbs), make_map(arena_, {{"type", "object"},
                                                    {"minProperties", 1},
                                                    {"maxProperties", 1},
                                                    {"properties", given.build()},
                                                    {"propertyNames", choice(verbs)}})});
  }

  // What an expected action was given: by name, in part, or the one parameter that needs no name.
  Value expected_arguments(const Action& action) {
    std::vector<std::string_view> names;
    for (const Param& param : action.params) {
      names.push_back(param.name);
      if (param.positional) names.insert(names.end(), text_matchers.begin(), text_matchers.end());
    }
    const Value by_name = make_map(arena_, {{"type", "object"}, {"propertyNames", choice(names)}});
    return any_of({make_map(arena_, {{"type", texts({"string", "number", "boolean", "array", "null"})}}), by_name});
  }

  const ShopNames* shop_;
  Arena& arena_;
};

}  // namespace

Value workflow_schema(const ShopNames* shop, Arena& arena) { return Writer(shop, arena).document(); }

}  // namespace shopbell
