#pragma once
// What a run asks of another subject: an order of anybody by its number, a queue when it has time, a customer whose
// conversation a run on a subject of its own wants to speak into. By events of the engine's own, answered in the same batch. Pure.

#include "core/turn.h"

namespace shopbell {

/// data {inquiry: {kind, run, about, ...}}: the run of the subject `about` asks; and the answer there, {inquiry: {run, output}}.
constexpr std::string_view inquiry_asked = "inquiry.asked";
constexpr std::string_view inquiry_answered = "inquiry.answered";
/// data {inquiry: {run, why}}: what was granted is so no longer.
constexpr std::string_view inquiry_withdrawn = "inquiry.withdrawn";

// An order is only told of to who proves that it is his, and a wrong number is answered as a wrong proof is.
constexpr std::size_t lookups_failed_max = 5;          // of one customer in lookups_per; of one order, twice as many
constexpr Millis lookups_per{3'600'000};
constexpr std::size_t waits_kept_max = 200;            // of one queue, in an hour
constexpr std::size_t granted_max = 20;                // runs of other subjects that may speak into a customer's conversations

/// Asks; `data` has the kind and what belongs to it. False: nobody could answer.
bool inquire(Turn& turn, const Run& run, const Instruction& step, std::string_view of, const Value& data);
/// What `cause` and this subject say to another, once.
void tell_inquiry(Turn& turn, std::string_view to, std::string_view type, std::string_view cause, const Value& inquiry);
void take_inquiry(Turn& turn, const Event& event);
void take_inquiry_answered(Turn& turn, const Event& event);
void take_inquiry_withdrawn(Turn& turn, const Event& event);

/// Whether the customer of this subject has asked for too many orders that were not his.
bool too_many_lookups(const Turn& turn);
void count_lookup(Turn& turn, const Value& output);
/// Runs of other subjects may no longer speak into the conversation.
void withdraw(Turn& turn, std::string_view conversation, const std::string& why);
/// Such a run is done with it.
void give_back_grant(Turn& turn, std::string_view run);

}  // namespace shopbell
