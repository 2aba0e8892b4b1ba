#pragma once
// What a workflow decided about a subject: from the notes, or by deciding anew from the journal.

#include "core/workflow.h"
#include "store/store.h"

#include <shopbell/error.h>

#include <string>
#include <vector>

namespace shopbell {

constexpr std::size_t events_decided_max = 10'000;  // of one subject that are decided anew

struct Decision {
  Time at;
  std::string event, type;   // the event's id and type
  std::string notes;         // JSON lines: what was noted of the workflow when the event came
  std::vector<RunView> runs; // that it started
};

/// The workflow's decisions about events of that subject, oldest first, up to a time; also where its runs are
/// counted by something else (`per`). The newest rows_looked_at_max inputs are looked through.
Result<std::vector<Decision>> noted_decisions(Reader& reader, const std::string& subject, const std::string& workflow,
                                              Time upto);

/// The same by applying the workflow to the subject's events in the journal, on a virtual clock: calls are taken as
/// done. Runs bear what became of them by `upto`. Errors: the reader's; a line that is gone is left out.
Result<std::vector<Decision>> decide_anew(Reader& reader, const std::string& subject, const Workflows& workflow,
                                          Time upto);

}  // namespace shopbell
