#pragma once
// One budget over all workflows: how often, and at which hours, marketing may reach a customer. It is kept
// with the customer's own subject; a run on another (`per`) asks there, by events of the engine's own. Pure.

#include "core/turn.h"

namespace shopbell {

/// data {contact: {run, about}}: a run of the subject `about` wants to reach this customer; and the answer
/// there, {contact: {run, at, why}}: it may (counted already), or not before `at`.
constexpr std::string_view contact_asked = "contact.asked";
constexpr std::string_view contact_answered = "contact.answered";
/// data {contact: {at}}: what was counted then did not reach the customer.
constexpr std::string_view contact_returned = "contact.returned";

struct Room {
  Time at;          // when the customer may be reached
  std::string why;  // not now; empty: nothing holds it back
};

/// As far as is known now.
Room room_for_contact(const Turn& turn, const Value& customer);
void count_contact(Turn& turn);
/// What the run had counted for the step that it stands at did not reach the customer: it counts no more.
void give_back_contact(Turn& turn, Run& run);
void take_contact_returned(Turn& turn, const Event& event);

/// `customer.consent.CHANNEL`, else `customer.accepts_CHANNEL`, is true. A log needs none.
bool has_consent(const Value& customer, std::string_view channel);

/// Whether the budget of the run's customer is kept with another subject than the run.
bool asks_elsewhere(const Turn& turn, const Run& run);
void ask_for_contact(Turn& turn, const Run& run, const Instruction& step);
void take_contact_asked(Turn& turn, const Event& event);
/// The run that asked goes on, or is held back.
void take_contact_answered(Turn& turn, const Event& event);

/// When the shop's calendar of that name is open: now, or the next time. Errors: "no_calendar".
Result<Time> opening_of(const Turn& turn, std::string_view name);

}  // namespace shopbell
