#pragma once
// How well it goes: numbers over a stretch of time, with what each of them means. Pure; any thread.

#include "desk/ticket.h"

#include <shopbell/value.h>

#include <map>
#include <string>
#include <vector>

namespace shopbell::desk {

constexpr Millis contact_gap{std::int64_t{24} * 3'600'000};
constexpr Millis comes_back{std::int64_t{7} * 24 * 3'600'000};

/// A message of a customer's.
struct Heard {
  std::string about;
  Time at;
};

/// What a customer answered, and was not withdrawn.
struct Answered {
  std::string kind, workflow, ticket;  // ticket: id; empty: none
  double score = 0;
  Time at = {};
};

struct Facts {
  Time from, to;                                    // to: not included
  std::vector<Heard> messages;                      // also of comes_back behind `to`, where they are known
  std::map<std::string, Ticket, std::less<>> tickets;  // by id
  std::vector<Answered> answers;
};

/// {from, to, definitions: {name: sentence}, total: {...}, intents: {name: {...}}, workflows: {...}, queues: {...}}. Each group has
/// tickets, reopened, first_reply_ms, resolution_ms (medians; null: none), csat, csat_answers, nps, nps_answers, ces, ces_answers;
/// `total` also contacts, to_people, back_within_7_days, contained.
Value report(const Facts& facts, Arena& arena);

}  // namespace shopbell::desk
