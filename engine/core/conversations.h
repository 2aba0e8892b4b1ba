#pragma once
// Who has a conversation: one for each channel's thread of a customer. What was said stands beside it (core/conversation.h).
//
// Subject.conversations is a map {epoch, list, early (core/early_states.h)}; list: by id ("whatsapp:34600111222") a map of
//   id, channel, thread       the channel's name, and its own id of the conversation
//   owner                     bot, queue, agent or nobody; `agent` and `queue` say which
//   epoch                     the subject's epoch at the last change of the owner
//   state                     open, snoozed (until `until`, or the next message), resolved, merged (into `merged_into`, until the
//                             customer writes there again)
//   split_from                of one that was split off: its id has a mark behind the thread ("chat:t1#1f2e3d4c")
//   priority, tags
//   sender                    by what the channel calls the customer; null: as the thread
//   window_until              until when the channel lets the shop write freely; null: it always does
//   person_until              until when it takes what a person writes; the same, or later
//   subject                   of a mail: its subject line
//   answers_to                of a mail: where its first one's Reply-To wants the answers
//   waiting_since             since when the customer waits for an answer; null: nobody waits. A bot's word ends it only
//                             while the bot owns the conversation
//   opened_at, last_at        the first and the last message
//
// Ownership is a lease. The subject's epoch grows at each change of an owner. A run has the epoch that it was decided on:
// of its start, or when a message began it not, of its last wait's end. What a machine says (Action::speaks) is refused when
// a person owns the conversation, or its owner has changed since: before the call is ordered, and when it changes while a
// call waits to be made or tried again; both in the commit of the change. The step is `superseded`: a run that a message
// began, or that waits for an answer there, ends; another goes on behind the step.

#include "core/turn.h"

#include <array>
#include <string>
#include <string_view>

namespace shopbell {

constexpr std::size_t conversations_max = 20;  // of one subject; the one that was silent for longest leaves first
constexpr std::size_t conversation_tags_max = 20;
constexpr std::array<std::string_view, 4> conversation_priorities{"low", "normal", "high", "urgent"};

/// A person's word: data {command: {do, epoch, by, agent, queue, until, priority, tags}, conversation: {id, channel}}; `do` is
/// one of takeover, assign, hand_over (to a queue), hand_back (to the bot), snooze, resolve, reopen, label (priority, tags, more_tags),
/// reply ({text, last_seen}: the id of the last message that `by` has seen; who answers has the conversation), merge ({from,
/// from_epoch}: another one is taken into it), split ({message}: from there on it is one of its own; core/conversation_moves.h),
/// several ({commands: [{do, ...}]}: all of them in this order, or none; a reply is the first).
constexpr std::string_view conversation_command = "conversation.command";
/// The workflow of a clock that ends a snooze.
constexpr std::string_view snooze_clock = "conversation.snoozed";

std::string conversation_id(std::string_view channel, std::string_view thread);
/// Of an event with a message, or a conversation; empty: it is about none.
std::string conversation_of(const Event& event);
/// Of what an action that speaks was given.
std::string conversation_spoken_to(const Value& args);

/// null: there is none of that id. With an empty id: the one that last said something.
Value find_conversation(const Subject& subject, std::string_view id);
/// What expressions see of it, over what the event says of it.
Value conversation_seen(const Turn& turn, const Event& event);

std::int64_t epoch_of(const Subject& subject);
/// Whether a person has one of the customer's conversations in hand.
bool talks_with_person(const Subject& subject);
/// Why a machine of that lease may not speak there now; empty: it may.
std::string overtaken(const Subject& subject, std::string_view id, std::int64_t lease);

/// What a message changes, once it is kept: who waits, the window, what was snoozed or resolved. An echo of a person's
/// reply is a takeover.
void see_message(Turn& turn, const Event& event);
/// Whether that was said from here: the channel only tells of it again.
bool is_own(const Turn& turn, const std::string& id, const Value& message);
void see_sent(Turn& turn, const std::string& id, bool by_person);
/// The run hands its conversation to a queue; it may still speak there.
void give_to_queue(Turn& turn, Run& run, const TicketDraft& draft, std::string_view ticket);

/// The ticket that a conversation was handed over with is given to an agent, or taken back: ticket.assigned, ticket.released.
void follow_ticket(Turn& turn, const Event& event);

void take_command(Turn& turn, const Event& event);
/// The snooze of the clock is over.
void wake(Turn& turn, Run& clock);
bool is_snooze(const Run& run);

/// Tells the subject's runs of a change of owners, until there is none.
void supersede(Turn& turn);

void merge_conversations(Turn& turn, const Subject& from);

}  // namespace shopbell
