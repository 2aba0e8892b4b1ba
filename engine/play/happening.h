#pragma once
// What workflows did, one thing after the other, as tests tell it.

#include "play/world.h"

#include <string>
#include <vector>

namespace shopbell::play {

struct Happening {
  std::string verb;      // an action, or stop, fail, wait, emit, done
  std::string workflow, step;
  std::uint32_t line = 0;  // of the step
  Time at;
  Value value;           // of an action its arguments, a page as {name, text, html}; of a wait its length; else a text
};

/// note, log and tag, and the verbs that are no actions: a test that does not name them does not mind them.
bool is_quiet(const std::string& verb);

/// Appends what one input did, in order. Values are in the world's arena.
void tell(const Took& took, World& world, std::vector<Happening>& to);

}  // namespace shopbell::play
