#include "access/permission.h"

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::array<std::string_view, permissions_count> names_of_all{
    "anyone",         "signed_in",       "inbox.read",   "inbox.write",  "customers.read", "customers.decide", "runs.read", "runs.decide",
    "workflows.read", "workflows.write", "reports.read", "sources.read", "audit.read",     "people.manage"};

}  // namespace

std::string_view to_text(Permission permission) { return names_of_all[static_cast<std::size_t>(permission)]; }

std::optional<Permission> permission_of(std::string_view text) {
  const auto at = std::find(names_of_all.begin() + 2, names_of_all.end(), text);
  if (at == names_of_all.end()) return std::nullopt;
  return static_cast<Permission>(at - names_of_all.begin());
}

std::optional<Role> role_of(std::string_view text) {
  const auto at = std::find(role_names.begin(), role_names.end(), text);
  if (at == role_names.end()) return std::nullopt;
  return static_cast<Role>(at - role_names.begin());
}

Permissions Permissions::of(Role role) {
  using enum Permission;
  Permissions made;
  for (const Permission p : {anyone, signed_in, inbox_read, customers_read, runs_read, workflows_read, reports_read}) made.add(p);
  if (role != Role::viewer) made.add(inbox_write);
  if (role == Role::ops || role == Role::owner)
    for (const Permission p : {customers_decide, runs_decide, workflows_write, sources_read, audit_read}) made.add(p);
  if (role == Role::owner) made.add(people_manage);
  return made;
}

Permissions Permissions::all_but(Permission one) {
  Permissions made;
  for (std::size_t i = 0; i < permissions_count; ++i)
    if (const auto p = static_cast<Permission>(i); p != one) made.add(p);
  return made;
}

std::vector<std::string_view> Permissions::names() const {
  std::vector<std::string_view> made;
  for (std::size_t i = 2; i < permissions_count; ++i)
    if (has(static_cast<Permission>(i))) made.push_back(names_of_all[i]);
  return made;
}

}  // namespace shopbell
