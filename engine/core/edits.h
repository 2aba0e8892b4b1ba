#pragma once
// What the edit of a workflow does to the runs that wait on an older version: nothing (`on_edit: pin`), or
// they go over to the new one (`migrate`), or they end (`cancel`). The new version says which.

#include "core/turn.h"

namespace shopbell {

/// Before anything else is done with the subject.
void take_edits(Turn& turn);

/// Where a run that stands at `at` of `from`, with that status, stands in `to`: at the step of the same id
/// that does the same. A run within for_each, parallel or on_error, or that waits for an answer, has no such
/// place.
std::optional<std::uint32_t> place_in(const Workflow& to, const Workflow& from, std::uint32_t at,
                                      RunStatus status);

}  // namespace shopbell
