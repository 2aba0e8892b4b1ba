#pragma once
// A subject: the customer, order, product or shop that events are about, with all that one input may
// touch. Everything in it is a view into the arena of the batch it was loaded into.
// What a profile holds is told in core/profile.h, what a conversation holds in core/conversation.h.

#include "core/run.h"

#include <shopbell/value.h>

#include <string>
#include <vector>

namespace shopbell {

constexpr std::size_t open_runs_max = 200;         // of one subject
constexpr std::size_t conversation_messages_max = 50;

/// When runs of one workflow ended `done`: what `limit` counts besides the open ones.
struct Counter {
  std::string workflow;
  std::vector<Time> done;  // newest last; at most limit.count of them
};

struct Subject {
  std::string id;              // "customer:7"
  Value profile;               // a map: what expressions see as `customer` (orders_count, tags, ...)
  Value conversation;          // a list of {id, from: customer|bot|agent, text, at, channel}, oldest first
  std::vector<Counter> counters;
  std::vector<Run> runs;       // the open ones, oldest first
};

/// The state row of a subject: all but its runs, as JSON. An empty state is a new subject.
/// Errors of decode_subject: "bad_json", "bad_state".
std::string encode_subject(const Subject& subject);
Result<Subject> decode_subject(std::string_view id, std::string_view state, Arena& arena);

}  // namespace shopbell
