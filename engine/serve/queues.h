#pragma once
// The desk (core/desk.h) as the API and the commands show it.

#include "desk/desk.h"
#include "store/store.h"

#include <shopbell/value.h>

namespace shopbell {

/// As it stands in the store; an empty one where there is none yet.
Result<desk::Desk> read_desk(Reader& reader);

/// {queues: [{name, title, waiting, assigned, late, oldest, next_due, first_reply_ms}], agents: [{name, title, status, tickets,
/// capacity}]}: late and next_due count what waits and what somebody has; first_reply_ms is the median of the last hour.
Value view(const desk::Desk& desk, const desk::Rules& rules, Time now, Arena& arena);

/// The ticket's view with {status: open, assigned, closed; agent} as of now; as it is where the shop has no desk.
Result<Value> with_status(Reader& reader, const Value& ticket, Arena& arena);

/// What a new status of an agent is to the engine: one CloudEvent. `body` is {"status": "online"}. Errors: "bad_body", "not_found".
Result<std::string> presence_event(const desk::Rules* rules, std::string_view agent, std::string_view body, Time now);

}  // namespace shopbell
