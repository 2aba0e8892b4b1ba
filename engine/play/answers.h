#pragma once
// What comes of calls where nobody really makes them.

#include "play/world.h"

namespace shopbell::play {

/// The call was done, with the output that its action's reference names: a message's id for `email`, status 200
/// for `http`; what the built-in model hears for `classify`; no answer for `answer`; of others nothing.
Finished done(const CallOrder& order, Arena& arena);
/// The same with another end; `error` is for people.
Finished ended(const CallOrder& order, Outcome::Status status, std::string error);

}  // namespace shopbell::play
