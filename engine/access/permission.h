#pragma once
// What somebody may do over the API, and which role may do what. A route names one permission; a person has those of a
// role, a token those of its scopes.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

enum class Permission : std::uint8_t {
  anyone,           // no sign-in: to sign in, to set a password by a link
  signed_in,        // whoever it is
  inbox_read,       // conversations, messages, tickets, queues
  inbox_write,      // takes, answers, notes, resolves
  customers_read,
  customers_decide, // gives out what is kept about a customer, erases it
  runs_read,        // events, runs, calls, why
  runs_decide,      // retry, skip, cancel
  workflows_read,   // with check and test, which change nothing
  workflows_write,  // deploys, goes back to an older version
  reports_read,
  sources_read,
  audit_read,
  people_manage,    // people and tokens
};
constexpr std::size_t permissions_count = 14;

/// "inbox.read": a scope of a token, and what GET /session lists.
std::string_view to_text(Permission permission);
std::optional<Permission> permission_of(std::string_view text);

enum class Role : std::uint8_t { owner, ops, agent, viewer };
constexpr std::array<std::string_view, 4> role_names{"owner", "ops", "agent", "viewer"};
inline std::string_view to_text(Role role) { return role_names[static_cast<std::size_t>(role)]; }
std::optional<Role> role_of(std::string_view text);

/// A set of them.
class Permissions {
 public:
  constexpr Permissions() = default;
  static Permissions of(Role role);
  static Permissions all_but(Permission one);
  Permissions& add(Permission p) {
    bits_ |= bit(p);
    return *this;
  }
  bool has(Permission p) const { return (bits_ & bit(p)) != 0; }
  bool within(Permissions other) const { return (bits_ & ~other.bits_) == 0; }
  /// Without `anyone` and `signed_in`, which nobody has to be given.
  std::vector<std::string_view> names() const;

 private:
  static constexpr std::uint32_t bit(Permission p) { return std::uint32_t{1} << static_cast<unsigned>(p); }
  std::uint32_t bits_ = 0;
};

}  // namespace shopbell
