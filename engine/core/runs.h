#pragma once
// The open runs of a subject.

#include "core/turn.h"

namespace shopbell {

/// After a run of the subject has moved: it goes into the transition and, when it is over, out of the subject.
void settle(Turn& turn, std::string_view id);
/// The same for a run that is new: when it is still open it joins the subject.
void settle_new(Turn& turn, Run run);

/// Whether another run of its workflow is open, and at work.
bool has_active(const Turn& turn, const Run& run);

/// Starts each run that was queued behind another which is over, the oldest of each workflow. Whether there was one.
bool start_queued(Turn& turn);

}  // namespace shopbell
