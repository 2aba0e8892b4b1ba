// The routes of /api/v1. A new one is a line here, and is then served, described and tested for each role.

#include "serve/v1_handlers.h"

namespace shopbell {
namespace {

using enum Permission;
using namespace v1;

constexpr V1Route routes[] = {
    {"GET", "/session", signed_in, show_session, "Who I am, and what I may do."},
    {"POST", "/session", anyone, sign_in, "Signs in, by a cookie.", "email:string! password:string!"},
    {"DELETE", "/session", signed_in, sign_out, "Signs out."},
    {"PUT", "/session/password", signed_in, change_password, "Changes my password; all other sessions end.", "old:string! new:string!"},
    {"POST", "/setup", anyone, set_up, "Sets a password by a one-time link, and signs in.", "token:string! password:string! name:string email:string"},

    {"GET", "/people", people_manage, list_people, "The shop's people."},
    {"POST", "/people", people_manage, add_person, "Adds somebody, and gives a one-time link to set a password by.", "email:string! name:string! role:string! agent:string"},
    {"PATCH", "/people/{id}", people_manage, edit_person, "Changes somebody's name, role or working name.", "name:string role:string agent:string"},
    {"DELETE", "/people/{id}", people_manage, remove_person, "Removes somebody, with sessions and drafts."},
    {"POST", "/people/{id}/link", people_manage, link_for_person, "A new one-time link to set a password by."},
    {"GET", "/tokens", people_manage, list_tokens, "Tokens for programs, without their secrets."},
    {"POST", "/tokens", people_manage, add_token, "Makes a token; its secret is told once.", "name:string! scopes:texts!"},
    {"DELETE", "/tokens/{id}", people_manage, remove_token, "A token is void from now on."},
    {"GET", "/audit", audit_read, list_audit, "Who did what, newest first.", {}, "limit after"},
    {"GET", "/audit/verify", audit_read, check_audit, "Whether the audit trail is as it was written."},
};

}  // namespace

std::span<const V1Route> v1_routes() { return routes; }

}  // namespace shopbell
