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
  bool asks_person = false;
};

/// A customer's word on an answer of the FAQ.
struct Rated {
  std::string about, source;
  Time at;
  bool helped = false;
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
  std::vector<Rated> rated = {};                    // likewise of comes_back behind `to`
};

/// {from, to, definitions: {name: sentence}, total: {...}, intents: {name: {...}}, workflows: {...}, queues: {...}, sources: {...}}. Each group but
/// `sources` has
/// tickets, reopened, first_reply_ms, resolution_ms (medians; null: none), csat, csat_answers, nps, nps_answers, ces, ces_answers;
/// `total` also contacts, to_people, asked_for_person, back_within_7_days, contained, confirmed; it and each of `sources`, which are those of the
/// FAQ's answers, answers_rated and answers_helped.
Value report(const Facts& facts, Arena& arena);

}  // namespace shopbell::desk
