#pragma once
// What the files about conversations do to one within a turn: its place in the subject, its owner, its snooze, and what is told
// of it. Nobody else changes them.

#include "core/turn.h"

#include <initializer_list>
#include <string_view>
#include <utility>

namespace shopbell::conversing {

struct Owner {
  std::string_view kind, agent, queue;
};

/// All of the subject's, as they are from now on.
void keep(Turn& turn, std::int64_t epoch, const Value& list);
/// Where there are too many, the one that was silent for longest goes.
void put(Turn& turn, std::string_view id, const Value& conversation, std::int64_t epoch);
void put(Turn& turn, std::string_view id, const Value& conversation);
void set(Turn& turn, std::string_view id, std::initializer_list<std::pair<std::string_view, Value>> members);
/// The epoch grows, and what machines had begun to say there is withdrawn.
void change_owner(Turn& turn, std::string_view id, const Owner& owner);

/// An event of the engine's own about what was done, with the conversation as it is now.
void tell(Turn& turn, std::string_view type, std::string_view id, std::string_view by, std::string why);
/// What people do with the conversation is done with the ticket that it was handed over with.
void tell_ticket(Turn& turn, std::string_view type, std::string_view id, std::string_view by);

void end_snooze(Turn& turn, std::string_view id);
void set_clock(Turn& turn, std::string_view id, Time until);

Run* find_run(Turn& turn, std::string_view id);

}  // namespace shopbell::conversing
