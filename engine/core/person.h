#pragma once
// Who needs a person gets no machine: what `classify` heard binds the run, whatever the workflow says.

#include "core/turn.h"

namespace shopbell {

/// The output of a `classify` of this run, or of one that it is a part of, that says `to_person`, while no `handoff` of theirs has
/// been done; else null.
Value waits_for_person(const Turn& turn, const Run& run, const Workflow& workflow);

/// Opens the ticket that the workflow has not opened; once for each run.
void hand_over(Turn& turn, Run& run, const Instruction& step, const Value& heard);

}  // namespace shopbell
