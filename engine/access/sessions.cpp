// Sessions and tokens: who asks.

#include "access/people.h"
#include "access/secret.h"
#include "base/hash.h"
#include "base/hmac.h"

#include <shopbell/text.h>

#include <algorithm>

namespace shopbell {
namespace {

constexpr Millis seen_every{5 * 60'000};  // more often it is not written down

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : " ") + text;
  return all;
}

std::vector<std::string> apart(std::string_view text) {
  std::vector<std::string> made;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    made.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return made;
}

ApiToken token_of(const sqlite::Row& row) {
  return {row.text(0), row.text(1), apart(row.view(2)), row.text(3), row.time(4), row.maybe_time(5)};
}

}  // namespace

std::string People::csrf_of(std::string_view cookie) {
  const Mac mac = hmac_sha256(cookie, "csrf");
  return to_hex({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

Result<std::string> People::begin_session(const Colleague& person, std::string_view old, Time now) {
  const std::string secret = new_secret();
  return file_.change([&](DeskFile& f) -> Result<std::string> {
    const std::string digest = sha256({secret}), before = sha256({old});
    if (auto gone = f.run("DELETE FROM session WHERE digest = ? OR seen < ? OR created < ?", sqlite::Blob{before}, now - session_idle_max, now - session_age_max); !gone)
      return tl::unexpected(gone.error());
    if (auto kept = f.run("INSERT INTO session VALUES (?, ?, ?, ?)", sqlite::Blob{digest}, person.id, now, now); !kept) return tl::unexpected(kept.error());
    if (auto told = add_audit(f, {0, now, person.name + " <" + person.email + ">", "signed_in", person.email, {}}); !told) return tl::unexpected(told.error());
    return secret;
  });
}

Result<void> People::end_session(const Who& who, Time now) {
  return file_.change([&](DeskFile& f) -> Result<void> {
    if (auto gone = f.run("DELETE FROM session WHERE digest = ?", sqlite::Blob{who.session}); !gone) return gone;
    return add_audit(f, {0, now, who.shown(), "signed_out", who.email, {}});
  });
}

Result<std::optional<Who>> People::by_cookie(std::string_view secret, Time now) {
  const std::string digest = sha256({secret});
  return file_.read([&](DeskFile& f) -> Result<std::optional<Who>> {
    std::optional<Who> who;
    Time seen;
    const auto read = f.each("SELECT p.id, p.name, p.email, p.agent, p.role, s.seen FROM session s JOIN person p ON p.id = s.person "
                             "WHERE s.digest = ? AND s.seen > ? AND s.created > ?",
                             [&](const sqlite::Row& row) {
                               const Role role = role_of(row.view(4)).value_or(Role::viewer);
                               who = Who{row.text(0), row.text(1), row.text(2), row.text(3), role, Permissions::of(role), digest};
                               seen = row.time(5);
                               return true;
                             },
                             sqlite::Blob{digest}, now - session_idle_max, now - session_age_max);
    if (!read) return tl::unexpected(read.error());
    if (who && seen < now - seen_every)
      if (auto kept = f.run("UPDATE session SET seen = ? WHERE digest = ?", now, sqlite::Blob{digest}); !kept) return tl::unexpected(kept.error());
    return who;
  });
}

Result<std::optional<Who>> People::by_token(std::string_view secret, Time now) {
  const std::string digest = sha256({secret});
  return file_.read([&](DeskFile& f) -> Result<std::optional<Who>> {
    std::optional<ApiToken> token;
    const auto read = f.each("SELECT id, name, scopes, by, created, seen FROM token WHERE digest = ?", [&](const sqlite::Row& row) {
      token = token_of(row);
      return true;
    }, sqlite::Blob{digest});
    if (!read) return tl::unexpected(read.error());
    if (!token) return std::nullopt;
    if (!token->seen || *token->seen < now - seen_every)
      if (auto kept = f.run("UPDATE token SET seen = ? WHERE id = ?", now, token->id); !kept) return tl::unexpected(kept.error());
    Who who{"token:" + token->id, token->name, {}, token->name, std::nullopt, {}, {}};
    who.may.add(Permission::anyone).add(Permission::signed_in);
    for (const std::string& scope : token->scopes)
      if (const auto p = permission_of(scope)) who.may.add(*p);
    return who;
  });
}

Result<std::vector<ApiToken>> People::tokens() {
  return file_.read([](DeskFile& f) -> Result<std::vector<ApiToken>> {
    std::vector<ApiToken> found;
    const auto read = f.each("SELECT id, name, scopes, by, created, seen FROM token ORDER BY name, id", [&](const sqlite::Row& row) {
      found.push_back(token_of(row));
      return true;
    });
    if (!read) return tl::unexpected(read.error());
    return found;
  });
}

Result<std::pair<std::string, ApiToken>> People::add_token(const std::string& by, const std::string& name, const std::vector<std::string>& scopes, Time now) {
  if (trimmed(name).empty() || name.size() > 100 || !utf8_valid(name)) return fail("bad_token", "name has 1 to 100 bytes");
  if (scopes.empty()) return fail("bad_token", "scopes is a list of permissions, as GET /api/v1/session names them");
  for (const std::string& scope : scopes)
    if (!permission_of(scope)) return fail("bad_token", "there is no permission " + scope);
  const auto there = tokens();
  if (!there) return tl::unexpected(there.error());
  if (there->size() >= tokens_max) return fail("too_many", "there are too many tokens already");
  const std::string secret = "sb_" + new_secret(), digest = sha256({secret});
  ApiToken token{new_secret().substr(0, 16), std::string(trimmed(name)), scopes, by, now, std::nullopt};
  return file_.change([&](DeskFile& f) -> Result<std::pair<std::string, ApiToken>> {
    if (auto kept = f.run("INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, NULL)", token.id, sqlite::Blob{digest}, token.name, joined(scopes), by, now); !kept)
      return tl::unexpected(kept.error());
    if (auto told = add_audit(f, {0, now, by, "token.made", token.name, joined(scopes)}); !told) return tl::unexpected(told.error());
    return std::pair{secret, token};
  });
}

Result<void> People::remove_token(const std::string& by, std::string_view id, Time now) {
  return file_.change([&](DeskFile& f) -> Result<void> {
    std::string name;
    const auto read = f.each("SELECT name FROM token WHERE id = ?", [&](const sqlite::Row& row) {
      name = row.text(0);
      return true;
    }, id);
    if (!read) return read;
    if (name.empty()) return fail("not_found", "there is no such token");
    if (auto gone = f.run("DELETE FROM token WHERE id = ?", id); !gone) return gone;
    return add_audit(f, {0, now, by, "token.removed", name, {}});
  });
}

}  // namespace shopbell
