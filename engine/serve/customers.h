#pragma once
// One customer as people and programs read it: found by any name, with all that is known and a timeline.

#include "core/subject.h"
#include "store/store.h"

#include <optional>
#include <string_view>

namespace shopbell {

/// By a subject's id, the platform's id of the customer, an e-mail address, a telephone number, or any other name that
/// leads to it. Nothing: nobody is called so. Values are in `arena`. Errors: the store's, "bad_state".
Result<std::optional<Subject>> find_customer(Reader& reader, std::string_view asked, Arena& arena);

/// {id, identities, merged, profile, segments: [{name, since}], runs, tickets, timeline}: the open runs, the newest
/// tickets; `timeline` has events, runs, messages and tickets, the newest first, at most `max`.
Result<Value> view(Reader& reader, const Subject& customer, std::size_t max, Arena& arena);

/// The filter with its subject under the id that it has now, and what it was before. Errors: as find_customer().
Result<Filter> known_as(Reader& reader, Filter filter);

}  // namespace shopbell
