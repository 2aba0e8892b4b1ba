#pragma once
// A person chooses when a run that waits for a time goes on. The word is an event of the log, as all that people say.

#include "core/turn.h"

#include <string_view>

namespace shopbell {

/// Data {retime: {run, due: an instant; one that has passed: at once, by}}, about the run's subject.
constexpr std::string_view run_retimed = "run.retimed";

/// A run that stands in line, waits for something to happen, or gives its parts so much time is left as it is, with a note.
void take_retimed(Turn& turn, const Event& event);

}  // namespace shopbell
