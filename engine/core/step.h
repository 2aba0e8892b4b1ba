#pragma once
// A run: how it begins, moves and ends. Each call leaves the run either open (waiting, calling, queued) or
// ended, with its notes; who calls puts it into the transition and takes it out of the subject.

#include "core/turn.h"

namespace shopbell {

struct Room;

/// Runs instructions from run.at until it waits, calls or ends. `scope`: run_scope() as of now when the
/// caller has it already, else null.
void advance(Turn& turn, Run& run, const Value& scope = {});

/// It is due: goes on behind its wait, or with what was held back, or without what it has waited for too long.
void resume(Turn& turn, Run& run);

/// The event that it waits for has come.
void resume_with(Turn& turn, Run& run, const Event& event);

/// Somebody else has the conversation that the step it stands at speaks into: it is superseded.
void leave_overtaken(Turn& turn, Run& run, std::string why);

/// What it asked another subject for: see core/inquiry.h.
void take_told(Turn& turn, Run& run, const Value& output);

/// One of its parts has ended.
void take_part(Turn& turn, Run& run, const Run& part);

/// The customer's subject has said when the step that it stands at may reach the customer.
void take_room(Turn& turn, Run& run, const Room& room);

/// Ends it. A call that is still open ends as "unknown": it may be on its way.
void end_run(Turn& turn, Run& run, RunStatus status, std::string reason);

}  // namespace shopbell
