// Signing in and out, and setting passwords. Hashing has a thread of its own, so that nobody waits behind it; an unknown
// email costs as much as a wrong password, and is told the same.

#include "access/secret.h"
#include "base/time.h"
#include "serve/v1_handlers.h"

#include <shopbell/text.h>
#include <spdlog/spdlog.h>

namespace shopbell::v1 {
namespace {

bool is_secure(const V1Parts& parts, const V1Ask& ask) {
  return !parts.config->certificate_file.empty() || ask.origin.starts_with("https://");
}

/// `secret` empty: the cookie goes.
std::string cookie(const V1Parts& parts, const V1Ask& ask, std::string_view secret) {
  std::string made = is_secure(parts, ask) ? "__Host-shopbell=" : "shopbell=";
  made.append(secret).append("; Path=/; HttpOnly; SameSite=Strict");
  if (is_secure(parts, ask)) made += "; Secure";
  return made + (secret.empty() ? "; Max-Age=0" : "; Max-Age=" + std::to_string(session_age_max.count() / 1000));
}

Value session_view(const V1Parts& parts, V1Ask& ask, const Who& who, std::string_view secret) {
  MapBuilder map(ask.arena);
  const auto text = [&](std::string_view t) { return ask.arena.copy(t); };
  if (who.role)
    map.add("person", make_map(ask.arena, {{"id", text(who.id)}, {"name", text(who.name)}, {"email", text(who.email)}, {"agent", text(who.agent)}, {"role", to_text(*who.role)}}));
  else
    map.add("person", Value()).add("token", make_map(ask.arena, {{"name", text(who.name)}}));
  if (!secret.empty()) map.add("csrf", text(People::csrf_of(secret)));
  ListBuilder permissions(ask.arena);
  for (const std::string_view name : who.may.names()) permissions.add(name);
  return map.add("permissions", permissions.build()).add("assist", !parts.config->assist.url.empty()).build();
}

V1Answer begin(V1Parts& parts, V1Ask& ask, const Colleague& person) {
  const auto secret = parts.people.begin_session(person, ask.cookie, ask.now);
  if (!secret) return tl::unexpected(secret.error());
  const Who who{person.id, person.name, person.email, person.agent, person.role, Permissions::of(person.role), {}};
  ServerResponse response = v1_json(session_view(parts, ask, who, *secret));
  response.headers.emplace_back("Set-Cookie", cookie(parts, ask, *secret));
  return response;
}

ServerResponse too_often(Millis wait) {
  const std::int64_t seconds = wait.count() / 1000 + 1;
  ServerResponse response = v1_problem(429, "too_often", "too many tries; try again in " + format_duration(Millis{(wait.count() / 60'000 + 1) * 60'000}));
  response.headers.emplace_back("Retry-After", std::to_string(seconds));
  return response;
}

V1Answer try_to_sign_in(V1Parts& parts, V1Ask& ask) {
  const std::string email(trimmed(ask.text("email")));
  if (const Millis wait = parts.attempts.wait(ask.peer, email, ask.now); wait > Millis{0}) return too_often(wait);
  const auto person = parts.people.find(email);
  if (!person) return tl::unexpected(person.error());
  const bool known = *person && (*person)->email.size() == email.size();  // by the email, not by the id
  if (!password_matches(ask.text("password"), known ? (*person)->password : std::string())) {
    parts.attempts.failed(ask.peer, email, ask.now);
    spdlog::warn("a sign-in from {} failed", ask.peer);
    return v1_problem(401, "wrong_password", "the email or the password is wrong");
  }
  parts.attempts.succeeded(ask.peer, email);
  return begin(parts, ask, **person);
}

V1Answer try_to_change(V1Parts& parts, V1Ask& ask) {
  if (const Millis wait = parts.attempts.wait(ask.peer, ask.who.email, ask.now); wait > Millis{0}) return too_often(wait);
  const auto person = parts.people.find(ask.who.id);
  if (!person) return tl::unexpected(person.error());
  if (!*person || !password_matches(ask.text("old"), (*person)->password)) {
    parts.attempts.failed(ask.peer, ask.who.email, ask.now);
    return v1_problem(403, "wrong_password", "the old password is wrong");
  }
  const auto hash = hash_password(ask.text("new"));
  if (!hash) return tl::unexpected(hash.error());
  if (auto kept = parts.people.set_password(ask.who.shown(), ask.who.id, *hash, ask.now); !kept) return tl::unexpected(kept.error());
  return begin(parts, ask, **person);
}

V1Answer try_to_set_up(V1Parts& parts, V1Ask& ask) {
  if (const Millis wait = parts.attempts.wait(ask.peer, "a setup link", ask.now); wait > Millis{0}) return too_often(wait);
  const auto hash = hash_password(ask.text("password"));
  if (!hash) return tl::unexpected(hash.error());
  const auto person = parts.people.finish_setup(ask.text("token"), std::string(ask.text("name")), std::string(ask.text("email")), *hash, ask.now);
  if (person) return begin(parts, ask, *person);
  if (person.error().code == "bad_token") parts.attempts.failed(ask.peer, "a setup link", ask.now);
  return tl::unexpected(person.error());
}

V1Answer with_passwords(V1Parts& parts, V1Ask& ask, V1Answer (*work)(V1Parts&, V1Ask&)) {
  const auto held = ask.shared_from_this();
  const bool posted = parts.passwords.post([&parts, held, work] {
    auto answer = work(parts, *held);
    held->answer(answer ? std::move(*answer) : v1_problem(answer.error()));
  });
  return posted ? v1_later() : v1_problem(503, "busy", "too many people sign in at the moment; try again");
}

}  // namespace

V1Answer show_session(V1Parts& parts, V1Ask& ask) {
  return v1_json(session_view(parts, ask, ask.who, ask.who.session.empty() ? std::string_view() : ask.cookie));
}

V1Answer sign_in(V1Parts& parts, V1Ask& ask) { return with_passwords(parts, ask, try_to_sign_in); }

V1Answer sign_out(V1Parts& parts, V1Ask& ask) {
  if (ask.who.session.empty()) return v1_problem(400, "bad_session", "a token has no session");
  if (auto ended = parts.people.end_session(ask.who, ask.now); !ended) return tl::unexpected(ended.error());
  ServerResponse response{204, {}, {}, {}};
  response.headers.emplace_back("Set-Cookie", cookie(parts, ask, {}));
  return response;
}

V1Answer change_password(V1Parts& parts, V1Ask& ask) {
  if (ask.who.session.empty()) return v1_problem(400, "bad_session", "a token has no password");
  return with_passwords(parts, ask, try_to_change);
}

V1Answer set_up(V1Parts& parts, V1Ask& ask) { return with_passwords(parts, ask, try_to_set_up); }

}  // namespace shopbell::v1
