#pragma once
// Two subjects that are one customer. Pure.

#include "core/turn.h"

namespace shopbell {

/// `from` becomes part of the turn's subject: profile, open runs, counters, conversation, contacts, look-back. What one
/// side's events mean for the other's runs happens now: they are stopped, or get what they waited for. Of two runs of a
/// workflow that may have one (`mode`: single, restart) one goes on.
void take_merged(Turn& turn, const Subject& from);

}  // namespace shopbell
