#pragma once
// What a channel tells of a message before it is known here that the message was sent: its word may come before the commit of the
// answer that brings the vendor's id. Kept in Subject.conversations as `early`, a list of {ref, status, at} and {conversation,
// until, status, at}, and applied when the message is kept.

#include "core/turn.h"

#include <optional>
#include <string>
#include <string_view>

namespace shopbell {

constexpr std::size_t early_states_max = 20;      // of one subject; the oldest leaves first
constexpr Millis early_state_kept{2 * 3'600'000};  // longer than an attempt may take

/// A state that an event tells: of one message (`ref`), or of all of a conversation that were sent until then.
struct StateTold {
  std::string_view ref, conversation, status;
  std::optional<Time> until;
};

/// What the subject's messages are with it; what it says of one that is not there (yet) is kept.
void take_state(Turn& turn, const StateTold& told);
/// A message of the shop's was kept: what was told of it before.
void take_early_states(Turn& turn, std::string_view ref);

void merge_early_states(Turn& turn, const Subject& from);

}  // namespace shopbell
