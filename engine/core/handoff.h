#pragma once
// What a ticket tells the person who takes it, frozen at that moment. Pure.

#include "core/turn.h"

namespace shopbell {

/// A map:
///   reason, note      as the workflow gave them
///   heard             of the last `classify`: intent, intents, confidence, mood, language, model
///   asked             what the bot asked and was answered: a list of {question, answer, valid, timed_out}
///   customer, orders  the profile, and the latest orders with their shipments
///   runs              open runs that touch the customer: {id, workflow, status, step, since, due}
///   conversation      what was said, the oldest first
///   thread            the conversation itself: owner, window, waiting since
///   suggestions       what the FAQ came near to: {question, text, source}, the nearest first
Value frozen_for(const Turn& turn, const Run& run, const TicketDraft& draft);

}  // namespace shopbell
