#pragma once
// A subject: the customer, order, product or shop that events are about, with all that one input may
// touch. Everything in it is a view into the arena of the batch it was loaded into.
// What a profile holds is told in core/profile.h, what a conversation holds in core/conversation.h.

#include "core/run.h"

#include <shopbell/value.h>

#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

constexpr std::size_t open_runs_max = 200;         // of one subject
constexpr std::size_t conversation_messages_max = 50;
constexpr std::size_t starts_max = 20;             // of one workflow for one subject in starts_per: more is a loop
constexpr Millis starts_per{10 * 60'000};
constexpr std::size_t identities_max = 50;         // of one subject, its id among them
constexpr std::size_t merged_max = 100;            // subjects that became one: the newest are named

/// When runs of one workflow ended `done`: what `limit` counts besides the open ones. Or when they began.
struct Counter {
  std::string workflow;
  std::vector<Time> times;  // newest last
};

struct Subject {
  std::string id;              // "customer:7"
  Value profile;               // a map: what expressions see as `customer` (orders_count, tags, ...)
  Value conversation;          // a list of {id, from: customer|bot|agent, text, at, channel, ...}, oldest first
  Value conversations;         // who has each of them: see core/conversations.h
  std::vector<Counter> counters;   // done; at most limit.count times each
  std::vector<Counter> starts;     // in the last starts_per; one more than starts_max: the loop was told of
  std::vector<Time> contacts;      // marketing that reached the customer: what the contact rule counts
  Value recent;                    // events that runs may look back at: see core/recent.h
  Value orders;                    // the latest, with their shipments: see core/orders.h
  Value things;                    // what its events were about, and as of when: see core/things.h
  std::vector<Run> runs;       // the open ones, oldest first
  std::vector<Run> failed;     // only for the input Resolved: the run that it is about
  std::vector<std::string> identities;  // what else it is called, oldest first: see core/identity.h
  std::vector<std::string> merged;      // what were subjects of their own once: rows of then are under these ids
  std::string leads_to;        // not empty: this is no subject, but a name of that one
};

/// Whether it goes by that name.
inline bool is_called(const Subject& subject, std::string_view name) {
  if (subject.id == name) return true;
  for (const std::string& identity : subject.identities)
    if (identity == name) return true;
  return false;
}

/// The state row of a subject: all but its runs, as JSON. An empty state is a new subject.
/// Errors of decode_subject: "bad_json", "bad_state".
std::string encode_subject(const Subject& subject);
Result<Subject> decode_subject(std::string_view id, std::string_view state, Arena& arena);

}  // namespace shopbell
