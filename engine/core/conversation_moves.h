#pragma once
// What was said moves from one conversation of a customer to another: merge and split. A merge moves all that was said until
// now; whoever writes on the old thread again is answered there, so no answer can go where the customer does not look. A split
// makes a conversation of its own of the last messages, on the thread that they were said on. Pure.

#include "core/turn.h"

#include <string>
#include <string_view>

namespace shopbell {

/// Why `from` ({from, from_epoch}) cannot be taken into `into` now; empty: it can. `code`: "bad_command" or "conflict".
struct MoveRefused {
  std::string_view code;
  std::string why;
};
MoveRefused bad_merge(const Turn& turn, std::string_view into, const Value& command);
void merge_into(Turn& turn, std::string_view into, const Value& command);

/// The id of what is split off from `message` on.
std::string split_id(std::string_view id, std::string_view message);
/// Why `message` cannot begin a conversation of its own; empty: it can.
std::string bad_split(const Turn& turn, std::string_view id, std::string_view message);
void split_off(Turn& turn, std::string_view id, const Value& command);

/// At most conversation_tags_max, each once.
Value tags_of_both(const Value& a, const Value& b, Arena& arena);

/// Where what is said there stands now: the same, or what it was taken into.
std::string stands_in(const Subject& subject, std::string id);
/// The id by its channel and thread, of one that was split off, too.
std::string thread_id(const Subject& subject, std::string_view id);

}  // namespace shopbell
