#pragma once
// An event at its subject: what it teaches, which runs it stops, which it starts, and to which other
// subjects it goes.

#include "core/turn.h"

namespace shopbell {

void receive(Turn& turn, const Received& received);

}  // namespace shopbell
