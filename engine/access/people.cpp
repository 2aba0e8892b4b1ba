#include "access/people.h"

#include "access/secret.h"
#include "base/hash.h"

#include <shopbell/text.h>

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::string_view columns = "SELECT id, email, name, agent, role, password, created FROM person ";
constexpr std::size_t name_bytes_max = 100, email_bytes_max = 254;

Colleague person_of(const sqlite::Row& row) {
  return {row.text(0), row.text(1), row.text(2), row.text(3), role_of(row.view(4)).value_or(Role::viewer), row.text(5), row.time(6)};
}

template <class... Args>
Result<std::vector<Colleague>> select(DeskFile& f, const std::string& where, const Args&... args) {
  std::vector<Colleague> found;
  const auto read = f.each(std::string(columns) + where, [&](const sqlite::Row& row) {
    found.push_back(person_of(row));
    return true;
  }, args...);
  if (!read) return tl::unexpected(read.error());
  return found;
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return made;
}

/// "Ana García" works as ana-garcia unless she says otherwise; letters beyond ASCII are left out.
std::string agent_from(std::string_view name) {
  std::string made;
  for (const char c : lower(name)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) made += c;
    else if (c == ' ' && !made.empty() && made.back() != '-') made += '-';
  }
  while (made.ends_with('-')) made.pop_back();
  return made;
}

Result<void> check(const Colleague& p) {
  const auto bad = [](std::string message) { return fail("bad_person", std::move(message)); };
  const std::size_t at = p.email.find('@');
  const bool odd = std::any_of(p.email.begin(), p.email.end(), [](unsigned char c) { return c <= ' ' || c == 127 || c == '<' || c == '>'; });
  if (at == std::string::npos || at == 0 || at + 1 == p.email.size() || odd || p.email.size() > email_bytes_max || !utf8_valid(p.email)) return bad("email is no mail address");
  if (p.name.empty() || p.name.size() > name_bytes_max || !utf8_valid(p.name)) return bad("name has 1 to 100 bytes");
  if (p.agent.empty() || p.agent.size() > name_bytes_max || !utf8_valid(p.agent)) return bad("agent, the name that conversations know, has 1 to 100 bytes");
  return {};
}

Result<bool> another_owner(DeskFile& f, std::string_view but) {
  const auto owners = select(f, "WHERE role = 'owner' AND password <> '' AND id <> ?", but);
  if (!owners) return tl::unexpected(owners.error());
  return !owners->empty();
}

Result<std::optional<Colleague>> find_one(DeskFile& f, std::string_view id_or_email) {
  const auto found = select(f, "WHERE id = ? OR email = ?", id_or_email, std::string_view(lower(id_or_email)));
  if (!found) return tl::unexpected(found.error());
  return found->empty() ? std::nullopt : std::optional(found->front());
}

Result<Colleague> insert(DeskFile& f, Colleague person, Time now) {
  person.name = trimmed(person.name);
  person.email = lower(trimmed(person.email));
  const bool named = !person.agent.empty();
  if (!named) person.agent = agent_from(person.name);
  if (!named && person.agent.empty()) person.agent = person.email.substr(0, person.email.find('@'));
  if (auto good = check(person); !good) return tl::unexpected(good.error());
  const auto people = select(f, "");
  if (!people) return tl::unexpected(people.error());
  if (people->size() >= people_max) return fail("too_many", "there are too many people already");
  const auto taken = [&](const std::string& agent) { return std::any_of(people->begin(), people->end(), [&](const Colleague& p) { return p.agent == agent; }); };
  if (std::any_of(people->begin(), people->end(), [&](const Colleague& p) { return p.email == person.email; })) return fail("taken", "somebody has this email already");
  if (named && taken(person.agent)) return fail("taken", "somebody works under this name already");
  for (int i = 2; taken(person.agent); ++i) person.agent = agent_from(person.name) + "-" + std::to_string(i);
  person.id = new_secret().substr(0, 16);
  person.created = now;
  const auto added = f.run("INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?)", person.id, person.email, person.name, person.agent, to_text(person.role), person.password, now);
  if (!added) return tl::unexpected(added.error());
  return person;
}

}  // namespace

Result<std::vector<Colleague>> People::all() {
  return file_.read([](DeskFile& f) { return select(f, "ORDER BY name, id"); });
}

Result<std::optional<Colleague>> People::find(std::string_view id_or_email) {
  return file_.read([&](DeskFile& f) { return find_one(f, id_or_email); });
}

Result<Colleague> People::add(const std::string& by, const Colleague& wanted, Time now) {
  return file_.change([&](DeskFile& f) -> Result<Colleague> {
    auto made = insert(f, wanted, now);
    if (!made) return made;
    if (auto told = add_audit(f, {0, now, by, "person.added", made->email, std::string(to_text(made->role))}); !told) return tl::unexpected(told.error());
    return made;
  });
}

Result<Colleague> People::edit(const std::string& by, std::string_view id, const ColleagueEdit& edit, Time now) {
  return file_.change([&](DeskFile& f) -> Result<Colleague> {
    const auto found = find_one(f, id);
    if (!found) return tl::unexpected(found.error());
    if (!*found) return fail("not_found", "there is no such person");
    Colleague person = **found;
    person.name = trimmed(edit.name.value_or(person.name));
    person.agent = trimmed(edit.agent.value_or(person.agent));
    const Role before = std::exchange(person.role, edit.role.value_or(person.role));
    if (auto good = check(person); !good) return tl::unexpected(good.error());
    const auto same = select(f, "WHERE agent = ? AND id <> ?", person.agent, person.id);
    if (!same) return tl::unexpected(same.error());
    if (!same->empty()) return fail("taken", "somebody works under this name already");
    const auto other = another_owner(f, person.id);
    if (!other) return tl::unexpected(other.error());
    if (before == Role::owner && person.role != Role::owner && !*other) return fail("last_owner", "the shop needs an owner: make somebody else one first");
    if (auto kept = f.run("UPDATE person SET name = ?, agent = ?, role = ? WHERE id = ?", person.name, person.agent, to_text(person.role), person.id); !kept)
      return tl::unexpected(kept.error());
    const std::string what = before == person.role ? "name" : std::string(to_text(before)).append(" to ").append(to_text(person.role));
    if (auto told = add_audit(f, {0, now, by, "person.changed", person.email, what}); !told) return tl::unexpected(told.error());
    return person;
  });
}

Result<void> People::remove(const std::string& by, std::string_view id, Time now) {
  return file_.change([&](DeskFile& f) -> Result<void> {
    const auto found = find_one(f, id);
    if (!found) return tl::unexpected(found.error());
    if (!*found) return fail("not_found", "there is no such person");
    const auto other = another_owner(f, (*found)->id);
    if (!other) return tl::unexpected(other.error());
    if ((*found)->role == Role::owner && !(*found)->password.empty() && !*other) return fail("last_owner", "the shop needs an owner: make somebody else one first");
    for (const char* sql : {"DELETE FROM session WHERE person = ?", "DELETE FROM setup WHERE person = ?", "DELETE FROM draft WHERE person = ?", "DELETE FROM person WHERE id = ?"})
      if (auto gone = f.run(sql, (*found)->id); !gone) return gone;
    return add_audit(f, {0, now, by, "person.removed", (*found)->email, {}});
  });
}

Result<std::string> People::setup_token(const std::string& by, const std::string& person, Time now) {
  const std::string secret = new_secret();
  return file_.change([&](DeskFile& f) -> Result<std::string> {
    if (auto gone = f.run("DELETE FROM setup WHERE person = ? OR until < ?", person, now); !gone) return tl::unexpected(gone.error());
    const std::string digest = sha256({secret});
    if (auto kept = f.run("INSERT INTO setup VALUES (?, ?, ?)", sqlite::Blob{digest}, person, now + setup_link_max); !kept) return tl::unexpected(kept.error());
    if (auto told = add_audit(f, {0, now, by, "link.made", person.empty() ? "the first owner" : person, {}}); !told) return tl::unexpected(told.error());
    return secret;
  });
}

Result<bool> People::needs_owner() {
  return file_.read([](DeskFile& f) -> Result<bool> {
    const auto other = another_owner(f, "");
    if (!other) return other;
    return !*other;
  });
}

Result<Colleague> People::finish_setup(std::string_view token, const std::string& name, const std::string& email, const std::string& password, Time now) {
  return file_.change([&](DeskFile& f) -> Result<Colleague> {
    const std::string digest = sha256({token});
    std::optional<std::string> whose;
    const auto read = f.each("SELECT person FROM setup WHERE digest = ? AND until > ?", [&](const sqlite::Row& row) {
      whose = row.text(0);
      return true;
    }, sqlite::Blob{digest}, now);
    if (!read) return tl::unexpected(read.error());
    if (!whose) return fail("bad_token", "this link is not valid, or no longer: ask for a new one");
    auto person = whose->empty() ? insert(f, {{}, email, name, {}, Role::owner, {}, {}}, now) : find_one(f, *whose).and_then([](std::optional<Colleague> p) {
      return p ? Result<Colleague>(*p) : Result<Colleague>(fail("bad_token", "this link is not valid, or no longer: ask for a new one"));
    });
    if (!person) return person;
    if (auto gone = f.run("DELETE FROM setup WHERE person = ?", *whose); !gone) return tl::unexpected(gone.error());
    if (auto gone = f.run("DELETE FROM session WHERE person = ?", person->id); !gone) return tl::unexpected(gone.error());
    if (auto kept = f.run("UPDATE person SET password = ? WHERE id = ?", password, person->id); !kept) return tl::unexpected(kept.error());
    if (auto told = add_audit(f, {0, now, person->name + " <" + person->email + ">", "password.set", person->email, "by a link"}); !told) return tl::unexpected(told.error());
    return person;
  });
}

Result<void> People::set_password(const std::string& by, const std::string& id, const std::string& hash, Time now) {
  return file_.change([&](DeskFile& f) -> Result<void> {
    if (auto kept = f.run("UPDATE person SET password = ? WHERE id = ?", hash, id); !kept) return kept;
    if (f.changed() == 0) return fail("not_found", "there is no such person");
    if (auto gone = f.run("DELETE FROM session WHERE person = ?", id); !gone) return gone;
    return add_audit(f, {0, now, by, "password.set", id, {}});
  });
}

}  // namespace shopbell
