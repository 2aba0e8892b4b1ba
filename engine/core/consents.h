#pragma once
// What a customer has agreed to: per channel and purpose, since when, and who told. Pure.
//
// `consents` of a profile: a list of {channel, purpose, given, at, source}. An event says it so, or by
// `consent: {email: true}`, which is the purpose `marketing`. The newest by its time counts; `consent` follows it.

#include "core/profile_draft.h"

#include <shopbell/event.h>

namespace shopbell {

constexpr std::size_t consents_max = 20;  // of one customer: more channels and purposes are not kept

void learn_consents(ProfileDraft& draft, const Event& event, Arena& arena);
void merge_consents(ProfileDraft& draft, const Value& other, Arena& arena);

}  // namespace shopbell
