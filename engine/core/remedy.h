#pragma once
// What a person does about a run that has failed: the step again, the steps behind it, or nothing more.

#include "core/turn.h"

namespace shopbell {

/// `retry` and `skip` open the run again unless its workflow's mode or limit has no room for it, or what stops it
/// has come meanwhile. A step that reaches the customer is decided about anew, as after a wait. `retry` of a call
/// that may have been done makes it again with its key; any other step is done anew, and `parallel` and `call`
/// begin all their parts anew.
void take_remedy(Turn& turn, const Resolved& resolved);

}  // namespace shopbell
