#pragma once
// What a customer answered, in its profile: `surveys`, a list of {id, kind, score, at, ticket, why}, the newest last. One answer for
// each end of a ticket; a reopening withdraws it, as that was no end. Pure.

#include "core/turn.h"

namespace shopbell {

constexpr std::size_t surveys_max = 20;  // of one customer
/// Of the engine's own: an answer counts no more; data {survey} as it was answered.
constexpr std::string_view survey_withdrawn = "survey.withdrawn";

/// Whether an answer does not count: its ticket has one already, or was reopened since it was asked. It is noted.
bool refuse_survey(Turn& turn, const Event& event);

/// Keeps survey.answered, and the why of survey.commented beside it; ticket.reopened withdraws.
void keep_survey(Turn& turn, const Event& event, std::uint32_t depth);

}  // namespace shopbell
