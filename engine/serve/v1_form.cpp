#include "serve/v1_form.h"

#include "base/json.h"

#include <shopbell/text.h>

#include <algorithm>

namespace shopbell {
namespace {

std::string wrong(const V1Field& field, const Value& v) {
  if (v.is_null()) return field.required ? "it is needed" : "";
  if (field.type == "string" && !v.is(Kind::string)) return "it is no text";
  if (field.type == "integer" && !v.is(Kind::integer)) return "it is no whole number";
  if (field.type == "boolean" && !v.is(Kind::boolean)) return "it is neither true nor false";
  if (field.type != "texts") return {};
  const bool texts = v.is(Kind::list) && std::all_of(v.items().begin(), v.items().end(), [](const Value& one) { return one.is(Kind::string); });
  return texts ? "" : "it is no list of texts";
}

}  // namespace

std::vector<V1Field> fields_of(std::string_view form) {
  std::vector<V1Field> fields;
  while (!form.empty()) {
    std::string_view one = form.substr(0, form.find(' '));
    form.remove_prefix(std::min(form.size(), one.size() + 1));
    V1Field field;
    field.required = one.ends_with('!');
    if (field.required) one.remove_suffix(1);
    field.name = one.substr(0, one.find(':'));
    field.type = one.substr(field.name.size() + 1);
    fields.push_back(field);
  }
  return fields;
}

V1Answer read_form(V1Ask& ask) {
  if (ask.method == "GET" || ask.route->body.empty()) return v1_later();
  const std::string_view type = trimmed(std::string_view(ask.content_type).substr(0, ask.content_type.find(';')));
  if (type != "application/json") return v1_problem(415, "bad_content_type", "send application/json");
  const auto body = parse_json(ask.content, ask.arena);
  if (!body || !body->is(Kind::map)) return v1_problem(400, "bad_body", "the body is no JSON object");
  const auto fields = fields_of(ask.route->body);
  ListBuilder errors(ask.arena);
  const auto add = [&](std::string_view name, std::string_view why) {
    errors.add(make_map(ask.arena, {{"pointer", ask.arena.copy("#/" + std::string(name))}, {"detail", ask.arena.copy(why)}}));
  };
  for (const V1Field& field : fields)
    if (const std::string why = wrong(field, (*body)[field.name]); !why.empty()) add(field.name, why);
  for (const Member& m : body->members())
    if (std::none_of(fields.begin(), fields.end(), [&](const V1Field& f) { return f.name == m.key.text_or({}); })) add(m.key.text_or({}), "it is not known here");
  if (errors.size() > 0) return v1_problem(400, "bad_body", "the body is not as it should be: see errors", make_map(ask.arena, {{"errors", errors.build()}}));
  ask.body = *body;
  return v1_later();
}

}  // namespace shopbell
