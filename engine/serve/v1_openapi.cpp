// GET /openapi.json: the table of routes as OpenAPI 3.1 (spec.openapis.org/oas/v3.1.0).

#include "serve/v1_form.h"
#include "serve/v1_handlers.h"

#include <map>

namespace shopbell::v1 {
namespace {

Value text(Arena& arena, std::string_view t) { return arena.copy(t); }

Value schema_of(std::string_view type, Arena& arena) {
  if (type == "texts") return make_map(arena, {{"type", "array"}, {"items", make_map(arena, {{"type", "string"}})}});
  if (type == "any") return freeze_map(arena, {});
  return make_map(arena, {{"type", type}});
}

Value body_of(std::string_view form, Arena& arena) {
  MapBuilder properties(arena);
  ListBuilder required(arena);
  for (const V1Field& field : fields_of(form)) {
    properties.add(field.name, schema_of(field.type, arena));
    if (field.required) required.add(field.name);
  }
  const Value schema = make_map(arena, {{"type", "object"}, {"properties", properties.build()}, {"required", required.build()}, {"additionalProperties", false}});
  const Value content = make_map(arena, {{"application/json", make_map(arena, {{"schema", schema}})}});
  return make_map(arena, {{"required", true}, {"content", content}});
}

Value parameters_of(const V1Route& route, Arena& arena) {
  ListBuilder list(arena);
  const auto add = [&](std::string_view name, std::string_view in, bool required) {
    list.add(make_map(arena, {{"name", name}, {"in", in}, {"required", required}, {"schema", make_map(arena, {{"type", name == "limit" || name == "days" ? "integer" : "string"}})}}));
  };
  for (std::size_t at = 0; (at = route.path.find('{', at)) != std::string_view::npos; ++at) add(route.path.substr(at + 1, route.path.find('}', at) - at - 1), "path", true);
  for (std::string_view rest = route.query; !rest.empty();) {
    const std::string_view one = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    add(one, "query", false);
  }
  if (route.method != "GET" && route.permission != Permission::anyone)
    list.add(make_map(arena, {{"name", "Idempotency-Key"}, {"in", "header"}, {"required", false}, {"schema", make_map(arena, {{"type", "string"}, {"maxLength", std::int64_t{200}}})}}));
  return list.build();
}

Value answer_of(std::string_view description, std::string_view type, std::string_view schema, Arena& arena) {
  const Value content = make_map(arena, {{type, make_map(arena, {{"schema", make_map(arena, {{"$ref", text(arena, "#/components/schemas/" + std::string(schema))}})}})}});
  return make_map(arena, {{"description", description}, {"content", content}});
}

std::string operation_id(const V1Route& route) {
  std::string id(route.method);
  for (char& c : id) c = static_cast<char>(c - 'A' + 'a');
  for (const char c : route.path) id += (c >= 'a' && c <= 'z') ? c : '_';
  std::string tidy;
  for (const char c : id)
    if (c != '_' || (!tidy.empty() && tidy.back() != '_')) tidy += c;
  while (tidy.ends_with('_')) tidy.pop_back();
  return tidy;
}

Value operation_of(const V1Route& route, Arena& arena) {
  MapBuilder map(arena);
  const std::string_view first = route.path.substr(1);
  map.add("operationId", text(arena, operation_id(route))).add("summary", route.summary);
  map.add("tags", make_list(arena, std::vector<Value>{Value(first.substr(0, first.find('/')))}));
  map.add("parameters", parameters_of(route, arena));
  if (!route.body.empty()) map.add("requestBody", body_of(route.body, arena));
  map.add("x-permission", to_text(route.permission));
  MapBuilder answers(arena);
  answers.add(route.path == "/live" ? "101" : "2XX", route.path == "/live" ? make_map(arena, {{"description", "A WebSocket: text messages, each a happening."}}) : answer_of("As asked.", "application/json", route.gives.empty() ? (route.query.find("after") != std::string_view::npos ? "Page" : "Object") : route.gives, arena));
  answers.add("4XX", answer_of("A problem.", "application/problem+json", "Problem", arena));
  answers.add("5XX", answer_of("A problem.", "application/problem+json", "Problem", arena));
  map.add("responses", answers.build());
  if (route.permission == Permission::anyone) map.add("security", ListBuilder(arena).build());
  return map.build();
}

Value schemas(Arena& arena) {
  const Value string = make_map(arena, {{"type", "string"}}), object = make_map(arena, {{"type", "object"}});
  const Value error = make_map(arena, {{"type", "object"}, {"properties", make_map(arena, {{"pointer", string}, {"detail", string}})}});
  const Value problem = make_map(arena, {{"type", "object"},
                                         {"description", "RFC 9457; `code` is for programs."},
                                         {"properties", make_map(arena, {{"type", string}, {"title", string}, {"status", make_map(arena, {{"type", "integer"}})}, {"detail", string}, {"code", string},
                                                                         {"errors", make_map(arena, {{"type", "array"}, {"items", error}})}})},
                                         {"required", make_list(arena, std::vector<Value>{"type", "title", "status", "detail", "code"})}});
  const Value items = make_map(arena, {{"type", "array"}, {"items", freeze_map(arena, {})}});
  const Value next = make_map(arena, {{"type", make_list(arena, std::vector<Value>{"string", "null"})}, {"description", "`after` of the next page"}});
  const Value page = make_map(arena, {{"type", "object"}, {"properties", make_map(arena, {{"items", items}, {"next", next}})}, {"required", make_list(arena, std::vector<Value>{"items", "next"})}});
  return make_map(arena, {{"Problem", problem}, {"Page", page}, {"Object", object}});
}

}  // namespace

V1Answer describe(V1Parts&, V1Ask& ask) {
  Arena& arena = ask.arena;
  std::map<std::string_view, std::vector<Member>> by_path;
  for (const V1Route& route : v1_routes()) {
    std::string method(route.method);
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    by_path[route.path].push_back({text(arena, method), operation_of(route, arena)});
  }
  MapBuilder paths(arena);
  for (const auto& [path, operations] : by_path) paths.add(path, freeze_map(arena, operations));
  const auto empty = [&] { return ListBuilder(arena).build(); };
  const Value schemes = make_map(arena, {{"bearer", make_map(arena, {{"type", "http"}, {"scheme", "bearer"}})},
                                         {"session", make_map(arena, {{"type", "apiKey"}, {"in", "cookie"}, {"name", "shopbell"}, {"description", "POST /session sets it (__Host-shopbell on TLS). A write by it bears X-CSRF-Token and an Origin of this server."}})}});
  const Value security = make_list(arena, std::vector<Value>{make_map(arena, {{"bearer", empty()}}), make_map(arena, {{"session", empty()}})});
  MapBuilder document(arena);
  document.add("openapi", "3.1.0").add("info", make_map(arena, {{"title", "Shopbell"}, {"version", "1"}, {"description", "Everything that the console does. Lists are paged by key: `after` is the `next` of the page before. A write that bears an Idempotency-Key is done once."}}));
  document.add("servers", make_list(arena, std::vector<Value>{make_map(arena, {{"url", "/api/v1"}})})).add("paths", paths.build());
  document.add("components", make_map(arena, {{"schemas", schemas(arena)}, {"securitySchemes", schemes}})).add("security", security);
  return v1_json(document.build());
}

}  // namespace shopbell::v1
