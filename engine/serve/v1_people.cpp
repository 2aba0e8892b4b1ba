// People, tokens for programs, and the audit trail.

#include "base/time.h"
#include "serve/v1_handlers.h"

namespace shopbell::v1 {
namespace {

Value time_of(Arena& arena, Time at) { return arena.copy(format_rfc3339(at)); }

MapBuilder person_view(Arena& arena, const Colleague& p) {
  MapBuilder map(arena);
  map.add("id", arena.copy(p.id)).add("name", arena.copy(p.name)).add("email", arena.copy(p.email)).add("agent", arena.copy(p.agent));
  map.add("role", to_text(p.role)).add("has_password", !p.password.empty()).add("created", time_of(arena, p.created));
  return map;
}

Value token_view(Arena& arena, const ApiToken& t) {
  ListBuilder scopes(arena);
  for (const std::string& scope : t.scopes) scopes.add(arena.copy(scope));
  return make_map(arena, {{"id", arena.copy(t.id)}, {"name", arena.copy(t.name)}, {"scopes", scopes.build()}, {"by", arena.copy(t.by)},
                          {"created", time_of(arena, t.created)}, {"seen", t.seen ? time_of(arena, *t.seen) : Value()}});
}

Value link_of(Arena& arena, const std::string& token) { return arena.copy("/console/#/setup/" + token); }

Result<std::optional<Role>> role_given(const V1Ask& ask) {
  if (ask.body["role"].is_null()) return std::nullopt;
  if (const auto role = role_of(ask.text("role"))) return role;
  return fail("bad_role", "role is owner, ops, agent or viewer");
}

std::optional<std::string> given(const V1Ask& ask, std::string_view field) {
  return ask.body[field].is_null() ? std::nullopt : std::optional(std::string(ask.text(field)));
}

}  // namespace

V1Answer list_people(V1Parts& parts, V1Ask& ask) {
  const auto people = parts.people.all();
  if (!people) return tl::unexpected(people.error());
  ListBuilder items(ask.arena);
  for (const Colleague& p : *people) items.add(person_view(ask.arena, p).build());
  return v1_list(ask, items, {});
}

V1Answer add_person(V1Parts& parts, V1Ask& ask) {
  const auto role = role_given(ask);
  if (!role) return tl::unexpected(role.error());
  const std::string by = ask.who.shown();
  const auto person = parts.people.add(by, {{}, std::string(ask.text("email")), std::string(ask.text("name")), std::string(ask.text("agent")), **role, {}, {}}, ask.now);
  if (!person) return tl::unexpected(person.error());
  const auto token = parts.people.setup_token(by, person->id, ask.now);
  if (!token) return tl::unexpected(token.error());
  return v1_json(person_view(ask.arena, *person).add("link", link_of(ask.arena, *token)).build(), 201);
}

V1Answer edit_person(V1Parts& parts, V1Ask& ask) {
  const auto role = role_given(ask);
  if (!role) return tl::unexpected(role.error());
  const auto person = parts.people.edit(ask.who.shown(), ask.args[0], {given(ask, "name"), given(ask, "agent"), *role}, ask.now);
  if (!person) return tl::unexpected(person.error());
  return v1_json(person_view(ask.arena, *person).build());
}

V1Answer remove_person(V1Parts& parts, V1Ask& ask) {
  if (auto gone = parts.people.remove(ask.who.shown(), ask.args[0], ask.now); !gone) return tl::unexpected(gone.error());
  return ServerResponse{204, {}, {}, {}};
}

V1Answer link_for_person(V1Parts& parts, V1Ask& ask) {
  const auto person = parts.people.find(ask.args[0]);
  if (!person) return tl::unexpected(person.error());
  if (!*person) return fail("not_found", "there is no such person");
  const auto token = parts.people.setup_token(ask.who.shown(), (*person)->id, ask.now);
  if (!token) return tl::unexpected(token.error());
  return v1_json(make_map(ask.arena, {{"link", link_of(ask.arena, *token)}}), 201);
}

V1Answer list_tokens(V1Parts& parts, V1Ask& ask) {
  const auto tokens = parts.people.tokens();
  if (!tokens) return tl::unexpected(tokens.error());
  ListBuilder items(ask.arena);
  for (const ApiToken& t : *tokens) items.add(token_view(ask.arena, t));
  return v1_list(ask, items, {});
}

V1Answer add_token(V1Parts& parts, V1Ask& ask) {
  std::vector<std::string> scopes;
  for (const Value& scope : ask.body["scopes"].items()) {
    scopes.emplace_back(scope.text());
    const auto p = permission_of(scope.text());
    if (p && !ask.who.may.has(*p)) return fail("forbidden", "nobody gives a token what he may not do himself: " + scopes.back());
  }
  const auto made = parts.people.add_token(ask.who.shown(), std::string(ask.text("name")), scopes, ask.now);
  if (!made) return tl::unexpected(made.error());
  return v1_json(MapBuilder(ask.arena, token_view(ask.arena, made->second)).add("token", ask.arena.copy(made->first)).build(), 201);
}

V1Answer remove_token(V1Parts& parts, V1Ask& ask) {
  if (auto gone = parts.people.remove_token(ask.who.shown(), ask.args[0], ask.now); !gone) return tl::unexpected(gone.error());
  return ServerResponse{204, {}, {}, {}};
}

V1Answer list_audit(V1Parts& parts, V1Ask& ask) {
  const auto rows = read_audit(parts.file, ask.after(), ask.limit());
  if (!rows) return tl::unexpected(rows.error());
  ListBuilder items(ask.arena);
  for (const AuditRow& row : *rows)
    items.add(make_map(ask.arena, {{"n", static_cast<std::int64_t>(row.n)}, {"at", time_of(ask.arena, row.at)}, {"who", ask.arena.copy(row.who)},
                                   {"what", ask.arena.copy(row.what)}, {"about", ask.arena.copy(row.about)}, {"detail", ask.arena.copy(row.detail)}}));
  return v1_list(ask, items, rows->size() == ask.limit() ? std::to_string(rows->back().n) : std::string());
}

V1Answer check_audit(V1Parts& parts, V1Ask& ask) {
  const auto check = verify_audit(parts.file);
  if (!check) return tl::unexpected(check.error());
  return v1_json(make_map(ask.arena, {{"good", !check->broken_at}, {"rows", static_cast<std::int64_t>(check->rows)}, {"head", ask.arena.copy(check->head)},
                                      {"broken_at", check->broken_at ? Value(static_cast<std::int64_t>(*check->broken_at)) : Value()},
                                      {"why", ask.arena.copy(check->why)}}));
}

}  // namespace shopbell::v1
