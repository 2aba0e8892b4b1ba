#pragma once
// What comes of a call: its attempts, its end, and the doubt whether it was done.

#include "core/turn.h"

namespace shopbell {

/// The call that the run waits for has ended. The answer is known to be for this run and this attempt.
void take_answer(Turn& turn, Run& run, const Finished& finished);

/// The run waits for its call no more.
void close_call(Turn& turn, Run& run, Outcome::Status status, std::string error);

}  // namespace shopbell
