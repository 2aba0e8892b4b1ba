#pragma once
// The handlers of /api/v1, by file; what each is for stands beside it in v1_table.cpp.

#include "serve/v1.h"

namespace shopbell::v1 {

// v1_session.cpp
V1Answer show_session(V1Parts&, V1Ask&);
V1Answer sign_in(V1Parts&, V1Ask&);
V1Answer sign_out(V1Parts&, V1Ask&);
V1Answer change_password(V1Parts&, V1Ask&);
V1Answer set_up(V1Parts&, V1Ask&);

// v1_people.cpp
V1Answer list_people(V1Parts&, V1Ask&);
V1Answer add_person(V1Parts&, V1Ask&);
V1Answer edit_person(V1Parts&, V1Ask&);
V1Answer remove_person(V1Parts&, V1Ask&);
V1Answer link_for_person(V1Parts&, V1Ask&);
V1Answer list_tokens(V1Parts&, V1Ask&);
V1Answer add_token(V1Parts&, V1Ask&);
V1Answer remove_token(V1Parts&, V1Ask&);
V1Answer list_audit(V1Parts&, V1Ask&);
V1Answer check_audit(V1Parts&, V1Ask&);

}  // namespace shopbell::v1
