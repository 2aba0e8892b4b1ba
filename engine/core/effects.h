#pragma once
// What steps do beyond their run: messages kept, tags, tickets, events.

#include "core/turn.h"

namespace shopbell {

/// Events of the engine's own, by which a run on a subject of its own (`per`) changes its customer's
/// subject: data {tags: {added, removed}}, and {message: {id, from: bot|agent, to, channel, text, run, ref}}, `ref` being the channel's id of it.
constexpr std::string_view tags_changed = "customer.tags_changed";
constexpr std::string_view message_sent = "message.sent";

/// One text for one execution of one step: what ids are hashed from.
std::string cause_of(const Run& run, const Instruction& step);

void do_effects(Turn& turn, Run& run, const Instruction& step, const Effects& effects);

/// What tags_changed asks for.
void take_tags_changed(Turn& turn, const Event& event);

/// Keeps the message of message.received and message.sent, or what message.sent, .delivered, .read and .bounced say of one
/// that is kept.
void keep_received(Turn& turn, const Event& event);

/// Keeps what a customer was told, with the subject that it is about (empty: this one); once per call. `by`: "bot", or the
/// person whose word it is.
void keep_sent(Turn& turn, const std::string& run, std::string_view about, std::string_view call, const SentMessage& sent,
               std::string_view by = "bot");

/// A new event about the subject of the run's own event, with its `customer` unless the data has one. False:
/// events have caused events cause_depth_max deep, and this one is not made.
bool emit(Turn& turn, const Run& run, const Instruction& step, const Value& data);

}  // namespace shopbell
