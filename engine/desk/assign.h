#pragma once
// Who gets which ticket. Pure; any thread.

#include "desk/rules.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace shopbell::desk {

enum class Presence : std::uint8_t { offline, away, online };  // away: keeps what it has, and gets nothing new
constexpr std::array<std::string_view, 3> presences{"offline", "away", "online"};  // in that order
std::optional<Presence> presence_of(std::string_view name);

/// An agent at the moment.
struct Hand {
  const Agent* agent = nullptr;
  Presence presence = Presence::offline;
  int load = 0;             // tickets that it has
  Time last;                // when it was last given one
};

/// A ticket that waits for somebody.
struct Waiting {
  std::string id;
  const Queue* queue = nullptr;
  int priority = 1;         // 0..3
  std::optional<Time> due;  // of the clock that is due next; nothing: none runs, or it is late already
  bool late = false;
  Time since;
  std::string former;       // the agent that had it before; empty: none
};

struct Assigned {
  std::string ticket, agent;
};

/// Whether `a` is to be served before `b`: the higher priority of the ticket, then of its queue, what is late, what is due
/// sooner, what has waited longer; never both ways round.
bool more_urgent(const Waiting& a, const Waiting& b);

/// The most urgent first, each to the agent who had it, if that one has room; else to the fitting one with the largest part of
/// its capacity free, of these the one who got nothing for the longest. Nothing is left waiting while an agent who fits it is
/// online and has room.
std::vector<Assigned> assign(std::vector<Waiting> waiting, std::vector<Hand> hands);

}  // namespace shopbell::desk
