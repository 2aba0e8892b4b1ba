#include "load/scope.h"

#include "load/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace shopbell {
namespace {

using cel::Type;
using cel::TypeKind;

Type envelope() {
  return Type::object("event", {{"id", TypeKind::string, "Unique together with its source."},
                                {"type", TypeKind::string, "order.placed."},
                                {"time", TypeKind::timestamp, "When it happened."},
                                {"source", TypeKind::string, "Who told: a name of `sources`, or the CloudEvent's own."},
                                {"subject", TypeKind::string, "Whom it is about: customer:7."},
                                {"shop", TypeKind::string, "The shop's id."},
                                {"stale", TypeKind::boolean, "It came late: something newer about the same thing came before it."},
                                {"raw", Type(), "The platform's own body."}});
}

Type shop_facts() {
  std::vector<cel::Field> fields;
  for (const char* name : {"id", "name", "url", "currency", "timezone", "locale"})
    fields.push_back({name, TypeKind::string, ""});
  return Type::object("shop", std::move(fields));
}

Type names_type(std::string name, const std::set<std::string>& names) {
  std::vector<cel::Field> fields;
  for (const std::string& field : names) fields.push_back({field, Type(), ""});
  return Type::object(std::move(name), std::move(fields));
}

// The fields that an action's reference names: "a map: intent, mood". Their types are not known.
Type output_type(const Names& names, const std::string& name) {
  constexpr std::string_view begins = "a map: ";
  const auto maker = names.makers.find(name);
  if (maker == names.makers.end() || maker->second == nullptr || !maker->second->output.starts_with(begins)) return Type();
  std::vector<cel::Field> fields{{"error", Type(), "Of a step that has failed, with on_error: continue."}};
  for (std::string_view rest = maker->second->output.substr(begins.size()); !rest.empty();) {
    const std::size_t end = std::min(rest.find(", "), rest.size());
    if (rest.substr(0, end).find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != std::string_view::npos) return Type();
    fields.push_back({std::string(rest.substr(0, end)), Type(), ""});
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return Type::object(name, std::move(fields));
}

const cel::Env::Variable* variable(const cel::Env& scope, std::string_view name) {
  const auto& all = scope.variables();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& v) { return v.name == name; });
  return found == all.end() ? nullptr : &*found;
}

// "order", "items", "[]", "title" of "order.items[].title".
std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    if (path.starts_with('.')) path.remove_prefix(1);
    const std::size_t size = path.starts_with("[]") ? 2 : std::min(path.find_first_of(".["), path.size());
    if (size == 0) break;
    parts.push_back(path.substr(0, size));
    path.remove_prefix(size);
  }
  return parts;
}

// The type of a part of something, as Liquid reads it: .size, .first and .last work on any list.
std::optional<Type> part_type(const Type& of, std::string_view part) {
  if (of.is_dyn() || of.is(TypeKind::map)) return Type();
  if (of.is(TypeKind::object)) {
    if (const cel::Field* field = of.field(part)) return field->type;
    return part == "size" || part == "first" || part == "[]" ? std::optional<Type>(Type()) : std::nullopt;
  }
  if (of.is(TypeKind::list) && (part == "[]" || part == "first" || part == "last")) return of.params()[0];
  if (part == "size" && (of.is(TypeKind::list) || of.is(TypeKind::string))) return Type(TypeKind::integer);
  return std::nullopt;
}

std::string field_hint(const Type& of, std::string_view prefix, std::string_view part) {
  std::vector<std::string_view> names;
  for (const cel::Field& field : of.fields()) names.push_back(field.name);
  const std::string near = nearest(part, names);
  return near.empty() ? "" : fmt::format("did you mean {}.{}?", prefix, near);
}

std::optional<Error> unknown_part(const liquid::Template::Reading& reading, const cel::Env& scope) {
  const auto parts = parts_of(reading.path);
  if (parts.empty()) return std::nullopt;
  const auto* root = variable(scope, parts[0]);
  if (root == nullptr) {
    if (scope.is_open()) return std::nullopt;
    std::vector<std::string_view> names;
    for (const auto& v : scope.variables()) names.push_back(v.name);
    return Error{"unknown_field", fmt::format("there is no {} here", parts[0]), did_you_mean(parts[0], names),
                 reading.offset, reading.length};
  }
  Type type = root->type;
  std::string prefix(parts[0]);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::optional<Type> next = part_type(type, parts[i]);
    if (!next) {
      const std::string hint = type.is(TypeKind::object) ? field_hint(type, prefix, parts[i]) : "";
      return Error{"unknown_field", fmt::format("{} has no field {}", prefix, parts[i]), hint, reading.offset,
                   reading.length};
    }
    prefix.append(parts[i] == "[]" ? "" : ".").append(parts[i]);
    type = *next;
  }
  return std::nullopt;
}

}  // namespace

cel::Env trigger_scope(std::span<const std::string> event_types, const OwnFields& own) {
  std::map<std::string, Type> nouns;
  bool open = event_types.empty();
  for (const std::string& name : event_types) {
    const EventType* type = find_event_type(name);
    if (type == nullptr) {
      open = true;
      continue;
    }
    for (const auto& [noun, unused] : type->nouns) nouns.emplace(noun, noun_type(noun, own));
  }
  for (const auto& [noun, unused] : own)
    if (find_noun(noun) == nullptr) nouns.emplace(noun, noun_type(noun, own));
  cel::Env env;
  for (const auto& [noun, fields] : nouns) env.declare(noun, fields);
  if (!nouns.contains("conversation")) env.declare("conversation", noun_type("conversation", own));
  env.declare("customer", noun_type("customer", own))
      .declare("event", envelope())
      .declare("shop", shop_facts())
      .declare("now", TypeKind::timestamp);
  return env.open(open);
}

cel::Env step_scope(std::span<const std::string> event_types, const Names& names, const OwnFields& own) {
  cel::Env env = trigger_scope(event_types, own);
  const bool open = env.is_open();
  for (const std::string& output : names.outputs) env.declare(output, output_type(names, output));
  env.declare("vars", names_type("vars", names.vars)).declare("steps", names_type("steps", names.steps));
  return env.open(open);
}

cel::Env segment_scope(const OwnFields& own) {
  cel::Env env;
  env.declare("customer", noun_type("customer", own)).declare("shop", shop_facts()).declare("now", TypeKind::timestamp);
  return env;
}

cel::Env awaited_scope(std::span<const std::string> awaited, std::span<const std::string> trigger,
                       const Names& names, const OwnFields& own) {
  cel::Env env = step_scope(awaited, names, own);
  const cel::Env began = trigger_scope(trigger, own);
  std::vector<cel::Field> fields;
  for (const auto& v : began.variables())
    if (v.name != "event" && v.name != "shop" && v.name != "now") fields.push_back({v.name, v.type, ""});
  for (const char* name : {"id", "type", "source", "subject"}) fields.push_back({name, TypeKind::string, ""});
  fields.push_back({"time", TypeKind::timestamp, ""});
  const bool open = env.is_open();
  env.declare("trigger", began.is_open() ? Type() : Type::object("trigger", std::move(fields)));
  return env.open(open);
}

std::vector<Error> unknown_readings(const liquid::Template& t, const cel::Env& scope) {
  std::vector<Error> errors;
  for (const auto& reading : t.readings())
    if (auto error = unknown_part(reading, scope)) errors.push_back(std::move(*error));
  return errors;
}

}  // namespace shopbell
