#pragma once
// The shop's people, their sessions, and tokens for programs. What can be used to sign in is kept as a digest only. Every change
// leaves a row of the audit trail, in the same transaction. Any thread; errors are the file's beside those that are named.

#include "access/audit.h"
#include "access/permission.h"

#include <memory>

namespace shopbell {

constexpr Millis session_idle_max{std::int64_t{7} * 24 * 3'600'000}, session_age_max{std::int64_t{30} * 24 * 3'600'000};
constexpr Millis setup_link_max{std::int64_t{7} * 24 * 3'600'000};
constexpr std::size_t people_max = 2'000, tokens_max = 200;

/// Somebody who works for the shop.
struct Colleague {
  std::string id, email, name, agent;
  Role role = Role::viewer;
  std::string password;  // its hash; empty: none yet
  Time created;
};

struct ApiToken {
  std::string id, name;
  std::vector<std::string> scopes;
  std::string by;
  Time created;
  std::optional<Time> seen;
};

/// Somebody who asks.
struct Who {
  std::string id, name, email, agent;  // id: the person's, "token:ID", or empty: a token of shopbell.yaml
  std::optional<Role> role;            // of a person
  Permissions may;
  std::string session;                 // digest; empty: by a token
  std::string shown() const { return email.empty() ? name : name + " <" + email + ">"; }
};

/// What may be changed of a person; empty: as it was.
struct ColleagueEdit {
  std::optional<std::string> name, agent;
  std::optional<Role> role;
};

class People {
 public:
  explicit People(DeskFile& file) : file_(file) {}

  Result<std::vector<Colleague>> all();
  /// By id or email; nothing: there is none.
  Result<std::optional<Colleague>> find(std::string_view id_or_email);
  /// Errors: "bad_person", "taken", "too_many".
  Result<Colleague> add(const std::string& by, const Colleague& wanted, Time now);
  /// Errors: "not_found", "taken", "last_owner", "bad_person".
  Result<Colleague> edit(const std::string& by, std::string_view id, const ColleagueEdit& edit, Time now);
  /// With sessions, drafts and links. Errors: "not_found", "last_owner".
  Result<void> remove(const std::string& by, std::string_view id, Time now);

  /// A token that sets a password once, of that person, or of the first owner (an empty id); those before are void.
  Result<std::string> setup_token(const std::string& by, const std::string& person, Time now);
  /// Whether nobody is there who could sign in as an owner.
  Result<bool> needs_owner();
  /// Uses the token up. `first`: name and email, for the first owner. Errors: "bad_token", "bad_person", "taken".
  Result<Colleague> finish_setup(std::string_view token, const std::string& name, const std::string& email, const std::string& password, Time now);
  /// All sessions end. Error: "not_found".
  Result<void> set_password(const std::string& by, const std::string& id, const std::string& hash, Time now);

  /// A new session; its secret. That of `old` (a cookie; may be empty) ends.
  Result<std::string> begin_session(const Colleague& person, std::string_view old, Time now);
  Result<void> end_session(const Who& who, Time now);
  Result<std::optional<Who>> by_cookie(std::string_view secret, Time now);
  Result<std::optional<Who>> by_token(std::string_view secret, Time now);
  /// For the header that a write by cookie bears: nobody who does not know the cookie knows it.
  static std::string csrf_of(std::string_view cookie);

  Result<std::vector<ApiToken>> tokens();
  /// The token's secret, which is told only here, and its row. Errors: "bad_token", "too_many".
  Result<std::pair<std::string, ApiToken>> add_token(const std::string& by, const std::string& name, const std::vector<std::string>& scopes, Time now);
  Result<void> remove_token(const std::string& by, std::string_view id, Time now);

  DeskFile& file() { return file_; }

 private:
  DeskFile& file_;
};

}  // namespace shopbell
