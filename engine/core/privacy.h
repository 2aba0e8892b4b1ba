#pragma once
// privacy.data_request and privacy.redact: the law's requests, whichever platform passes them on. What the subject
// itself knows is forgotten at once; rows and lines are the store's business (Transition::asked).

#include "core/turn.h"

namespace shopbell {

/// Whom it is about goes into the transition: the customer by id, e-mail address and telephone number, as the event
/// and the profile have them, and the orders that it names; or, with privacy.scope "shop", all that the event's
/// source told.
void take_request(Turn& turn, const Event& event);

/// After privacy.redact of a customer: the subject's open runs end, and it is as one that was never heard of.
void forget_subject(Turn& turn, const Event& event);

}  // namespace shopbell
